// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/counters.hpp"

#include "bench/ours/ping_pong.hpp"
#include "bench/ours/two_workers.hpp"

#include <algorithm>
#include <vector>

namespace bench {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

} // namespace

double ours_counters(const pairs_params& params) {
  auto with = two_workers();
  auto without = two_workers();
  without.counters = false;
  // Runs in turn, so that a busy moment of the machine hits both.
  std::vector<double> times_with, times_without;
  for (int i = 0; i < 5; ++i) {
    times_with.push_back(run_pairs(params, with, placement::together));
    times_without.push_back(run_pairs(params, without, placement::together));
  }
  double a = median(times_with);
  return 100 * (a - median(times_without)) / a;
}

} // namespace bench
