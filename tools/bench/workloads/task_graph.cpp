// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/task_graph.hpp"

namespace bench {

void add_task_graph(registry& to) {
  to.add({.name = "task_graph",
          .unit = "us",
          .what = "Core time per empty task of Task Bench's 1-D stencil graph on two workers.",
          .ours = [] { return ours_task_graph({.steps = 100'000}); },
          .baseline = [] { return caf_task_graph({.steps = 20'000}); },
          .baseline_name = plain_caf});
}

} // namespace bench
