// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/picture.hpp"

namespace apps {

/// The course of a run on one picture: small tiles in reading order, each with its step number.
class contact_sheet {
public:
  /// For up to `frames` fields of `field_size` cells, coloured alike.
  contact_sheet(extent field_size, std::size_t frames, const colour_map& colours);

  /// Adds the field as it was after `step` steps, scaled down to a tile.
  void add(std::uint64_t step, std::span<const double> field);

  std::size_t frames() const { return tiles_.size(); }

  /// All tiles so far, with thin separators between them.
  picture compose() const;

private:
  picture shrink(std::span<const double> field) const;

  extent field_size_;
  extent tile_size_;
  std::size_t across_;
  colour_map colours_;
  std::vector<picture> tiles_;
};

/// The size of a tile: no side longer than `longest`, the shape of the field kept.
extent tile_extent(extent field_size, std::size_t longest);

/// How many tiles stand side by side, so that the sheet comes near to 4:3.
std::size_t tiles_across(extent tile, std::size_t frames);

/// Writes a number into a picture, its upper left corner at (row, col), `zoom` pixels a dot.
void draw_number(picture& image, std::size_t row, std::size_t col, std::uint64_t number,
                 std::size_t zoom, rgb colour);

} // namespace apps
