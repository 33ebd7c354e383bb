// SPDX-License-Identifier: BSD-3-Clause
//
// Whether a node will do for an actor, and if not, why not. The constraints stand in one order:
// what a node is, what it has, how far away it is, what is left of it. A node's obstacle is the
// first that it fails, so the nodes whose obstacle comes last came closest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node_table.hpp"

namespace actors::placement::detail {

enum class constraint : std::uint8_t {
  state,
  label,
  unwanted_label,
  price_limit,
  gpu_memory,
  gpus,
  cores,
  memory,
  /// Has the label that a spread goes by.
  domain,
  latency,
  spread,
  free_gpus,
  free_cores,
  free_memory,
};

struct obstacle {
  constraint what;
  /// Which of the labels, affinities or spreads.
  std::size_t which = 0;
};

/// An affinity whose other end was found: nodes, or a region.
struct located {
  duration within = any_latency;
  std::int64_t gb_per_hour_thousandths = 0;
  /// Units: billionths of the currency, per hour and millisecond.
  cost per_ms = 0;
  std::vector<fleet::index> nodes{};
  std::optional<fleet::index> region{};
  /// For people: `actor 1/0/7.1`, `region us`.
  std::string name{};
};

[[nodiscard]] located locate_nothing(const affinity& a);

/// What a flow and its latency cost between two regions, of `of` equal shares one.
[[nodiscard]] cost cost_between(const fleet& all, const located& flow, fleet::index region,
                                fleet::index other, std::int64_t of);

/// The part of the constraints that only asks what the node is and has.
[[nodiscard]] std::optional<obstacle> declared_obstacle(const spec& wanted, const node_entry& node);

/// One actor to place, with all that its constraints refer to.
struct question {
  const fleet* all;
  const spec* wanted;
  std::vector<located> affinities{};
  /// Where its replicas are, once for each.
  std::vector<fleet::index> replicas{};
  /// Only this node comes into question.
  std::optional<fleet::index> only{};

  [[nodiscard]] std::optional<obstacle> obstacle_of(fleet::index node) const;
  /// What it would cost to be there, without the node's price.
  [[nodiscard]] cost distance_cost(fleet::index node) const;
};

/// The value of `label` that makes nodes one domain; empty: the node is in none.
[[nodiscard]] std::string domain_of(const node_entry& node, const std::string& label);

/// Why none of the nodes will do. Requires: each has an obstacle.
/// `code` is overloaded where a node would do if it were less full, node_lost where the only one in
/// question is not up, invalid_argument where no node of this table will ever do.
[[nodiscard]] failure explain(const question& asked);

} // namespace actors::placement::detail
