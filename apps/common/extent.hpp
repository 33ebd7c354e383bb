// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/error.hpp"

namespace apps {

/// Rows and columns of a grid, in cells or in blocks.
struct extent {
  std::size_t rows = 0;
  std::size_t cols = 0;

  /// The number of cells. Requires: the product fits, which every validated extent does.
  std::size_t area() const { return rows * cols; }

  friend bool operator==(const extent&, const extent&) = default;
};

/// "8x4", the way `parse_extent` reads it.
inline std::string to_string(extent e) {
  return std::to_string(e.rows) + "x" + std::to_string(e.cols);
}

/// A whole number in [low, high], or what was expected instead.
inline expected<std::size_t> parse_count(std::string_view text, std::size_t low, std::size_t high) {
  std::size_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc{} && stop == end && value >= low && value <= high)
    return value;
  return fail("expected a whole number from " + std::to_string(low) + " to " +
              std::to_string(high));
}

/// Reads "ROWSxCOLUMNS", each from 1 to `largest`.
inline expected<extent> parse_extent(std::string_view text, std::size_t largest) {
  const auto cross = text.find('x');
  if (cross != std::string_view::npos) {
    const auto rows = parse_count(text.substr(0, cross), 1, largest);
    const auto cols = parse_count(text.substr(cross + 1), 1, largest);
    if (rows && cols)
      return extent{*rows, *cols};
  }
  return fail("expected ROWSxCOLUMNS such as 8x8, each from 1 to " + std::to_string(largest));
}

} // namespace apps
