// SPDX-License-Identifier: BSD-3-Clause
//
// Checks of specifications beyond the public `check(supervisor_spec)`, which looks at whole trees.
#pragma once

#include <cstddef>
#include <string_view>

#include <actors/supervision/supervisor_spec.hpp>

namespace actors::supervision::detail {

/// Supervisors within supervisors; the root is at depth 1.
inline constexpr std::size_t max_depth = 64;

/// Checks a child that is about to join a running supervisor `parent` whose path is `path`; its
/// siblings are the caller's to compare. Errors: as `check(supervisor_spec)`.
[[nodiscard]] expected<void> check(const child_spec& child, const supervisor_spec& parent,
                                   std::string_view path);

} // namespace actors::supervision::detail
