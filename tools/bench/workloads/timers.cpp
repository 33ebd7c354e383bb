// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/timers.hpp"

#include "bench/workloads/plain_caf.hpp"

namespace bench {

void add_timers(registry& to) {
  to.add({.name = "timers",
          .unit = "ns",
          .what = "Processor time per one-shot timer that is set and fires 1 to 50 ms later.",
          .ours = [] { return ours_timers({.timers = 1'000'000}); },
          .baseline = [] { return caf_timers({.timers = 100'000}); },
          .baseline_name = plain_caf});
}

} // namespace bench
