// SPDX-License-Identifier: BSD-3-Clause
//
// Random fleets and workloads, a judge that counts costs and broken constraints pair by pair, and
// an exact solver for small ones; none of them shares code with what they judge.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <actors/testing.hpp>

#include "protocol/placement/workload.hpp"

namespace actors::placement::detail::test {

struct world {
  node_table table;
  std::vector<request> workload;
};

struct world_size {
  std::uint64_t nodes = 5;
  std::uint64_t requests = 4;
  std::uint64_t most_replicas = 2;
  bool ties = true;
  /// Of all requests; none: any of those that plans know.
  bool only_cheapest = true;
};

[[nodiscard]] world random_world(std::uint64_t seed, const world_size& size);

/// The nodes of each replica of each request, by name; the order is that of the workload.
using assignment = std::vector<std::vector<const node_entry*>>;

[[nodiscard]] assignment assignment_of(const world& w, const plan& p);

/// What an assignment costs an hour, all told.
[[nodiscard]] double price_of(const world& w, const assignment& a);

/// One line for each constraint that the assignment breaks.
[[nodiscard]] std::vector<std::string> broken_by(const world& w, const assignment& a);

/// The least price of a plan of all replicas; nothing if there is no such plan.
[[nodiscard]] std::optional<double> exact_price(const world& w);

} // namespace actors::placement::detail::test
