// SPDX-License-Identifier: BSD-3-Clause
#include "heat/snapshots.hpp"

#include <algorithm>

namespace heat {

std::vector<snapshots::copy> snapshots::add(std::uint64_t step, copy&& one) {
  std::vector<copy> spare;
  if (step <= step_) {
    spare.push_back(std::move(one));
    return spare;
  }
  auto& at = by_step_[step];
  at.cells.resize(plan_.count());
  at.count += at.cells[one.block].empty() ? 1 : 0;
  at.cells[one.block].swap(one.cells);
  if (!one.cells.empty())
    spare.push_back(std::move(one)); // the same copy came before
  if (at.count != plan_.count())
    return spare;
  step_ = step;
  while (by_step_.begin()->first < step) {
    auto& old = by_step_.begin()->second.cells;
    for (std::size_t block = 0; block < old.size(); ++block)
      if (!old[block].empty())
        spare.push_back({block, std::move(old[block])});
    by_step_.erase(by_step_.begin());
  }
  return spare;
}

std::vector<double> snapshots::cells(const region& where) const {
  std::vector<double> out(where.size.area());
  const auto block = plan_.block_size();
  const auto last_row = (where.top + where.size.rows - 1) / block.rows;
  const auto last_col = (where.left + where.size.cols - 1) / block.cols;
  for (auto row = where.top / block.rows; row <= last_row; ++row)
    for (auto col = where.left / block.cols; col <= last_col; ++col)
      paste(row * plan_.blocks().cols + col, where, out);
  return out;
}

/// Copies what a block has of the region.
void snapshots::paste(std::size_t block, const region& where, std::vector<double>& into) const {
  const auto place = plan_.place(block);
  const auto top = std::max(where.top, place.top);
  const auto left = std::max(where.left, place.left);
  const auto bottom = std::min(where.top + where.size.rows, place.top + place.size.rows);
  const auto right = std::min(where.left + where.size.cols, place.left + place.size.cols);
  for (auto r = top; r < bottom; ++r) {
    const double* const from = step_ == 0
                                   ? start_.data() + r * plan_.grid_size().cols + left
                                   : by_step_.at(step_).cells[block].data() +
                                         (r - place.top) * place.size.cols + left - place.left;
    std::copy_n(from, right - left,
                into.data() + (r - where.top) * where.size.cols + left - where.left);
  }
}

} // namespace heat
