// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/archive.hpp"

#include "bench/harness/run_clock.hpp"

#include <actors/archive.hpp>
#include <stdexcept>

namespace bench {
namespace {

void round_trip(const message_mix& from, message_mix& to, actors::buffer& bytes) {
  bytes.clear();
  {
    actors::writer output{bytes};
    for_each_message(from, [&](const auto& message) { output(message); });
  }
  actors::reader input{{bytes.data(), bytes.size()}};
  for_each_message(to, [&](auto& message) { input(message); });
}

} // namespace

double ours_archive(const archive_params& params) {
  const auto written = make_mix(params.groups);
  message_mix read(params.groups);
  actors::buffer bytes;
  auto seconds = seconds_of([&] {
    for (std::size_t round = 0; round < params.rounds; ++round) round_trip(written, read, bytes);
  });
  if (read != written) throw std::runtime_error("our reader read something else than was written");
  return megabytes_per_second(params, written, seconds);
}

} // namespace bench
