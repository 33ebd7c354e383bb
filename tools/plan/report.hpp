// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "protocol/placement/workload.hpp"

namespace plan_tool {

/// What was planned, of what, and how long that took.
struct finding {
  const actors::placement::detail::fleet& all;
  const std::vector<actors::placement::detail::request>& workload;
  const actors::placement::detail::plan& made;
  std::string currency;
  double seconds = 0;
};

/// For people; lists up to `rows` requests, those with something left over first.
[[nodiscard]] std::string report_text(const finding& f, std::size_t rows);

/// One object with the nodes of every request.
[[nodiscard]] std::string report_json(const finding& f);

} // namespace plan_tool
