// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "common/extent.hpp"

namespace heat {

using apps::extent;

/// What is to be computed: a start field, how fast heat flows, and for how many steps.
struct problem {
  extent size;
  std::vector<double> field; ///< The start, row by row.
  double rate = 0.2;         ///< Share of the difference to a neighbour that flows in a step.
  std::uint64_t steps = 0;
};

/// A block failed and came back.
struct recovery {
  std::size_t block = 0;       ///< Counted row by row.
  std::uint64_t failed_at = 0; ///< The step it had reached.
  std::uint64_t from = 0;      ///< The step of the copy it went on from; 0: the start.

  friend bool operator==(const recovery&, const recovery&) = default;
};

/// What came out, and how long the steps took.
struct run_result {
  std::vector<double> field;
  double seconds = 0.0; ///< The steps alone, without setting up and collecting the field.
  std::vector<recovery> recoveries{}; ///< In the order of their ends.
};

/// Who wants to see a run while it goes on. Both functions may be empty; the solver calls them one
/// at a time, but perhaps from other threads than the caller's.
struct observer {
  /// Ascending steps, each at most `steps`, after which `on_frame` gets the whole field.
  std::vector<std::uint64_t> frames;
  std::function<void(std::uint64_t step, std::span<const double> field)> on_frame;
  /// How many steps all of the grid has done.
  std::function<void(std::uint64_t done)> on_progress;
};

/// `count` steps from 0 to `steps`, denser at the start, where most happens. Ascending, no doubles.
std::vector<std::uint64_t> frame_steps(std::uint64_t steps, std::size_t count);

/// A smooth field for measurements: a few warm hills, the same on every machine.
std::vector<double> synthetic_field(extent size);

} // namespace heat
