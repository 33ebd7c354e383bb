// SPDX-License-Identifier: BSD-3-Clause
//
// A fleet and a workload in numbers, for the search. Constant once made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "constraints.hpp"
#include "workload.hpp"

namespace actors::placement::detail {

/// Which nodes will do as far as what they declare goes; many requests share one.
struct node_filter {
  std::vector<bool> admits;
  /// What is free on them together, as far as it is more than nothing.
  std::array<double, resources> supply{};
  /// How many nodes it admits, and how many of them have GPUs.
  std::uint32_t nodes = 0;
  std::uint32_t gpu_nodes = 0;
};

/// What lies between a replica of one group and one of another; each of the two groups has it.
struct tie {
  std::uint32_t other = 0;
  located how;
  /// Into so many equal parts the flow is divided.
  std::int64_t of = 1;
};

struct spread_rule {
  /// The domain of each node.
  const std::vector<std::uint32_t>* domains = nullptr;
  std::uint32_t most = 1;
};

/// One request; its replicas are items.
struct item_group {
  const request* asked = nullptr;
  amounts needs{};
  std::uint32_t filter = 0;
  std::uint32_t first_item = 0;
  std::vector<tie> ties{};
  std::vector<spread_rule> spreads{};
  /// What it costs to be in each region because of flows to regions; empty: nothing.
  std::vector<cost> region_costs{};
  /// For `near_actor`.
  std::optional<std::uint32_t> near{};
  /// How many times the nodes for it could be halved from all: few nodes, high number.
  int narrowness = 0;
  /// The largest part it needs of all that there is for it.
  double share = 0;

  [[nodiscard]] strategy how() const { return asked->where.strategy; }
};

struct problem {
  const fleet* all = nullptr;
  std::vector<amounts> free{};
  /// Of using a node at all; 0 where it is in use anyway.
  std::vector<cost> price{};
  std::vector<node_filter> filters{};
  /// In order of their names.
  std::vector<item_group> groups{};
  std::vector<std::uint32_t> group_of_item{};
  /// Of each resource the least that any group needs.
  amounts least_needs{};
  /// By label; nodes of the same number share its value.
  std::map<std::string, std::vector<std::uint32_t>> domains{};

  [[nodiscard]] const item_group& group_of(std::uint32_t item) const {
    return groups[group_of_item[item]];
  }
  [[nodiscard]] std::size_t nodes() const { return free.size(); }
};

/// Requires: `check(all, workload)`. Both outlive the result.
[[nodiscard]] problem make_problem(const fleet& all, const std::vector<request>& workload);

} // namespace actors::placement::detail
