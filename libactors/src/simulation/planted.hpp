// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string_view>

#include "../protocol/directory/options.hpp"
#include "../protocol/planted.hpp"

namespace actors::simulation {

struct plant {
  protocol::planted_bug bug;
  std::string_view name;
  /// What is wrong.
  std::string_view what;
  /// Where it is one of the directory's.
  protocol::planted directory = protocol::planted::none;
};

[[nodiscard]] std::span<const plant> all_planted() noexcept;
/// Null: there is no such bug.
[[nodiscard]] const plant* planted_by_name(std::string_view name) noexcept;

} // namespace actors::simulation
