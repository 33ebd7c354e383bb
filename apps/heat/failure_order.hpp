// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "common/error.hpp"
#include "common/extent.hpp"

namespace heat {

/// A block that is to fail in the round in which it reaches a step; once.
struct failure_order {
  std::size_t block = 0;  ///< Counted row by row.
  std::uint64_t step = 0; ///< From 1.

  friend bool operator==(const failure_order&, const failure_order&) = default;
};

/// Reads "ROWxCOLUMN@STEP", rows and columns counted from 1. Errors: what was expected instead.
apps::expected<failure_order> parse_failure_order(std::string_view text, apps::extent blocks,
                                                  std::uint64_t steps);

} // namespace heat
