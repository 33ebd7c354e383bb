// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/memory.hpp"

#include "bench/workloads/plain_caf.hpp"

namespace bench {

void add_memory(registry& to) {
  to.add({.name = "memory",
          .unit = "bytes",
          .what = "Resident memory per idle actor with 8 bytes of state.",
          .ours = [] { return ours_memory({.actors = 10'000'000}); },
          .baseline = [] { return caf_memory({.actors = 1'000'000}); },
          .baseline_name = plain_caf,
          .isolated = isolation::own_process,
          .note = "ours with 10,000,000 actors, CAF with 1,000,000"});
}

} // namespace bench
