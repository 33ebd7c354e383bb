// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/workloads/messages.hpp"

namespace bench {

/// The share of a message's time that the per-actor counters take, in percent: 100 * (with -
/// without) / with, each the median of several ping_pong runs in turn.
double ours_counters(const pairs_params& params);

/// counters; it has no baseline.
void add_counters(registry& to);

} // namespace bench
