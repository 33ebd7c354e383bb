// SPDX-License-Identifier: BSD-3-Clause
//
// Many actors at once: what they need, where they go, and what that costs.
//
// The cost of a plan, per hour: the prices of the nodes it begins to use, the transfer between
// requests and to regions, and what their latencies are worth.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node_table.hpp"

namespace actors::placement::detail {

/// How the distance from each replica of a request to those of another matters. A flow is what one
/// replica exchanges with all of the other together; a latency bound holds for every pair.
struct peer {
  std::string request;
  /// Of which `actor` and `region` stay empty.
  affinity how;
};

/// `count` equal actors.
struct request {
  std::string name{};
  std::uint32_t count = 1;
  /// Spreads are over these replicas. `here` is not for plans; of `near_actor` the actor stays
  /// empty.
  spec where{};
  /// For `near_actor`: the request to be near.
  std::string near{};
  std::vector<peer> peers{};
};

struct plan_options {
  /// Of the choices by chance in the search for cheaper plans.
  std::uint64_t seed = 1;
  /// How many placements the search may try beyond the first plan.
  std::size_t effort = 200'000;
};

/// The nodes of the replicas of one request, in order of their ids; fewer than asked for where
/// `why_not` says why.
struct placed_request {
  std::vector<std::uint64_t> nodes{};
  std::optional<failure> why_not{};
};

struct plan {
  /// In the order of the workload.
  std::vector<placed_request> requests{};
  /// Units: currency per hour.
  double node_price = 0;
  double transfer_price = 0;
  double latency_price = 0;
  /// No plan of the same replicas costs less.
  double lower_bound = 0;
  /// That it begins to use.
  std::uint32_t new_nodes = 0;
  /// Nodes with at least one replica.
  std::uint32_t used_nodes = 0;
  std::uint64_t unplaced = 0;

  [[nodiscard]] double price() const { return node_price + transfer_price + latency_price; }
};

/// Errors: invalid_argument, naming request, field and what was expected.
[[nodiscard]] expected<void> check(const fleet& all, const std::vector<request>& workload);

/// Places all requests together. `cheapest` ones are packed so that the whole costs little, the
/// others go where their strategy says, the largest first. The same fleet, workload, options give
/// the same plan, whatever the order of nodes and requests. Errors: as `check`. A replica for which
/// there is no room is no error: see `why_not`.
[[nodiscard]] expected<plan> make_plan(const fleet& all, const std::vector<request>& workload,
                                       const plan_options& options = {});

} // namespace actors::placement::detail
