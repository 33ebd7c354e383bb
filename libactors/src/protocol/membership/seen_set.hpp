// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "member_table.hpp"

namespace actors::protocol {

/// Who is known to have had the table as it is here now. Source: the gossip of Akka Cluster.
class seen_set {
public:
  [[nodiscard]] const std::vector<bool>& bits() const noexcept { return bits_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] bool has(const member_table& table, node_id id) const noexcept;
  /// All voters have seen it; only then may a member take its next step.
  [[nodiscard]] bool has_voters(const member_table& table) const noexcept;
  /// All that can be reached have seen it: there is nothing left to find out.
  [[nodiscard]] bool has_reachable(const member_table& table) const noexcept;

  /// The table has changed: nobody but this node has had it.
  void reset(const member_table& table, node_id self);
  void add(const member_table& table, node_id id);
  /// Requires: `bits` belongs to the same digest.
  void merge(const std::vector<bool>& bits);

private:
  std::vector<bool> bits_;
  std::size_t count_ = 0;
};

} // namespace actors::protocol
