// SPDX-License-Identifier: BSD-3-Clause
//
// What it costs to have supervisors.
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// A child fails `failures` times, one after the other: it throws in a handler, and a message that
/// waits, or is sent as soon as there is somebody to take it, is handled by the next instance. Counts
/// microseconds from just before the throw to that message.
struct restart_params {
  std::uint64_t failures = 0;
};

/// A supervisor with `children` starts them, and stops when all have started. Counts the seconds of
/// both together; building the specification does not count.
struct children_params {
  std::uint64_t children = 0;
};

double ours_restart(const restart_params& params);
double ours_children(const children_params& params);

double caf_restart(const restart_params& params);
double caf_children(const children_params& params);

/// restart, children and children_growth.
void add_supervision(registry& to);

} // namespace bench
