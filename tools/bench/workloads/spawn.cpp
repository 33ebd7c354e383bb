// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/spawn.hpp"

#include "bench/workloads/plain_caf.hpp"

namespace bench {

void add_spawn(registry& to) {
  to.add({.name = "spawn",
          .unit = "ns",
          .what = "Time to spawn a child from an actor, send it one message and have it stop.",
          .ours = [] { return ours_spawn({.actors = 3'000'000}); },
          .baseline = [] { return caf_spawn({.actors = 200'000}); },
          .baseline_name = plain_caf});
  to.add({.name = "skynet",
          .unit = "s",
          .what = "Time for a tree of 1,111,111 actors, ten children each, to add up its leaves.",
          .ours = [] { return ours_skynet({}); },
          .baseline = [] { return caf_skynet({}); },
          .baseline_name = plain_caf});
}

} // namespace bench
