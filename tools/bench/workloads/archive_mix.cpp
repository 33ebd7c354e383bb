// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/archive_mix.hpp"

namespace bench {
namespace {

constexpr std::size_t cells_per_edge = 8;

std::string words(std::size_t seed, std::size_t count) {
  static const std::array<std::string, 8> known{"north", "shard",  "actor",  "of",
                                                "a",     "moving", "signal", "quietly"};
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += (i == 0 ? "" : " ") + known[(seed + i * i) % known.size()];
  return result;
}

block_edge make_edge(std::size_t seed) {
  block_edge result{static_cast<std::uint32_t>(seed % 64), static_cast<std::uint32_t>(seed), {}};
  for (std::size_t i = 0; i < cells_per_edge; ++i)
    result.cells.push_back(static_cast<double>(seed * 31 + i) * 0.125);
  return result;
}

order make_order(std::size_t seed) {
  order result{seed, words(seed, 2), {}};
  for (std::size_t i = 0; i < 1 + seed % 8; ++i)
    result.items.push_back({static_cast<std::uint32_t>(seed + i), static_cast<std::uint32_t>(i + 1),
                            9.99 + static_cast<double>(i)});
  return result;
}

message_group make_group(std::size_t seed) {
  auto x = static_cast<double>(seed);
  return {.paid = {seed, static_cast<std::int64_t>(seed * 17) - 500},
          .moved = {static_cast<std::uint32_t>(seed),
                    static_cast<std::uint16_t>(seed % 5),
                    {x, x + 0.5, x + 0.25},
                    {-x, 1 / (x + 1), 0.0},
                    1.5f},
          .said = {words(seed, 1), words(seed, 2), words(seed, 4 + seed % 16)},
          .sent = make_edge(seed),
          .placed = make_order(seed)};
}

std::size_t content_bytes(const message_group& group) {
  constexpr std::size_t deposit_bytes = 2 * 8;
  constexpr std::size_t particle_bytes = 4 + 2 + 6 * 8 + 4;
  constexpr std::size_t item_bytes = 4 + 4 + 8;
  return deposit_bytes + particle_bytes + group.said.from.size() + group.said.room.size() +
         group.said.text.size() + 2 * 4 + 8 * group.sent.cells.size() + 8 +
         group.placed.customer.size() + item_bytes * group.placed.items.size();
}

} // namespace

message_mix make_mix(std::size_t groups) {
  message_mix result;
  result.reserve(groups);
  for (std::size_t i = 0; i < groups; ++i)
    result.push_back(make_group(i));
  return result;
}

std::size_t content_bytes(const message_mix& mix) {
  std::size_t total = 0;
  for (const auto& group : mix)
    total += content_bytes(group);
  return total;
}

} // namespace bench
