// SPDX-License-Identifier: BSD-3-Clause
// A block advances several steps on one exchange of edges. With a halo of depth d it first steps a
// rectangle d - 1 cells larger than itself, then one d - 2 cells larger, and so on; what it
// computes outside itself its neighbour computes, too, with the same bits. Fewer messages, and the
// block stays in the cache for d steps instead of one.
//
// A step works in place: a new row is written over the old row above it (the next step: below it),
// which nobody needs any more. A block so takes half the cache that two copies of it would.
#pragma once

#include <span>
#include <vector>

#include "heat/block_plan.hpp"
#include "heat/edges.hpp"
#include "heat/grid.hpp"

namespace heat {

/// The cells of one block with their halo. The outside of the grid is insulated: nothing flows
/// through a wall.
class block {
public:
  block() = default;

  /// Requires: `depth` is from 1 to the shorter side of the block.
  block(const block_place& place, std::size_t depth, double rate);

  const block_place& place() const { return place_; }
  std::size_t depth() const { return depth_; }

  /// The edge that the neighbour towards `d` needs before it can advance, in `storage`.
  std::vector<double> edge(direction d, std::vector<double> storage = {}) const {
    return pack_edge(cells_, d, depth_, std::move(storage));
  }

  /// This block's cells, without the halo, row by row, in `storage`.
  std::vector<double> values(std::vector<double> storage = {}) const;

  /// The cells of a part of this block, which starts at (top, left) of the whole grid, row by row.
  std::vector<double> values_of(std::size_t top, std::size_t left, extent size) const;

  /// Takes the cells of a rectangle that starts at (top, left) of the whole grid. Requires: it lies
  /// in this block and its halo.
  void load_around(std::span<const double> cells, std::size_t top, std::size_t left, extent size);

  /// Takes what `values` gave. The halo is to be received anew.
  void restore(std::span<const double> values) { cells_.load(values, place_.size, 0, 0); }

  /// Takes this block's cells from the field of the whole grid.
  void load(std::span<const double> field, extent grid_size);

  /// Writes this block's cells into the field of the whole grid.
  void store(std::span<double> field, extent grid_size) const;

  /// Takes the edge that the neighbour towards `from` packed for us. Errors: false if its size is
  /// wrong.
  [[nodiscard]] bool receive(direction from, std::span<const double> edge) {
    return unpack_edge(cells_, from, depth_, edge);
  }

  /// Advances by `steps`, and with the block the `beyond` cells around it. Requires: steps + beyond
  /// <= depth, and the edges of all neighbours towards `exchanged(depth)` are of this moment.
  void advance(std::size_t steps, std::size_t beyond = 0);

  template <class Archive>
  void serialize(Archive& ar) {
    ar(place_, depth_, rate_, cells_);
  }

private:
  void step(std::ptrdiff_t margin);
  void step_row(std::ptrdiff_t r, std::ptrdiff_t left, std::ptrdiff_t right);

  block_place place_;
  std::size_t depth_ = 1;
  double rate_ = 0.0;
  grid cells_;
};

} // namespace heat
