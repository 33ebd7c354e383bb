// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "problem.hpp"

namespace actors::placement::detail {

/// A cost that no plan of all items is below: items and nodes may be cut into pieces, one resource
/// (or the sum of their shares) counts at a time, and only flows to regions cost anything.
[[nodiscard]] cost lower_bound(const problem& p);

} // namespace actors::placement::detail
