// SPDX-License-Identifier: BSD-3-Clause
//
// What placement knows of the cluster: its nodes with what they have and how busy they are, and how
// far its regions are from each other.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <actors/placement.hpp>

#include "amounts.hpp"

namespace actors::placement::detail {

/// Only nodes that are `up` take actors.
enum class node_state : std::uint8_t { joining, up, leaving, down };

[[nodiscard]] std::string_view to_string(node_state s) noexcept;

/// What of a node is in use.
struct node_load {
  double cores = 0;
  /// Units: bytes.
  std::uint64_t memory = 0;
  std::uint32_t gpus = 0;
  std::uint64_t actors = 0;
  /// Messages that wait.
  std::uint64_t queue = 0;
};

struct node_entry {
  /// As `actor_id::node()`.
  std::uint64_t id = 0;
  std::string name{};
  node_labels labels{};
  node_load load{};
  node_state state = node_state::up;
  /// Its price is due whether it is used or not.
  bool paid = false;
};

/// What lies between two regions, in both directions, or between the nodes of one.
struct region_pair {
  std::string a{};
  std::string b{};
  duration latency{};
  /// Units: currency per 10^9 bytes.
  double price_per_gb = 0;
};

struct node_table {
  std::vector<node_entry> nodes{};
  std::vector<region_pair> pairs{};
  /// Of two nodes of a region where `pairs` is silent.
  duration latency_within = std::chrono::microseconds{500};
  /// Of two regions where `pairs` is silent.
  duration latency_between = std::chrono::milliseconds{100};
};

/// A table that was checked and put in order; nodes and regions go by their index from here on.
class fleet {
public:
  using index = std::uint32_t;

  /// Errors: invalid_argument, naming node or pair of regions, field and what was expected.
  [[nodiscard]] static expected<fleet> make(node_table table);

  /// In order of their ids.
  [[nodiscard]] const std::vector<node_entry>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::optional<index> find(std::uint64_t id) const;
  [[nodiscard]] std::optional<index> find(std::string_view name) const;

  [[nodiscard]] std::size_t regions() const noexcept { return region_names_.size(); }
  [[nodiscard]] const std::string& region_name(index region) const { return region_names_[region]; }
  [[nodiscard]] index region_of(index node) const { return region_of_[node]; }
  /// Of a name that neither a node nor a pair mentions: nothing.
  [[nodiscard]] std::optional<index> find_region(std::string_view name) const;

  /// Units: nanoseconds.
  [[nodiscard]] std::int64_t latency(index region, index other) const {
    return latency_[region * regions() + other];
  }
  /// Units: billionths of the currency per 10^9 bytes.
  [[nodiscard]] std::int64_t price_per_gb(index region, index other) const {
    return price_per_gb_[region * regions() + other];
  }
  /// Between two nodes; 0 from a node to itself.
  [[nodiscard]] std::int64_t latency_of_nodes(index node, index other) const {
    return node == other ? 0 : latency(region_of(node), region_of(other));
  }

  /// What is not in use; less than nothing where more is used than there is.
  [[nodiscard]] const amounts& free(index node) const { return free_[node]; }
  /// Whether it costs nothing more to put something there.
  [[nodiscard]] bool in_use(index node) const {
    return nodes_[node].paid || nodes_[node].load.actors > 0;
  }

  /// What is free on a node from here on.
  void set_free(index node, const amounts& left) { free_[node] = left; }

private:
  void number_regions(const node_table& table);
  void set_pair(index a, index b, duration latency, double price_per_gb);

  std::vector<node_entry> nodes_;
  std::vector<amounts> free_;
  std::unordered_map<std::string, index> by_name_;
  std::vector<std::string> region_names_;
  std::vector<index> region_of_;
  std::vector<std::int64_t> latency_;
  std::vector<std::int64_t> price_per_gb_;
};

} // namespace actors::placement::detail
