// SPDX-License-Identifier: BSD-3-Clause
#include "heat/problem.hpp"

#include <cmath>
#include <numbers>

namespace heat {

std::vector<std::uint64_t> frame_steps(std::uint64_t steps, std::size_t count) {
  std::vector<std::uint64_t> frames;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 1.0;
    const auto step =
        static_cast<std::uint64_t>(std::llround(share * share * static_cast<double>(steps)));
    if (frames.empty() || step > frames.back())
      frames.push_back(step);
  }
  return frames;
}

std::vector<double> synthetic_field(extent size) {
  constexpr double turn = 2.0 * std::numbers::pi;
  std::vector<double> down(size.rows);
  std::vector<double> along(size.cols);
  for (std::size_t r = 0; r < size.rows; ++r)
    down[r] = std::sin(turn * 3.0 * static_cast<double>(r) / static_cast<double>(size.rows));
  for (std::size_t c = 0; c < size.cols; ++c)
    along[c] = std::cos(turn * 2.0 * static_cast<double>(c) / static_cast<double>(size.cols));
  std::vector<double> field(size.area());
  for (std::size_t r = 0; r < size.rows; ++r)
    for (std::size_t c = 0; c < size.cols; ++c)
      field[r * size.cols + c] = 127.5 + 60.0 * down[r] * along[c] + 60.0 * down[r] * down[r];
  return field;
}

} // namespace heat
