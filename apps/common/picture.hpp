// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "common/colour_map.hpp"
#include "common/error.hpp"
#include "common/extent.hpp"

namespace apps {

/// The largest side of a picture that is read or written, in pixels.
inline constexpr std::size_t largest_side = 16384;

/// A colour picture, row by row.
struct picture {
  extent size;
  std::vector<rgb> pixels;

  explicit picture(extent s, rgb fill = {}) : size{s}, pixels(s.area(), fill) {}

  rgb& at(std::size_t row, std::size_t col) { return pixels[row * size.cols + col]; }
  const rgb& at(std::size_t row, std::size_t col) const { return pixels[row * size.cols + col]; }
};

/// Brightness of every pixel of a picture, row by row.
struct luma_grid {
  extent size;
  std::vector<double> values; ///< Units: 0 (black) to 255 (white), also for 16-bit files.
};

/// The size a PNG's header declares. Reads nothing but the header.
/// Errors: unreadable, not a PNG, a side longer than `largest_side`.
expected<extent> read_picture_size(const std::filesystem::path& file);

/// The brightness (Rec. 709 luma) of a PNG: grey, colour or palette, 1 to 16 bits, interlaced or
/// not. Transparent pixels are taken as if they lay on black.
/// Errors: those of `read_picture_size`, and a file that is cut short or damaged.
expected<luma_grid> read_luma(const std::filesystem::path& file);

/// Colours a field of `size` cells.
picture paint(std::span<const double> field, extent size, const colour_map& colours);

/// Writes an RGB PNG. The file appears whole or not at all: it is written aside, then renamed.
/// Errors: the folder does not exist or refuses the file, the disk is full.
expected<void> write_picture(const std::filesystem::path& file, const picture& image);

/// Says whether `write_picture` could create this file, without creating or changing it.
expected<void> check_writable(const std::filesystem::path& file);

} // namespace apps
