// SPDX-License-Identifier: BSD-3-Clause
//
// Whether this program can make what a specification names.
#pragma once

#include <string>

#include <actors/supervision/supervisor_spec.hpp>

namespace actors::supervision::detail {

/// Errors: invalid_argument with the path and the maker, or the arguments, that do not fit.
[[nodiscard]] expected<void> check_makers(const supervisor_spec& spec, const std::string& path);
/// Of one child of the supervisor at `parent`.
[[nodiscard]] expected<void> check_makers(const child_spec& spec, const std::string& parent, strategy among);

} // namespace actors::supervision::detail
