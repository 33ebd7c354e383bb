// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"
#include "bench/workloads/plain_caf.hpp"

#include <cstdint>

namespace bench {

/// Task Bench's 1-D stencil graph with empty tasks: `width` columns, `steps` rows; a task needs the
/// outputs of its own column and of both neighbours in the row above (the edges have one
/// neighbour). An output is the 16 bytes of an `edge`, which the receiver checks. One actor per
/// column; its own output needs no message. Four columns per worker. Counts microseconds per task
/// as Task Bench does: wall time * workers / (width * steps). Source: Slaughter et al., "Task
/// Bench" (SC 2020).
struct task_graph_params {
  std::uint64_t width = 4 * workers;
  std::uint64_t steps = 0;
};

/// What a task hands to its neighbours: where it stands in the graph.
struct edge {
  std::uint64_t step = 0;
  std::uint64_t column = 0;
};

/// Decides when the task of a column may run. A neighbour is never more than one step ahead,
/// because it needs our output to go on, so two counters are enough.
class column_inputs {
public:
  column_inputs(std::uint64_t column, const task_graph_params& params)
      : column_(column), needed_((column > 0 ? 1u : 0u) + (column + 1 < params.width ? 1u : 0u)) {}

  /// Takes a neighbour's output. False when it cannot belong here: the run is wrong.
  bool take(const edge& from) {
    bool neighbour = from.column + 1 == column_ || column_ + 1 == from.column;
    if (!neighbour || from.step < step_ || from.step > step_ + 1)
      return false;
    ++arrived_[from.step % 2];
    return true;
  }

  /// True when all outputs of the current step are here.
  bool complete() const { return arrived_[step_ % 2] == needed_; }

  /// Goes on to the next step.
  void advance() { arrived_[step_++ % 2] = 0; }

  std::uint64_t step() const { return step_; }

private:
  std::uint64_t column_;
  std::uint64_t step_ = 0;
  std::uint32_t needed_;
  std::uint32_t arrived_[2] = {0, 0};
};

/// Task Bench's figure from the wall time of a run.
constexpr double microseconds_per_task(const task_graph_params& params, double wall_seconds) {
  auto tasks = static_cast<double>(params.width * params.steps);
  return wall_seconds * 1e6 * workers / tasks;
}

double ours_task_graph(const task_graph_params& params);
double caf_task_graph(const task_graph_params& params);

/// task_graph.
void add_task_graph(registry& to);

} // namespace bench
