// SPDX-License-Identifier: BSD-3-Clause
//
// A node's part in the cluster: events go in, orders come out. It knows no socket, thread or clock;
// time comes with each event, chance through the constructor's seed. What it sends may be lost,
// delayed or doubled.
//
//   seeking --welcome, or founds--> member --> stopped
//                                     |
//                                     +-- its side lost a partition
//                                     +-- others hold it for down: it was away too long
//                                     +-- it has left: leaving, drained, seen by all
//
// States of members are in member.hpp, founding in seeking.hpp, probes in failure_detector.hpp,
// partitions and the guarantee in downing.hpp, messages in message.hpp.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "failure_detector.hpp"
#include "local_clock.hpp"
#include "message.hpp"
#include "relays.hpp"
#include "rumours.hpp"
#include "seeking.hpp"
#include "seen_set.hpp"

namespace actors::protocol {

enum class member_event : std::uint8_t {
  /// Known, but not let in yet.
  joined,
  up,
  /// Asks that no new work comes to it, and moves away what it has.
  leaving,
  /// Does not answer: whoever waits for it may be told `node_lost`. It may come back.
  unreachable,
  reachable,
  /// Gone for good, in order or not.
  down,
  /// Its identities may be live elsewhere from now on.
  removed,
};

enum class stop_reason : std::uint8_t {
  /// It asked to leave, and has left.
  left,
  /// The other side of a partition goes on.
  lost_partition,
  /// The others hold it for down.
  fenced,
  /// It could not join.
  refused,
  /// The cluster ended before it was let in.
  abandoned,
  /// It had founded a cluster beside one that was there.
  second_cluster,
};

/// Send to the node, on its link or, without one, over a new connection to the address; if neither
/// is possible drop it. Without an id: to whoever is at the address.
struct send_message {
  node_id to;
  std::string address;
  message what;
};
/// Connect, and tell: `link_up`, or `refused` if the host says that nobody listens.
struct connect_to {
  node_id to;
  std::string address;
};
/// Each member's events come once and in the order of the list; `unreachable` and `reachable` in
/// turn, between `joined` and `down`. A member that was met late has its earlier events then.
struct publish_event {
  member_event what;
  member about;
};
/// Stop all actors now. Comes last, after the farewells: nothing follows.
struct stop_all {
  stop_reason why;
  join_refusal refused = join_refusal::none;
};
using order = std::variant<send_message, connect_to, publish_event, stop_all>;

/// How often something from outside was not accepted.
struct refusal_counters {
  std::uint64_t version = 0;
  std::uint64_t malformed = 0;
  std::uint64_t misaddressed = 0;
  std::uint64_t other_cluster = 0;
  std::uint64_t fenced = 0;
  std::uint64_t members = 0;
  std::uint64_t joins = 0;
  std::uint64_t relays = 0;
};

class membership {
public:
  enum class phase : std::uint8_t { seeking, member, stopped };

  /// `self`: id, name, address and labels of this node; the id was never used before.
  /// Requires: `check(self)` and `check(options)` succeed.
  membership(member self, membership_options options, std::uint64_t seed);

  [[nodiscard]] phase now_in() const noexcept { return phase_; }
  [[nodiscard]] const member_table& table() const noexcept { return table_; }
  [[nodiscard]] node_id cluster() const noexcept { return cluster_; }
  [[nodiscard]] node_id self() const noexcept { return self_.id; }
  [[nodiscard]] const refusal_counters& refusals() const noexcept { return refused_; }
  /// Times at which this node found that it had been stalled.
  [[nodiscard]] std::uint64_t stalls() const noexcept { return clock_.stalls(); }
  /// When `tick` is to be called at the latest, unless another event comes first.
  [[nodiscard]] duration wake_at() const noexcept;

  // Events. Each only appends to the orders. `now` is any steady clock; it may jump.
  void tick(duration now);
  void receive(duration now, const message& text);
  /// A connection to it is open, with its id from the handshake.
  void link_up(duration now, node_id peer, std::string_view address);
  /// The connection to it has closed, not by our own will.
  void link_down(duration now, node_id peer);
  /// Its host says that nobody listens at its address.
  void refused(duration now, node_id peer);
  /// No new work; others are told. The actors move away or stop.
  void leave(duration now);
  /// They have.
  void drained(duration now);

  [[nodiscard]] std::vector<order> take_orders() { return std::exchange(orders_, {}); }
  /// The same into a vector that is emptied; its memory is used again.
  void take_orders(std::vector<order>& into) noexcept {
    into.clear();
    into.swap(orders_);
  }

private:
  using action = failure_detector::action;
  enum class departure : std::uint8_t { none, draining, drained };

  // Time (membership.cpp).
  void advance(duration now);
  void settle();
  void seek();
  void found();
  void gossip_round();
  void call_absent_seeds();
  void carry_out(const action& what);

  // Messages (receive.cpp).
  void receive_as_seeker(const message& text);
  void receive_as_member(const message& text);
  void answer_join(const message& text);
  [[nodiscard]] join_refusal admission(const member& who) const;
  void admit(const member& who);
  void answer_stranger(const message& text);
  void answer_hint(const message& text);
  void take_news(const message& text);
  void compare_tables(const message& text);
  void answer_ping(const message& text);
  void mediate(const message& text);
  void forward_ack(const message& text);
  void answer_sync(const message& text);
  void fence(const message& text);
  void refuse_join(const message& text, join_refusal why);

  // Sending (sending.cpp).
  [[nodiscard]] message make(message_kind kind, node_id to, std::uint64_t sequence = 0,
                             node_id about = node_id::none);
  void send(message text);
  void send_to_address(std::string address, message text);
  void answer(const message& to, message text);
  void with_news(message& text);
  void tell(node_id to, const member& record);
  void tell_all(const member& record);
  void send_table(message_kind kind, node_id to);
  void give_up_relays(node_id target);

  // The table (changes.cpp).
  bool learn(const member& news);
  bool learn_about_self(const member& news);
  void note_change(const member& before, bool was_known, const member* after);
  void publish_states(const member& before, bool was_known, const member& after);
  void publish(member_event what, const member& about);
  void mark(node_id id, liveness live);
  void mark(node_id id, member_state state);
  void promote();
  void depart();
  void watch_lost();
  void judge();
  [[nodiscard]] bool is_certain() const noexcept;
  void remove_old();
  void stop(stop_reason why, join_refusal refused = join_refusal::none);

  // Constant after construction.
  membership_options options_;

  /// What this node says of itself.
  member self_;
  phase phase_ = phase::seeking;
  /// Who founded it.
  node_id cluster_ = node_id::none;
  local_clock clock_;
  random_bits random_;
  member_table table_;
  seeking seeking_;
  failure_detector detector_;
  relays relays_;
  rumours rumours_;
  seen_set seen_;
  refusal_counters refused_;
  std::vector<order> orders_;

  duration next_gossip_{};
  duration next_sync_{};
  duration next_call_{};
  departure departure_ = departure::none;
  /// Who is unreachable, and since when that is so; see `watch_lost`.
  std::vector<node_id> lost_;
  duration lost_since_{};
  /// When those that are down may be removed.
  std::map<node_id, duration> removals_;
};

} // namespace actors::protocol
