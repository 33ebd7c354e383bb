// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/big.hpp"

#include "bench/workloads/plain_caf.hpp"

namespace bench {

void add_big(registry& to) {
  to.add({.name = "big",
          .unit = "ns",
          .what = "Time per message when 120 actors ping random others and wait for their pongs.",
          .ours = [] { return ours_big({.pings = 20'000}); },
          .baseline = [] { return caf_big({.pings = 4'000}); },
          .baseline_name = plain_caf});
}

} // namespace bench
