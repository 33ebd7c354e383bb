// SPDX-License-Identifier: BSD-3-Clause
#include "common/colour_map.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace apps {
namespace {

struct linear_rgb {
  double red;
  double green;
  double blue;

  bool in_gamut() const {
    const auto inside = [](double v) { return v >= -1e-6 && v <= 1.0 + 1e-6; };
    return inside(red) && inside(green) && inside(blue);
  }
};

double cube(double v) { return v * v * v; }

/// Source: Oklab's published inverse matrices.
linear_rgb from_oklch(double lightness, double chroma, double hue) {
  const double a = chroma * std::cos(hue);
  const double b = chroma * std::sin(hue);
  const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

std::uint8_t encoded(double linear) {
  const double v = std::clamp(linear, 0.0, 1.0);
  const double curve = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1.0 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255.0 * curve));
}

/// The most saturated colour of this lightness and hue, up to `chroma`, that sRGB holds.
linear_rgb most_saturated(double lightness, double chroma, double hue) {
  double inside = 0.0;
  double outside = chroma;
  if (from_oklch(lightness, chroma, hue).in_gamut())
    return from_oklch(lightness, chroma, hue);
  for (int halving = 0; halving < 24; ++halving) {
    const double middle = 0.5 * (inside + outside);
    (from_oklch(lightness, middle, hue).in_gamut() ? inside : outside) = middle;
  }
  return from_oklch(lightness, inside, hue);
}

/// `t` runs from 0 (cold) to 1 (hot); the hue turns from violet over red to yellow.
rgb shade(double t) {
  const double degrees = 284.0 + t * (462.0 - 284.0);
  const double hue = degrees * std::numbers::pi / 180.0;
  const double lightness = 0.10 + 0.88 * t;
  const double chroma = 0.02 + 0.165 * std::sin(std::numbers::pi * std::pow(t, 1.2));
  const auto colour = most_saturated(lightness, chroma, hue);
  return {encoded(colour.red), encoded(colour.green), encoded(colour.blue)};
}

} // namespace

colour_map::colour_map(double low, double high)
    : low_{low}, scale_{high > low ? (shades - 1) / (high - low) : 0.0} {
  for (int i = 0; i < shades; ++i)
    table_[static_cast<std::size_t>(i)] = shade(static_cast<double>(i) / (shades - 1));
}

rgb colour_map::operator()(double value) const {
  const double place = (value - low_) * scale_;
  if (!(place > 0.0)) // also catches what is not a number
    return table_.front();
  return table_[static_cast<std::size_t>(std::min(place + 0.5, shades - 1.0))];
}

} // namespace apps
