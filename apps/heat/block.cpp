// SPDX-License-Identifier: BSD-3-Clause
#include "heat/block.hpp"

#include <algorithm>

#include "heat/stencil.hpp"

namespace heat {

block::block(const block_place& place, std::size_t depth, double rate)
    : place_{place}, depth_{depth}, rate_{rate}, cells_{place.size, depth} {}

std::vector<double> block::values(std::vector<double> storage) const {
  storage.resize(place_.size.area());
  cells_.store(storage, place_.size, 0, 0);
  return storage;
}

void block::load(std::span<const double> field, extent grid_size) {
  cells_.load(field, grid_size, place_.top, place_.left);
}

void block::store(std::span<double> field, extent grid_size) const {
  cells_.store(field, grid_size, place_.top, place_.left);
}

std::vector<double> block::values_of(std::size_t top, std::size_t left, extent size) const {
  std::vector<double> out(size.area());
  for (std::size_t r = 0; r < size.rows; ++r)
    std::copy_n(cells_.row(static_cast<std::ptrdiff_t>(top - place_.top + r)) + left - place_.left,
                size.cols, out.data() + r * size.cols);
  return out;
}

void block::load_around(std::span<const double> cells, std::size_t top, std::size_t left,
                        extent size) {
  const auto first = static_cast<std::ptrdiff_t>(top) - static_cast<std::ptrdiff_t>(place_.top);
  const auto col = static_cast<std::ptrdiff_t>(left) - static_cast<std::ptrdiff_t>(place_.left);
  for (std::size_t r = 0; r < size.rows; ++r)
    std::copy_n(cells.data() + r * size.cols, size.cols,
                cells_.row(first + static_cast<std::ptrdiff_t>(r)) + col);
}

void block::advance(std::size_t steps, std::size_t beyond) {
  const auto last = static_cast<std::ptrdiff_t>(beyond);
  for (auto margin = last + static_cast<std::ptrdiff_t>(steps); margin-- > last;)
    step(margin);
}

/// Steps the block and `margin` cells of its halo, except where there is a wall.
void block::step(std::ptrdiff_t margin) {
  const auto top = place_.wall_north ? 0 : -margin;
  const auto bottom = cells_.rows() + (place_.wall_south ? 0 : margin);
  const auto left = place_.wall_west ? 0 : -margin;
  const auto right = cells_.cols() + (place_.wall_east ? 0 : margin);
  if (cells_.slides_up())
    for (auto r = top; r < bottom; ++r)
      step_row(r, left, right);
  else
    for (auto r = bottom; r-- > top;)
      step_row(r, left, right);
  cells_.slide();
}

/// Steps at least the cells [left, right) of a row. Whole cache lines are quicker than exact ends;
/// what it computes beyond them lies in the halo or behind a wall, where nobody reads it again.
void block::step_row(std::ptrdiff_t r, std::ptrdiff_t left, std::ptrdiff_t right) {
  double* const here = cells_.row(r);
  if (place_.wall_west)
    here[-1] = here[0];
  if (place_.wall_east)
    here[right] = here[right - 1];
  const bool north_end = place_.wall_north && r == 0;
  const bool south_end = place_.wall_south && r + 1 == cells_.rows();
  const double* const above = north_end ? here : cells_.row(r - 1);
  const double* const below = south_end ? here : cells_.row(r + 1);
  const auto first = grid::line_start(left);
  const auto width = grid::line_start(right + grid::line - 1) - first;
  heat_row(above + first, here + first, below + first, cells_.row_after_slide(r) + first, width,
           rate_);
}

} // namespace heat
