// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>

#include <actors/failure.hpp>

namespace actors::detail {

/// What was thrown: the text in `what`, the demangled type in `value`.
[[nodiscard]] failure describe_exception(std::exception_ptr error, const actor_id& who);
/// The same, without the cost of throwing it again.
[[nodiscard]] failure describe_exception(const std::exception& error, const actor_id& who);

} // namespace actors::detail
