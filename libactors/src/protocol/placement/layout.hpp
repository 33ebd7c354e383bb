// SPDX-License-Identifier: BSD-3-Clause
//
// Who is where, in the middle of a search, and what it costs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "problem.hpp"

namespace actors::placement::detail {

/// How many of each number; for few different ones.
class counts {
public:
  using entry = std::pair<std::uint32_t, std::uint32_t>;

  void add(std::uint32_t key) {
    const auto at = std::ranges::lower_bound(entries_, key, {}, &entry::first);
    if (at != entries_.end() && at->first == key)
      ++at->second;
    else
      entries_.insert(at, {key, 1});
  }
  /// Requires: it was added.
  void remove(std::uint32_t key) {
    const auto at = std::ranges::lower_bound(entries_, key, {}, &entry::first);
    if (--at->second == 0)
      entries_.erase(at);
  }
  [[nodiscard]] std::uint32_t operator[](std::uint32_t key) const {
    const auto at = std::ranges::lower_bound(entries_, key, {}, &entry::first);
    return at != entries_.end() && at->first == key ? at->second : 0;
  }
  [[nodiscard]] const std::vector<entry>& entries() const noexcept { return entries_; }

private:
  std::vector<entry> entries_;
};

/// Numbers below a bound, in any order; to add and to remove one takes constant time.
class number_set {
public:
  explicit number_set(std::size_t bound) : position_(bound, absent) {}

  [[nodiscard]] bool contains(std::uint32_t n) const { return position_[n] != absent; }
  [[nodiscard]] const std::vector<std::uint32_t>& numbers() const noexcept { return numbers_; }
  void set(std::uint32_t n, bool is_member) {
    if (is_member == contains(n))
      return;
    if (is_member) {
      position_[n] = static_cast<std::uint32_t>(numbers_.size());
      numbers_.push_back(n);
      return;
    }
    numbers_[position_[n]] = numbers_.back();
    position_[numbers_.back()] = position_[n];
    position_[n] = absent;
    numbers_.pop_back();
  }

private:
  static constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> numbers_;
  std::vector<std::uint32_t> position_;
};

/// Where the replicas of a group are.
struct presence {
  counts nodes;
  counts regions;
  /// By domain, for each of its spreads.
  std::vector<counts> domains;
};

/// What the places of its peers mean for the next replica of a group.
struct surroundings {
  static constexpr fleet::index anywhere = std::numeric_limits<fleet::index>::max();
  static constexpr fleet::index nowhere = anywhere - 1;

  /// By region: transfer and latency, as if no peer were on the same node.
  std::vector<cost> region_costs{};
  /// By region: `anywhere`, `nowhere`, or the only node that is near enough.
  std::vector<fleet::index> allowed{};
  /// By node: what it saves to be on the node of a peer.
  std::vector<cost> savings{};
  std::vector<fleet::index> nodes_with_savings{};
  cost least = 0;
};

class layout {
public:
  static constexpr fleet::index nowhere = std::numeric_limits<fleet::index>::max();

  explicit layout(const problem& p);

  [[nodiscard]] fleet::index node_of(std::uint32_t item) const { return node_of_[item]; }
  [[nodiscard]] const std::vector<std::uint32_t>& items_on(fleet::index node) const {
    return items_on_[node];
  }
  [[nodiscard]] const amounts& free(fleet::index node) const { return free_[node]; }
  [[nodiscard]] const presence& where(std::uint32_t group) const { return presence_[group]; }
  [[nodiscard]] std::size_t unplaced() const noexcept { return unplaced_; }
  [[nodiscard]] cost total() const noexcept { return total_; }
  /// It has items, or costs nothing.
  [[nodiscard]] bool in_use(fleet::index node) const { return used_.contains(node); }
  /// The nodes for which that is true, in any order.
  [[nodiscard]] const std::vector<fleet::index>& used() const noexcept { return used_.numbers(); }
  /// Those of them that have room for at least the smallest items.
  [[nodiscard]] const std::vector<fleet::index>& roomy() const noexcept { return roomy_.numbers(); }

  /// Whether filter, amounts and spreads admit a replica; latencies are in `surroundings`.
  [[nodiscard]] bool admits(const item_group& g, std::uint32_t group, fleet::index node) const;
  /// What a replica adds to the transfer and latency costs there.
  [[nodiscard]] cost distance_cost(const item_group& g, fleet::index node) const;
  /// Fills `out`, whose vectors are used again.
  void survey(const item_group& g, surroundings& out) const;

  void put(std::uint32_t item, fleet::index node);
  void take(std::uint32_t item);

private:
  void survey_tie(const tie& t, surroundings& out) const;
  void bound_tie(const tie& t, surroundings& out) const;
  void count_in(std::uint32_t group, fleet::index node);
  void count_out(std::uint32_t group, fleet::index node);
  void note_use(fleet::index node);

  const problem* problem_;
  std::vector<fleet::index> node_of_;
  std::vector<std::uint32_t> place_on_node_;
  std::vector<std::vector<std::uint32_t>> items_on_;
  std::vector<amounts> free_;
  std::vector<presence> presence_;
  number_set used_;
  number_set roomy_;
  std::size_t unplaced_;
  cost total_ = 0;
};

} // namespace actors::placement::detail
