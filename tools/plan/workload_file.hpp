// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "plan/json_reader.hpp"
#include "protocol/placement/workload.hpp"

namespace plan_tool {

/// Errors: invalid_argument: one line that says where in the file, and what was expected.
[[nodiscard]] expected<std::vector<actors::placement::detail::request>>
read_workload(const json& file);

} // namespace plan_tool
