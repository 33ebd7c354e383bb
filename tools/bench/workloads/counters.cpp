// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/counters.hpp"

namespace bench {

void add_counters(registry& to) {
  to.add({.name = "counters",
          .unit = "percent",
          .what = "Share of a message's time in ping_pong that the per-actor counters take.",
          .ours = [] { return ours_counters({.pairs = 1, .messages = 20'000'000}); },
          .note = "no baseline: ours with counters against ours without"});
}

} // namespace bench
