// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/samples.hpp"

#include <algorithm>

namespace bench {

double samples::median() const {
  auto sorted = figures_;
  std::ranges::sort(sorted);
  auto middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double samples::smallest() const { return *std::ranges::min_element(figures_); }

double samples::largest() const { return *std::ranges::max_element(figures_); }

} // namespace bench
