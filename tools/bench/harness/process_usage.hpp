// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace bench {

/// Resident memory of this process in bytes, after the allocator has handed back what it can.
std::size_t resident_bytes();

/// Processor time that all threads of this process have used, in seconds.
double cpu_seconds();

} // namespace bench
