// SPDX-License-Identifier: BSD-3-Clause
// What the tests of heat share.
#pragma once

#include <cstring>
#include <random>
#include <vector>

#include "heat/problem.hpp"

/// A field of noise: any cell computed wrongly shows at once.
inline heat::problem random_problem(heat::extent size, std::uint64_t steps, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::uniform_real_distribution<double> brightness{0.0, 255.0};
  heat::problem task{
      .size = size, .field = std::vector<double>(size.area()), .rate = 0.2, .steps = steps};
  for (auto& cell : task.field)
    cell = brightness(random);
  return task;
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}
