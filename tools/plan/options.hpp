// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <actors/failure.hpp>

namespace plan_tool {

struct options {
  std::string nodes;
  std::string workload;
  std::uint64_t seed = 1;
  std::size_t effort = 200'000;
  /// Requests that the text lists.
  std::size_t rows = 20;
  bool json = false;
  std::string help; ///< Not empty: show this and do nothing.
};

/// Errors: invalid_argument: one line: the option, its value, what was expected.
[[nodiscard]] actors::expected<options> parse_options(int argc, const char* const* argv);

} // namespace plan_tool
