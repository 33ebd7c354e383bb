// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that live for one message.
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// One actor spawns `actors` children, in bursts of `burst` with a message to itself between them,
/// and sends each an 8-byte number; a child adds it to a sum (relaxed, atomic) and stops itself.
/// The run ends when all have answered, and the sum is checked. Counts nanoseconds per child.
struct spawn_params {
  std::uint64_t actors = 0;
  std::uint64_t burst = 1000;
};

/// Skynet: an actor spawns ten, each of which spawns ten, down to `leaves` leaves with the numbers
/// 0, 1, 2, ...; a leaf sends its number to its parent and stops, an inner actor adds up ten
/// numbers, passes the sum on and stops. The root's sum is checked. Counts seconds from the root's
/// spawn to its sum.
struct skynet_params {
  std::uint64_t leaves = 1'000'000;
  std::uint64_t children = 10;
};

/// The sum that skynet must give.
constexpr std::uint64_t skynet_answer(const skynet_params& params) {
  return params.leaves * (params.leaves - 1) / 2;
}

double ours_spawn(const spawn_params& params);
double ours_skynet(const skynet_params& params);

double caf_spawn(const spawn_params& params);
double caf_skynet(const skynet_params& params);

/// spawn and skynet.
void add_spawn(registry& to);

} // namespace bench
