// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace heat {

/// Where a neighbour lies. The order is the order in which edges are packed; sides come first.
enum class direction : std::uint8_t {
  north,
  south,
  west,
  east,
  north_west,
  north_east,
  south_west,
  south_east,
};

inline constexpr std::array all_directions{
    direction::north,      direction::south,      direction::west,       direction::east,
    direction::north_west, direction::north_east, direction::south_west, direction::south_east};

inline constexpr std::size_t direction_count = all_directions.size();

/// The four sides: all that a 5-point stencil needs for one step, or a star of any radius.
inline constexpr std::span<const direction> sides{all_directions.data(), 4};

/// From which neighbours a block of heat needs edges to do up to `depth` steps on its own.
constexpr std::span<const direction> exchanged(std::size_t depth) {
  return depth > 1 ? std::span<const direction>{all_directions} : sides;
}

constexpr std::size_t index_of(direction d) { return static_cast<std::size_t>(d); }

/// One step in this direction: -1, 0 or 1 rows down and columns to the right.
struct offset {
  int rows;
  int cols;
};

constexpr offset offset_of(direction d) {
  constexpr std::array<offset, direction_count> offsets{
      {{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}}};
  return offsets[index_of(d)];
}

/// Sees the same edge from the other side.
constexpr direction opposite(direction d) {
  constexpr std::array<direction, direction_count> opposites{
      direction::south,      direction::north,      direction::east,       direction::west,
      direction::south_east, direction::south_west, direction::north_east, direction::north_west};
  return opposites[index_of(d)];
}

} // namespace heat
