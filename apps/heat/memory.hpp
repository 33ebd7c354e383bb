// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "heat/options.hpp"

namespace heat {

/// About how much memory a run takes at its peak. Units: bytes.
std::size_t memory_needed(const options& wanted);

} // namespace heat
