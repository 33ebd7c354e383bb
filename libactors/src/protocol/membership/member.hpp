// SPDX-License-Identifier: BSD-3-Clause
//
// What the cluster knows about one node, and how two such records become one.
//
// The states of a member, in the order in which they can only grow:
//
//   joining --all voters have seen it--> up --asks to leave--> leaving
//      |                                  |                       |
//      +----------------+-----------------+   drained and seen by all voters
//                       | a downing decision, or another life at its address
//                       v                                         |
//                      down --take_over_after--> removed <--------+
//
//   up, leaving   voters: they count when a partition is decided
//   down          gone for good; its identities may still be live there
//   removed       its identities may be taken over; only the id is kept, so that it never returns
//
// Beside the state goes what the failure detector says (SWIM): alive, suspect, unreachable, gone.
// A higher incarnation wins; within one, the worse wins. Only the node itself raises its
// incarnation, to refute what is said about it.
//
// A node id names one life of a process: what comes back at the same address has another id, and
// the old one stays down. So an incarnation need not be stored anywhere, an actor's id, which
// embeds its birth node, never means a second actor, and no clock has to agree on which life is
// younger. Ids are random 48-bit numbers drawn by whoever starts the node; of 10,000 lives two
// meet with a probability of 2 in 10 million, and the cluster then refuses the second.
//
// `merge` is commutative, associative and idempotent: gossip converges in whatever order it comes.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <actors/failure.hpp>

namespace actors::protocol {

/// One life of one node; 48 bits, as in `actor_id`.
enum class node_id : std::uint64_t { none = 0 };

inline constexpr std::uint64_t max_node_number = (std::uint64_t{1} << 48) - 1;
inline constexpr std::size_t max_name_bytes = 128;
inline constexpr std::size_t max_address_bytes = 256;
inline constexpr std::size_t max_labels = 32;
inline constexpr std::size_t max_label_bytes = 256;
/// Larger ones are refused, so that counting up never overflows.
inline constexpr std::uint64_t max_incarnation = std::uint64_t{1} << 62;
inline constexpr std::uint32_t max_up_number = 1U << 30;

enum class member_state : std::uint8_t { joining, up, leaving, down, removed };

enum class liveness : std::uint8_t {
  alive,
  /// Did not answer; it may still refute that.
  suspect,
  /// Did not refute in time. A partition or a dead node: a downing strategy decides.
  unreachable,
  /// Unreachable, and its host says that nobody listens there any more.
  gone,
};

struct member {
  node_id id = node_id::none;
  // Constant in a life.
  std::string name{};
  std::string address{};
  std::map<std::string, std::string> labels{};

  member_state state = member_state::joining;
  /// Its place in the order of age; 0: it has not been up.
  std::uint32_t up_number = 0;
  std::uint64_t incarnation = 0;
  liveness live = liveness::alive;

  friend bool operator==(const member&, const member&) = default;
};

[[nodiscard]] std::string_view to_string(member_state state) noexcept;
[[nodiscard]] std::string_view to_string(liveness live) noexcept;
[[nodiscard]] std::string to_string(node_id id);

/// All that is left of a member that is removed.
[[nodiscard]] member tombstone(node_id id);

/// Both records in one. Requires: the ids are equal.
void merge(member& into, const member& news);

[[nodiscard]] constexpr bool is_reachable(const member& m) noexcept {
  return m.live < liveness::unreachable;
}
[[nodiscard]] constexpr bool is_voter(const member& m) noexcept {
  return m.state == member_state::up || m.state == member_state::leaving;
}
/// Neither down nor removed.
[[nodiscard]] constexpr bool is_present(const member& m) noexcept {
  return m.state < member_state::down;
}

/// Errors: invalid_argument with the field, for what no node would say of itself.
[[nodiscard]] expected<void> check(const member& m);

} // namespace actors::protocol
