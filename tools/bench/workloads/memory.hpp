// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// `actors` actors with 8 bytes of state, each of which has handled one message and waits for the
/// next. Counts bytes of resident memory per actor. What the caller needs to keep them alive (CAF's
/// handles) is not counted.
struct memory_params {
  std::uint64_t actors = 0;
};

double ours_memory(const memory_params& params);
double caf_memory(const memory_params& params);

/// memory; each side runs in a process of its own.
void add_memory(registry& to);

} // namespace bench
