// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

#include "plan/json_reader.hpp"
#include "protocol/placement/node_table.hpp"

namespace plan_tool {

/// A table of nodes and what its prices are in.
struct table_file {
  actors::placement::detail::node_table table{};
  std::string currency{};
};

/// Errors: invalid_argument: one line that says where in the file, and what was expected.
[[nodiscard]] expected<table_file> read_table(const json& file);

} // namespace plan_tool
