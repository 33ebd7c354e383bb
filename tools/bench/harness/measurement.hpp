// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/benchmark.hpp"
#include "bench/harness/samples.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace bench {

/// How often to repeat, and for how long at most. Time that runs short takes repetitions away, but
/// not below `enough` while `at_most` allows that many; one repetition is always made.
struct repetition_plan {
  std::size_t repetitions = 5;
  std::size_t enough = 3;
  std::chrono::duration<double> preferred{7.5};
  std::chrono::duration<double> at_most{9.5};
};

/// What came out of one benchmark.
struct measurement {
  benchmark of;
  samples ours;
  samples baseline;

  /// Why the benchmark failed; empty when it did not.
  std::string failure;

  /// Of the medians, above 1 when ours is better. None without a baseline.
  std::optional<double> ratio() const;
};

/// Runs both sides in turn (ours, baseline, ours, baseline, ...). A first pair warms up and is not
/// counted, unless counting it is the only way to `enough`.
measurement measure(const benchmark& of, const repetition_plan& plan);

} // namespace bench
