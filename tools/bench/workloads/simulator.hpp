// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// Histories of `tools/simulate`, of 5 nodes and 60 virtual seconds each, from seed 1 on.
struct simulator_params {
  std::uint64_t seeds;
  /// Worlds at a time, one a thread.
  unsigned threads;
};

/// Histories, over all threads, for each second of the clock. Errors: throws where one breaks a promise.
double ours_simulator(const simulator_params& params);
/// The same on one thread, for each second of processor time.
double ours_simulator_core(std::uint64_t seeds);

/// simulator, simulator_core; they have no baseline.
void add_simulator(registry& to);

} // namespace bench
