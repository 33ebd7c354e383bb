// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/measurement.hpp"

#include "bench/harness/child_process.hpp"

#include <algorithm>
#include <exception>

namespace bench {
namespace {

using clock = std::chrono::steady_clock;
using seconds = std::chrono::duration<double>;

struct figures {
  double ours = 0;
  double baseline = 0;
};

double run_side(const benchmark& of, side which) {
  if (of.isolated == isolation::own_process)
    return measure_in_child(of.name, which);
  return which == side::ours ? of.ours() : of.baseline();
}

figures run_pair(const benchmark& of) {
  figures result;
  result.ours = run_side(of, side::ours);
  if (of.baseline)
    result.baseline = run_side(of, side::baseline);
  return result;
}

void add(measurement& to, const figures& pair) {
  to.ours.add(pair.ours);
  if (to.of.baseline)
    to.baseline.add(pair.baseline);
}

bool another_fits(std::size_t made, seconds elapsed, seconds longest, const repetition_plan& plan) {
  if (made == 0)
    return true;
  if (made >= plan.repetitions)
    return false;
  return elapsed + longest <= (made < plan.enough ? plan.at_most : plan.preferred);
}

void repeat(measurement& result, const repetition_plan& plan) {
  auto begun = clock::now();
  auto warm_up = run_pair(result.of);
  seconds longest = clock::now() - begun;
  auto wanted = static_cast<double>(std::min(plan.enough, plan.repetitions));
  if (longest * (wanted + 1) > plan.preferred)
    add(result, warm_up);
  for (auto pair_begun = clock::now();
       another_fits(result.ours.size(), pair_begun - begun, longest, plan);) {
    add(result, run_pair(result.of));
    auto now = clock::now();
    longest = std::max<seconds>(longest, now - pair_begun);
    pair_begun = now;
  }
}

} // namespace

std::optional<double> measurement::ratio() const {
  if (ours.empty() || baseline.empty())
    return std::nullopt;
  return of.better == direction::lower_is_better ? baseline.median() / ours.median()
                                                 : ours.median() / baseline.median();
}

measurement measure(const benchmark& of, const repetition_plan& plan) {
  measurement result;
  result.of = of;
  try {
    repeat(result, plan);
  } catch (const std::exception& error) {
    result.failure = error.what();
  }
  return result;
}

} // namespace bench
