// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

namespace apps {

/// One pixel, 8 bits a channel, sRGB.
struct rgb {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  friend bool operator==(const rgb&, const rgb&) = default;
};

/// Colours for a scalar: from near black through violet, red and orange to pale yellow.
///
/// Lightness grows evenly with the value, so equal differences look equal and a grey print keeps
/// their order. Source: a path through Oklab (B. Ottosson), chroma cut to what sRGB can show.
class colour_map {
public:
  /// Maps `low` to the darkest and `high` to the lightest colour; values outside are clamped.
  colour_map(double low, double high);

  /// The colour of one value; a value that is not a number is the darkest.
  rgb operator()(double value) const;

private:
  static constexpr int shades = 1024;

  double low_;
  double scale_;
  std::array<rgb, shades> table_;
};

} // namespace apps
