// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

namespace actors {

/// All times of the library; nanoseconds.
using duration = std::chrono::nanoseconds;

/// How long an ask waits when nothing else is said.
inline constexpr duration default_ask_timeout = std::chrono::seconds{5};

} // namespace actors
