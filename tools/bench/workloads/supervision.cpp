// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/supervision.hpp"

#include "bench/workloads/plain_caf.hpp"

namespace bench {
namespace {

constexpr std::uint64_t many = 100'000;
constexpr std::uint64_t few = 1'000;

/// A thousand children take too little time for one clock reading.
double seconds_per_child(std::uint64_t children, int runs) {
  double seconds = 0;
  for (int i = 0; i < runs; ++i) seconds += ours_children({.children = children});
  return seconds / static_cast<double>(children) / runs;
}

} // namespace

void add_supervision(registry& to) {
  to.add({.name = "restart",
          .unit = "us",
          .what = "Time from a child's failure to the first message that its new instance handles.",
          .ours = [] { return ours_restart({.failures = 100'000}); },
          .baseline = [] { return caf_restart({.failures = 20'000}); },
          .baseline_name = plain_caf,
          .note = "baseline: monitor and re-spawn by hand"});
  to.add({.name = "children",
          .unit = "s",
          .what = "Time to start and stop a supervisor with 100,000 children.",
          .ours = [] { return ours_children({.children = many}); },
          .baseline = [] { return caf_children({.children = many}); },
          .baseline_name = plain_caf,
          .note = "baseline: spawn and monitor, exit messages in reverse order"});
  to.add({.name = "children_growth",
          .unit = "x",
          .what = "Cost per child with 100,000 children, as a multiple of that with 1,000.",
          .ours = [] { return seconds_per_child(many, 1) / seconds_per_child(few, 50); },
          .note = "no baseline: 1 is linear"});
}

} // namespace bench
