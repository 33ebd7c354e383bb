// SPDX-License-Identifier: BSD-3-Clause
#include "heat/prk.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "heat/stencil.hpp"

namespace heat {
namespace {

constexpr auto radius = static_cast<std::ptrdiff_t>(prk_radius);

/// The first cell of a block that is at least `radius` away from the rim of the grid.
std::ptrdiff_t first_active(std::size_t start) {
  return std::max<std::ptrdiff_t>(0, radius - static_cast<std::ptrdiff_t>(start));
}

/// The cell after the last one that is at least `radius` away from the rim of the grid.
std::ptrdiff_t end_active(std::size_t start, std::size_t length, std::size_t whole) {
  const auto room =
      static_cast<std::ptrdiff_t>(whole) - radius - static_cast<std::ptrdiff_t>(start);
  return std::min(static_cast<std::ptrdiff_t>(length), room);
}

} // namespace

double expected_norm(std::uint64_t iterations) { return 2.0 * static_cast<double>(iterations + 1); }

bool norm_is_right(double norm, std::uint64_t iterations) {
  const auto right = expected_norm(iterations);
  return std::abs(norm - right) <= 1e-8 * right;
}

std::size_t active_cells(extent grid_size) {
  const auto inside = [](std::size_t side) {
    return side > 2 * prk_radius ? side - 2 * prk_radius : 0;
  };
  return inside(grid_size.rows) * inside(grid_size.cols);
}

prk_block::prk_block(const block_place& place, extent grid_size)
    : place_{place}, first_row_{first_active(place.top)}, last_row_{end_active(place.top,
                                                                               place.size.rows,
                                                                               grid_size.rows)},
      first_col_{first_active(place.left)}, last_col_{end_active(place.left, place.size.cols,
                                                                 grid_size.cols)},
      in_{place.size, prk_radius}, out_{place.size, 0} {
  for (std::ptrdiff_t r = 0; r < in_.rows(); ++r)
    for (std::ptrdiff_t c = 0; c < in_.cols(); ++c)
      in_.row(r)[c] = static_cast<double>(place.top) + static_cast<double>(r) +
                      static_cast<double>(place.left) + static_cast<double>(c);
}

void prk_block::sweep() {
  const auto width = std::max<std::ptrdiff_t>(0, last_col_ - first_col_);
  for (auto r = first_row_; r < last_row_; ++r) {
    const double* rows[5];
    for (std::ptrdiff_t i = 0; i < 5; ++i)
      rows[i] = in_.row(r + i - radius) + first_col_;
    star_row(rows, out_.row(r) + first_col_, width);
  }
  for (std::ptrdiff_t r = 0; r < in_.rows(); ++r)
    std::for_each_n(in_.row(r), in_.cols(), [](double& cell) { cell += 1.0; });
}

double prk_block::absolute_sum() const {
  double sum = 0.0;
  for (std::ptrdiff_t r = 0; r < out_.rows(); ++r)
    for (std::ptrdiff_t c = 0; c < out_.cols(); ++c)
      sum += std::abs(out_.row(r)[c]);
  return sum;
}

prk_result prk_serially(const prk_problem& task) {
  prk_block whole{block_plan{task.size, {1, 1}}.place(0), task.size};
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t sweep = 0; sweep <= task.iterations; ++sweep)
    whole.sweep();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {whole.absolute_sum() / static_cast<double>(active_cells(task.size)), took.count()};
}

} // namespace heat
