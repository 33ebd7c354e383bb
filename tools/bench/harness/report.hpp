// SPDX-License-Identifier: BSD-3-Clause
//
// Two forms of the same results: a table for people, and one JSON array for programs.
#pragma once

#include "bench/harness/measurement.hpp"
#include "bench/harness/registry.hpp"

#include <string>
#include <vector>

namespace bench {

/// The head of the table and one line per benchmark, printed as they come in.
void print_head();
void print_line(const measurement& result);

/// Name, unit and meaning of every benchmark.
void print_list(const registry& benchmarks);

/// The array that `--json` writes: name, ours, baseline, unit, ratio, then the spreads (smallest,
/// largest), the number of repetitions, what the baseline is, and a note or a failure where there
/// is one.
std::string to_json(const std::vector<measurement>& results);

} // namespace bench
