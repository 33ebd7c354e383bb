// SPDX-License-Identifier: BSD-3-Clause
//
// One actor, now. Every node that holds the same table and asks in the same situation comes to the
// same answer; of equals the lowest id wins.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "node_table.hpp"

namespace actors::placement::detail {

/// What a choice depends on beside the table.
struct situation {
  /// The node that asks, for `here`.
  std::uint64_t self = 0;
  /// The node of an actor, as far as it is known.
  std::function<std::optional<std::uint64_t>(const actor_id&)> locate{};
  /// The last choice of the same asker, for `round_robin`.
  std::uint64_t last = 0;
  /// The nodes of its replicas, once for each, for spreads.
  std::vector<std::uint64_t> replicas{};
};

struct choice {
  std::uint64_t node = 0;
  std::string name{};
  /// What it adds to the cost. Units: currency per hour.
  double price = 0;
};

/// Errors: as `check(spec)`; no_such_actor where the location of an actor is not known; and where
/// no node will do, as `explain`: the constraint that the closest nodes fail, and what they have.
[[nodiscard]] expected<choice> choose(const fleet& all, const spec& wanted, const situation& now);

/// How busy a node would be with `needs` added: the share of its scarcest resource in use, in
/// millionths.
[[nodiscard]] std::int64_t load_with(const amounts& capacity, const amounts& free,
                                     const amounts& needs) noexcept;

} // namespace actors::placement::detail
