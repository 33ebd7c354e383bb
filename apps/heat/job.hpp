// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>

#include "common/contact_sheet.hpp"
#include "heat/actor_solver.hpp"
#include "heat/options.hpp"

namespace heat {

/// The outcome of a bit-for-bit comparison.
struct difference {
  std::size_t cells = 0; ///< How many differ.
  std::size_t first = 0; ///< The first of them, counted row by row.
};

/// Times of the same problem on actors and on the plain loop, medians of runs in turns.
struct comparison {
  unsigned threads = 2; ///< Of the plain loop.
  double actors_seconds = 0.0;
  double threads_seconds = 0.0;

  /// Above 1: the actors are faster.
  double ratio() const { return threads_seconds / actors_seconds; }
};

/// All that a run of the program found out.
struct findings {
  run_result run;
  double mean_before = 0.0;
  double mean_after = 0.0;
  std::optional<difference> verified;
  std::optional<comparison> compared;
  std::optional<prk_result> prk;

  /// Whether every check that was asked for came out right.
  bool right(const options& asked) const;
};

/// The problem the options describe. Errors: the picture is damaged.
apps::expected<problem> load_problem(const options& asked);

/// Which cells of two fields of equal size differ in any bit.
difference compare_bits(const std::vector<double>& a, const std::vector<double>& b);

/// Runs everything that was asked for, in order; adds the frames of the course to `sheet`.
/// Errors: an actor failed.
apps::expected<findings> run_job(const options& asked, const actors::node_options& node,
                                 const problem& task, apps::contact_sheet& sheet);

} // namespace heat
