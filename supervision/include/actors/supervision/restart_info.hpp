// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

#include <actors/failure.hpp>

namespace actors::supervision {

/// Why a child starts again; for `restore` functions.
struct restart_info {
  /// `shop/inventory`.
  std::string path;
  /// How often it has been restarted, this time included.
  std::uint32_t restarts = 0;
  exit_kind kind = exit_kind::failed;
  failure reason;
};

} // namespace actors::supervision
