// SPDX-License-Identifier: BSD-3-Clause
// A block of the past, from which the same block later is computed alone. What a cell is after n
// steps depends on the cells up to n away and on nothing else: the block with n cells around it is
// enough, and gives the same bits that the block would have come to with its neighbours' edges.
#pragma once

#include <span>
#include <vector>

#include "heat/block.hpp"

namespace heat {

/// A rectangle of the grid.
struct region {
  std::size_t top = 0;
  std::size_t left = 0;
  extent size;

  friend bool operator==(const region&, const region&) = default;
};

/// A block and up to `margin` cells on each of its sides, as far as the grid goes.
region surroundings(const block_plan& plan, std::size_t block, std::size_t margin);

/// A block and the cells around it.
class patch {
public:
  /// `cells` are those of `surroundings(plan, block, margin)`, row by row.
  patch(const block_plan& plan, std::size_t block, std::size_t margin, double rate,
        std::span<const double> cells);

  /// Requires: all calls together go at most `margin` steps.
  void advance(std::size_t steps);

  /// The block's cells now, row by row.
  std::vector<double> values() const;

private:
  region wanted_;
  std::size_t margin_; // how many cells around the block are of this moment
  block cells_;        // the block, and what lies between it and a wall near by
};

} // namespace heat
