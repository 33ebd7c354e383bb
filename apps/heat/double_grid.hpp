// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

#include "heat/grid.hpp"
#include "heat/problem.hpp"
#include "heat/stencil.hpp"

namespace heat {

/// The textbook storage of an explicit scheme: the field now and the field next, in turns.
class double_grid {
public:
  explicit double_grid(const problem& task)
      : grids_{grid{task.size, 1}, grid{task.size, 1}}, rate_{task.rate} {
    grids_[0].load(task.field, task.size, 0, 0);
  }

  /// Computes rows [first, last) of step `step` (from 0). Insulated: a wall mirrors its neighbour.
  void step_rows(std::uint64_t step, std::ptrdiff_t first, std::ptrdiff_t last) {
    grid& now = grids_[step % 2];
    grid& next = grids_[(step + 1) % 2];
    const auto cols = now.cols();
    for (auto r = first; r < last; ++r) {
      double* here = now.row(r);
      here[-1] = here[0];
      here[cols] = here[cols - 1];
      const double* above = r > 0 ? now.row(r - 1) : here;
      const double* below = r + 1 < now.rows() ? now.row(r + 1) : here;
      heat_row(above, here, below, next.row(r), cols, rate_);
    }
  }

  /// The field after `steps` steps.
  std::vector<double> field(std::uint64_t steps) const {
    const grid& now = grids_[steps % 2];
    std::vector<double> out(now.size().area());
    now.store(out, now.size(), 0, 0);
    return out;
  }

private:
  std::array<grid, 2> grids_;
  double rate_;
};

} // namespace heat
