// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// Short turns of ping_pong, so that what else the machine does meets both runs of a turn or none.
struct counters_params {
  std::uint64_t turns;
  /// In each of the two runs of a turn.
  std::uint64_t messages;
};

/// The share of a message's time that the per-actor counters take, in percent: the median over the
/// turns of 100 * (with - without) / with.
double ours_counters(const counters_params& params);

/// counters; it has no baseline.
void add_counters(registry& to);

} // namespace bench
