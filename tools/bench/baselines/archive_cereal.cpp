// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/archive.hpp"

#include "bench/harness/run_clock.hpp"

#include <cereal/archives/binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <sstream>
#include <stdexcept>

namespace bench {

// What cereal asks of its users; found by argument-dependent lookup, and in this file only.

template <class Archive>
void serialize(Archive& archive, deposit& of) {
  archive(of.account, of.amount);
}

template <class Archive>
void serialize(Archive& archive, particle& of) {
  archive(of.id, of.kind, of.position, of.velocity, of.charge);
}

template <class Archive>
void serialize(Archive& archive, chat_line& of) {
  archive(of.from, of.room, of.text);
}

template <class Archive>
void serialize(Archive& archive, block_edge& of) {
  archive(of.block, of.step, of.cells);
}

template <class Archive>
void serialize(Archive& archive, order_item& of) {
  archive(of.article, of.count, of.price);
}

template <class Archive>
void serialize(Archive& archive, order& of) {
  archive(of.number, of.customer, of.items);
}

namespace {

void round_trip(const message_mix& from, message_mix& to, std::stringstream& buffer) {
  buffer.clear();
  buffer.seekp(0);
  buffer.seekg(0);
  cereal::BinaryOutputArchive output{buffer};
  for_each_message(from, [&](const auto& message) { output(message); });
  cereal::BinaryInputArchive input{buffer};
  for_each_message(to, [&](auto& message) { input(message); });
}

} // namespace

double cereal_archive(const archive_params& params) {
  const auto written = make_mix(params.groups);
  message_mix read(params.groups);
  std::stringstream buffer;
  auto seconds = seconds_of([&] {
    for (std::size_t round = 0; round < params.rounds; ++round)
      round_trip(written, read, buffer);
  });
  if (read != written)
    throw std::runtime_error("cereal read something else than it wrote");
  return megabytes_per_second(params, written, seconds);
}

} // namespace bench
