// SPDX-License-Identifier: BSD-3-Clause
//
// A supervisor below another one: its specification lies in the arguments of its factory.
#pragma once

#include <actors/supervision/supervisor_spec.hpp>

namespace actors::supervision::detail {

[[nodiscard]] factory nested_factory(const supervisor_spec& spec);
/// Throws archive_error.
[[nodiscard]] supervisor_spec nested_spec(const factory& start);

} // namespace actors::supervision::detail
