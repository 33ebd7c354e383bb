// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/counters.hpp"

namespace bench {

void add_counters(registry& to) {
  to.add({.name = "counters",
          .unit = "percent",
          .what = "Share of a message's time in ping_pong that the per-actor counters take: median over paired turns.",
          .ours = [] { return ours_counters({.turns = 60, .messages = 500'000}); },
          .note = "no baseline: ours with counters against ours without"});
}

} // namespace bench
