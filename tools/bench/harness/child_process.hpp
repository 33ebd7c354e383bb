// SPDX-License-Identifier: BSD-3-Clause
//
// Runs one side of a benchmark in a process of its own: this program again, as
// `actors-bench --child NAME SIDE`, which prints the figure on its standard output and leaves.
#pragma once

#include "bench/harness/registry.hpp"

#include <optional>
#include <string>

namespace bench {

enum class side { ours, baseline };

/// Runs one side of the benchmark `name` in a new process of this program and returns its figure.
/// Errors: throws with the child's own words when it fails.
double measure_in_child(const std::string& name, side which);

/// When the command line asks for a child's work, does it and ends the process. Returns the exit
/// status for a child's command line that makes no sense, and nothing for any other.
std::optional<int> run_as_child(const registry& benchmarks, int argc, char** argv);

} // namespace bench
