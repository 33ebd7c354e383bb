// SPDX-License-Identifier: BSD-3-Clause
//
// What a benchmark is: a value with two callables. Neither knows about repetitions or reports.
#pragma once

#include <functional>
#include <string>

namespace bench {

enum class direction { lower_is_better, higher_is_better };

/// Where a benchmark's sides run: in this process, or each run in a process of its own, so that
/// memory one side leaves behind cannot show up in the figures of the other. A process of its own
/// ends with the figure: such a side may leave everything as it is, threads included.
enum class isolation { shared_process, own_process };

struct benchmark {
  std::string name = {};
  std::string unit = {};
  direction better = direction::lower_is_better;

  /// One sentence: the work and what the figure counts.
  std::string what = {};

  /// Runs the work once and returns its figure in `unit`.
  /// Errors: throws when the work's own check fails; the benchmark is then reported as failed.
  std::function<double()> ours = {};

  /// The same for whatever we compare with; empty when the figure stands alone.
  std::function<double()> baseline = {};

  /// What `baseline` is; empty without one.
  std::string baseline_name = {};

  isolation isolated = isolation::shared_process;

  /// What a reader must know to read the figure; may be empty.
  std::string note = {};
};

} // namespace bench
