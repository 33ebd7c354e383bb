// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/simulator.hpp"

#include <algorithm>
#include <thread>

namespace bench {

namespace {

constexpr std::uint64_t seeds = 100;

} // namespace

void add_simulator(registry& to) {
  to.add({.name = "simulator",
          .unit = "seeds/s",
          .better = direction::higher_is_better,
          .what = "Random histories of 5 simulated nodes and 60 s, made and judged on all cores.",
          .ours = [] { return ours_simulator({.seeds = seeds, .threads = std::max(1U, std::thread::hardware_concurrency())}); },
          .isolated = isolation::own_process,
          .note = "no baseline: the bar is 300"});
  to.add({.name = "simulator_core",
          .unit = "seeds/s",
          .better = direction::higher_is_better,
          .what = "The same on one thread, for each second of its processor time.",
          .ours = [] { return ours_simulator_core(seeds); },
          .isolated = isolation::own_process,
          .note = "no baseline"});
}

} // namespace bench
