// SPDX-License-Identifier: BSD-3-Clause
#include "common/contact_sheet.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace apps {
namespace {

constexpr std::size_t longest_tile_side = 256;
constexpr std::size_t separator = 3;
constexpr rgb background{18, 18, 22};
constexpr rgb ink{255, 255, 255};
constexpr rgb shadow{0, 0, 0};

/// Digits of 3 by 5 dots, three bits a line, the uppermost line first.
constexpr std::array<std::array<std::uint8_t, 5>, 10> digits{{{7, 5, 5, 5, 7},
                                                              {2, 6, 2, 2, 7},
                                                              {7, 1, 7, 4, 7},
                                                              {7, 1, 7, 1, 7},
                                                              {5, 5, 7, 1, 1},
                                                              {7, 4, 7, 1, 7},
                                                              {7, 4, 7, 5, 7},
                                                              {7, 1, 1, 2, 2},
                                                              {7, 5, 7, 5, 7},
                                                              {7, 5, 7, 1, 7}}};

void fill(picture& image, std::size_t row, std::size_t col, extent box, rgb colour) {
  const auto bottom = std::min(row + box.rows, image.size.rows);
  const auto right = std::min(col + box.cols, image.size.cols);
  for (auto r = row; r < bottom; ++r)
    for (auto c = col; c < right; ++c)
      image.at(r, c) = colour;
}

void draw_digit(picture& image, std::size_t row, std::size_t col, unsigned digit, std::size_t zoom,
                rgb colour) {
  for (std::size_t line = 0; line < 5; ++line)
    for (std::size_t dot = 0; dot < 3; ++dot)
      if (digits[digit][line] >> (2 - dot) & 1)
        fill(image, row + line * zoom, col + dot * zoom, {zoom, zoom}, colour);
}

void copy_into(picture& sheet, const picture& tile, std::size_t row, std::size_t col) {
  for (std::size_t r = 0; r < tile.size.rows; ++r)
    std::copy_n(&tile.at(r, 0), tile.size.cols, &sheet.at(row + r, col));
}

/// The mean of the field over rows [r0, r1) and columns [c0, c1).
double mean(std::span<const double> field, std::size_t pitch, std::size_t r0, std::size_t r1,
            std::size_t c0, std::size_t c1) {
  double sum = 0.0;
  for (auto r = r0; r < r1; ++r)
    for (auto c = c0; c < c1; ++c)
      sum += field[r * pitch + c];
  return sum / static_cast<double>((r1 - r0) * (c1 - c0));
}

} // namespace

extent tile_extent(extent field_size, std::size_t longest) {
  const auto side = std::max(field_size.rows, field_size.cols);
  if (side <= longest)
    return field_size;
  const auto shrunk = [&](std::size_t length) {
    return std::max<std::size_t>(1, length * longest / side);
  };
  return {shrunk(field_size.rows), shrunk(field_size.cols)};
}

std::size_t tiles_across(extent tile, std::size_t frames) {
  const double wished = std::sqrt(static_cast<double>(frames) * 4.0 / 3.0 *
                                  static_cast<double>(tile.rows) / static_cast<double>(tile.cols));
  const auto across = static_cast<std::size_t>(std::lround(wished));
  return std::clamp<std::size_t>(across, 1, std::max<std::size_t>(frames, 1));
}

void draw_number(picture& image, std::size_t row, std::size_t col, std::uint64_t number,
                 std::size_t zoom, rgb colour) {
  for (const char digit : std::to_string(number)) {
    draw_digit(image, row, col, static_cast<unsigned>(digit - '0'), zoom, colour);
    col += 4 * zoom;
  }
}

contact_sheet::contact_sheet(extent field_size, std::size_t frames, const colour_map& colours)
    : field_size_{field_size}, tile_size_{tile_extent(field_size, longest_tile_side)},
      across_{tiles_across(tile_size_, frames)}, colours_{colours} {}

void contact_sheet::add(std::uint64_t step, std::span<const double> field) {
  auto tile = shrink(field);
  const std::size_t zoom = std::max<std::size_t>(1, tile_size_.cols / 128);
  const auto top = tile_size_.rows - std::min(tile_size_.rows, 9 * zoom);
  draw_number(tile, top + zoom, 4 * zoom, step, zoom, shadow); // legible on light and on dark
  draw_number(tile, top, 3 * zoom, step, zoom, ink);
  tiles_.push_back(std::move(tile));
}

picture contact_sheet::shrink(std::span<const double> field) const {
  const auto start = [](std::size_t i, std::size_t length, std::size_t parts) {
    return i * length / parts;
  };
  picture tile{tile_size_};
  for (std::size_t r = 0; r < tile_size_.rows; ++r)
    for (std::size_t c = 0; c < tile_size_.cols; ++c)
      tile.at(r, c) =
          colours_(mean(field, field_size_.cols, start(r, field_size_.rows, tile_size_.rows),
                        start(r + 1, field_size_.rows, tile_size_.rows),
                        start(c, field_size_.cols, tile_size_.cols),
                        start(c + 1, field_size_.cols, tile_size_.cols)));
  return tile;
}

picture contact_sheet::compose() const {
  const auto down = (tiles_.size() + across_ - 1) / across_;
  const auto reach = [](std::size_t count, std::size_t side) {
    return count * (side + separator) + separator;
  };
  picture sheet{{reach(down, tile_size_.rows), reach(across_, tile_size_.cols)}, background};
  for (std::size_t i = 0; i < tiles_.size(); ++i)
    copy_into(sheet, tiles_[i], reach(i / across_, tile_size_.rows),
              reach(i % across_, tile_size_.cols));
  return sheet;
}

} // namespace apps
