// SPDX-License-Identifier: BSD-3-Clause
//
// All members that a node knows of: those that are present or down, and the ids of those that are
// removed, so that old news cannot bring them back.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "member.hpp"

namespace actors::protocol {

/// Members that a table holds; the next one is refused.
inline constexpr std::size_t max_members = 4096;
/// Ids of removed members that a table remembers; the oldest is forgotten first. A node that was
/// stopped while so many others were removed could come back as a member.
inline constexpr std::size_t max_tombstones = 4096;

class member_table {
public:
  enum class outcome : std::uint8_t { unchanged, changed, full };

  /// By id.
  [[nodiscard]] const std::vector<member>& members() const noexcept { return members_; }
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] const member* find(node_id id) const noexcept;
  /// The place of `id` in `members()`.
  [[nodiscard]] std::optional<std::size_t> index(node_id id) const noexcept;
  /// The present member with this address.
  [[nodiscard]] const member* at_address(std::string_view address) const noexcept;
  [[nodiscard]] bool is_removed(node_id id) const noexcept { return removed_.contains(id); }
  /// The youngest `count` of those that were removed.
  [[nodiscard]] std::vector<member> tombstones(std::size_t count) const;
  /// Two tables with the same ids, states and up numbers have the same digest. Liveness is left
  /// out: it changes too often, and repairs itself.
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
  [[nodiscard]] std::size_t joining() const noexcept { return joining_; }
  /// Present members that are not alive.
  [[nodiscard]] std::size_t ailing() const noexcept { return ailing_; }
  [[nodiscard]] std::size_t voters() const noexcept;
  [[nodiscard]] std::size_t reachable_voters() const noexcept;
  /// The lowest number that no member has had as far as this table knows.
  [[nodiscard]] std::uint32_t next_up_number() const noexcept;
  /// The reachable member that is up and has the lowest address: it lets others in.
  [[nodiscard]] const member* leader() const noexcept;

  outcome merge(const member& news);

private:
  std::vector<member>::iterator place(node_id id) noexcept;
  outcome bury(node_id id);
  void account(const member& m, std::size_t step) noexcept;

  std::vector<member> members_;
  /// Of `members_`: looked through for every message, and the records are large.
  std::vector<node_id> ids_;
  std::set<node_id> removed_;
  std::deque<node_id> removed_in_order_;
  std::uint64_t digest_ = 0;
  std::size_t ailing_ = 0;
  std::size_t joining_ = 0;
};

} // namespace actors::protocol
