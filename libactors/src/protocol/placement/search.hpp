// SPDX-License-Identifier: BSD-3-Clause
//
// A plan for a whole workload: best fit decreasing, then ruin and recreate. What a first plan
// leaves unplaced goes to the front of the next one.
//
// Source: Joslin and Clements, "Squeaky wheel optimization", 1999; Schrimpf and others, "Record
// breaking optimization results using the ruin and recreate principle", 2000.
#pragma once

#include <cstdint>
#include <vector>

#include "layout.hpp"
#include "picker.hpp"

namespace actors::placement::detail {

class search {
public:
  search(const problem& p, const plan_options& options);

  /// The best plan found. `bound`: a cost that no plan of all items is below; reaching it ends the
  /// search.
  [[nodiscard]] layout run(cost bound);

private:
  using items = std::vector<std::uint32_t>;

  struct removed_item {
    std::uint32_t item;
    /// `layout::nowhere`: it had no place before.
    fleet::index node;
  };

  [[nodiscard]] std::uint64_t chance(std::uint64_t below);
  [[nodiscard]] bool is_movable(std::uint32_t item) const;
  [[nodiscard]] bool is_before(std::uint32_t group, std::uint32_t other) const;
  [[nodiscard]] bool is_done(const layout& l, cost bound) const;

  [[nodiscard]] items unplaced_in(const layout& l) const;

  void sort(items& todo) const;
  void shuffle(items& todo);
  /// Puts what it can, in this order.
  void fill(layout& l, picker& p, const items& todo);
  [[nodiscard]] layout construct(opening how);
  /// Whether there is a reason to construct once more.
  bool raise_unplaced(const layout& l);
  [[nodiscard]] layout first_plan(cost bound);

  void ruin_node(layout& l, fleet::index node);
  void ruin_group(layout& l, std::uint32_t group);
  [[nodiscard]] fleet::index node_to_ruin(const layout& l);
  void ruin_some_nodes(layout& l, picker& p);
  void ruin_tied_groups(layout& l, std::uint32_t group);
  void ruin_all(layout& l);
  void ruin(layout& l, picker& p);
  void recreate(layout& l, picker& p);
  void undo(layout& l);
  void improve(layout& l, cost bound);

  const problem* problem_;
  std::size_t effort_;
  std::uint64_t random_state_;
  /// By group: how often it was left unplaced, times a large number.
  std::vector<std::uint32_t> urgency_;
  items unplaced_;
  std::vector<removed_item> removed_;
};

} // namespace actors::placement::detail
