// SPDX-License-Identifier: BSD-3-Clause
#include "heat/patch.hpp"

#include <algorithm>

namespace heat {
namespace {

/// A block with walls only where it ends itself: one that has a wall within `margin` grows up to
/// it.
block_place up_to_walls(const block_plan& plan, std::size_t block, std::size_t margin) {
  auto place = plan.place(block);
  const auto grid = plan.grid_size();
  auto bottom = place.top + place.size.rows;
  auto right = place.left + place.size.cols;
  place.wall_north = place.top <= margin;
  place.wall_west = place.left <= margin;
  place.wall_south = grid.rows - bottom <= margin;
  place.wall_east = grid.cols - right <= margin;
  place.top = place.wall_north ? 0 : place.top;
  place.left = place.wall_west ? 0 : place.left;
  bottom = place.wall_south ? grid.rows : bottom;
  right = place.wall_east ? grid.cols : right;
  place.size = {bottom - place.top, right - place.left};
  return place;
}

} // namespace

region surroundings(const block_plan& plan, std::size_t block, std::size_t margin) {
  const auto place = plan.place(block);
  const auto top = place.top - std::min(place.top, margin);
  const auto left = place.left - std::min(place.left, margin);
  const auto bottom = std::min(plan.grid_size().rows, place.top + place.size.rows + margin);
  const auto right = std::min(plan.grid_size().cols, place.left + place.size.cols + margin);
  return {top, left, {bottom - top, right - left}};
}

patch::patch(const block_plan& plan, std::size_t block, std::size_t margin, double rate,
             std::span<const double> cells)
    : wanted_{surroundings(plan, block, 0)}, margin_{margin}, cells_{
                                                                  up_to_walls(plan, block, margin),
                                                                  margin, rate} {
  const auto all = surroundings(plan, block, margin);
  cells_.load_around(cells, all.top, all.left, all.size);
}

void patch::advance(std::size_t steps) {
  margin_ -= steps;
  cells_.advance(steps, margin_);
}

std::vector<double> patch::values() const {
  return cells_.values_of(wanted_.top, wanted_.left, wanted_.size);
}

} // namespace heat
