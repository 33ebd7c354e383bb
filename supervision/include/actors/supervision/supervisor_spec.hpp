// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <actors/failure.hpp>
#include <actors/supervision/child_spec.hpp>

namespace actors::supervision {

/// Whom the end of one child concerns.
enum class strategy : std::uint8_t {
  /// The child alone.
  one_for_one,
  /// All children: stopped in reverse order of their start, then started in order.
  one_for_all,
  /// The child and those started after it.
  rest_for_one,
  /// Children of one kind, added while it runs; each alone. OTP's `simple_one_for_one`.
  dynamic,
};

/// Whether a supervisor ends with its significant children. Only ends that are not followed by a
/// restart count.
enum class auto_shutdown : std::uint8_t { never, any_significant, all_significant };

/// One supervisor and its children, in the order of their start. A child that is a supervisor holds
/// its own specification in the arguments of its factory. Plain data; see `tree` for the pleasant way
/// to write one.
struct supervisor_spec {
  /// The first part of the paths of all below: `shop` names `shop/inventory`.
  std::string id;
  supervision::strategy strategy = strategy::one_for_one;
  /// More restarts than `intensity` within `period`: the supervisor gives up, stops its children and
  /// ends with `exit_kind::shutdown`.
  std::uint32_t intensity = 1;
  duration period = std::chrono::seconds{5};
  supervision::auto_shutdown auto_shutdown = auto_shutdown::never;
  /// For children without one of their own; none: restarts are immediate.
  std::optional<supervision::backoff> backoff;
  /// Of a dynamic supervisor: exactly one, the pattern for all.
  std::vector<child_spec> children;

  friend bool operator==(const supervisor_spec&, const supervisor_spec&) = default;
};

/// Checks a specification whole, nested ones included, without starting anything.
/// Errors: `invalid_argument`; `what` names the place and the field and what was expected, `value`
/// quotes the value.
[[nodiscard]] expected<void> check(const supervisor_spec& spec);

} // namespace actors::supervision
