// SPDX-License-Identifier: BSD-3-Clause
#include "heat/serial.hpp"

#include <algorithm>
#include <chrono>

#include "heat/double_grid.hpp"

namespace heat {

run_result solve_serially(const problem& task, const observer& watch) {
  double_grid grids{task};
  const auto show = [&](std::uint64_t done) {
    if (watch.on_progress)
      watch.on_progress(done);
    if (watch.on_frame && std::ranges::binary_search(watch.frames, done))
      watch.on_frame(done, grids.field(done));
  };
  const auto rows = static_cast<std::ptrdiff_t>(task.size.rows);
  const auto start = std::chrono::steady_clock::now();
  show(0);
  for (std::uint64_t step = 0; step < task.steps; ++step) {
    grids.step_rows(step, 0, rows);
    show(step + 1);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {grids.field(task.steps), took.count()};
}

} // namespace heat
