// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "heat/direction.hpp"
#include "heat/grid.hpp"

namespace heat {

/// Where one block lies in the grid, and on which of its sides the grid ends.
struct block_place {
  std::size_t index = 0; ///< Counted row by row.
  std::size_t top = 0;   ///< First row of the grid that belongs to the block.
  std::size_t left = 0;  ///< First column.
  extent size;
  bool wall_north = true;
  bool wall_south = true;
  bool wall_west = true;
  bool wall_east = true;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(index, top, left, size.rows, size.cols, wall_north, wall_south, wall_west, wall_east);
  }
};

/// How a grid is cut into equal blocks: places, neighbours, shards.
class block_plan {
public:
  block_plan() = default;
  /// Requires: `blocks` divides `grid_size` on both axes.
  block_plan(extent grid_size, extent blocks);

  extent grid_size() const { return grid_size_; }
  extent blocks() const { return blocks_; }
  extent block_size() const;
  std::size_t count() const { return blocks_.area(); }

  block_place place(std::size_t index) const;

  /// For people: row and column, counted from 1: "1x1" is in the upper left corner.
  std::string name(std::size_t index) const;

  /// The index of the block next to `index`, or nothing where the grid ends.
  std::optional<std::size_t> neighbour(std::size_t index, direction d) const;

  /// How many neighbours block `index` has towards `ways`: `sides` or `exchanged(depth)`.
  std::size_t neighbour_count(std::size_t index, std::span<const direction> ways) const;

  /// The shard of a block: neighbouring rows of blocks stay together, shares differ by at most 1.
  std::size_t shard_of(std::size_t index, std::size_t shards) const;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(grid_size_.rows, grid_size_.cols, blocks_.rows, blocks_.cols);
  }

private:
  extent grid_size_;
  extent blocks_;
};

/// The number of parts nearest to `wished` that cuts `length` cells into equal parts.
std::size_t nearest_cut(std::size_t length, std::size_t wished);

/// How many steps the round that begins after `done` steps takes: at most `depth`, and never past
/// the next of `stops` (ascending; each is a step after which the field is shown) or past `steps`.
std::uint64_t round_length(std::uint64_t done, std::uint64_t steps, std::uint64_t depth,
                           std::span<const std::uint64_t> stops);

} // namespace heat
