// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"

#include <chrono>
#include <cstdint>

namespace bench {

/// One actor sets `timers` one-shot timers on itself in one handler, with delays spread evenly over
/// 1 ms .. `longest`, and waits until all have fired. Counts nanoseconds of processor time, over
/// all threads, per timer set and fired: the wall clock would mostly show the delays. CAF cannot
/// cancel a delayed message, so cancelling is no part of it.
struct timers_params {
  std::uint64_t timers = 0;
  std::chrono::milliseconds longest{50};
};

constexpr std::chrono::microseconds timer_delay(const timers_params& params, std::uint64_t index) {
  // A fixed stride visits the delays out of order, as the timers of independent actors would come.
  constexpr std::uint64_t stride = 7919;
  auto range = static_cast<std::uint64_t>(
      std::chrono::microseconds{params.longest - std::chrono::milliseconds{1}}.count());
  return std::chrono::microseconds{1000 + index * stride % range};
}

double ours_timers(const timers_params& params);
double caf_timers(const timers_params& params);

/// timers.
void add_timers(registry& to);

} // namespace bench
