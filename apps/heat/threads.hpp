// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "heat/problem.hpp"

namespace heat {

/// The baseline: what one would write without actors. Each thread owns a band of rows and does the
/// same loop as `solve_serially` over it; a barrier ends every step.
/// Requires: threads >= 1.
run_result solve_with_threads(const problem& task, unsigned threads);

} // namespace heat
