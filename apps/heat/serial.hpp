// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "heat/problem.hpp"

namespace heat {

/// The reference: one thread, one loop over the whole grid, two copies of it in turns.
run_result solve_serially(const problem& task, const observer& watch = {});

} // namespace heat
