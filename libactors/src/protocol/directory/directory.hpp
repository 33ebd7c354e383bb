// SPDX-License-Identifier: BSD-3-Clause
//
// A node's part in the cluster's directory: who holds a name, where an entity lives, each exactly
// once in the cluster. Events go in, orders come out. It knows no socket, thread or clock. What it
// sends may be lost, doubled or delayed.
//
// The oldest member that is not removed is the registrar. It alone grants names and has entities
// activated, after it has heard from all members what they hold. When it is removed, the next
// oldest begins a new term:
//
//   node        idle --called--> reporting -> waiting -> asking --called in a later term--> ...
//   registrar   (none) --oldest in its view--> collecting --all have reported--> serving
//
// Why nothing is granted twice is in registrar.hpp; streams of items are in channel.hpp, their
// meaning in message.hpp, the node's side in clerk.hpp.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel.hpp"
#include "clerk.hpp"
#include "member_view.hpp"
#include "orders.hpp"
#include "registrar.hpp"

namespace actors::protocol {

/// How often something from outside was not accepted.
struct directory_refusals {
  std::uint64_t version = 0;
  std::uint64_t malformed = 0;
  std::uint64_t misaddressed = 0;
  /// From one that is not a member here, or not yet.
  std::uint64_t strangers = 0;
  /// Of another term.
  std::uint64_t terms = 0;
  /// Acknowledges what was never sent.
  std::uint64_t misordered = 0;
};

class directory {
public:
  /// Requires: `check(options)` succeeds.
  directory(node_id self, directory_options options);
  directory(const directory&) = delete;
  directory& operator=(const directory&) = delete;

  [[nodiscard]] node_id self() const noexcept { return self_; }
  /// Of the registrar that this node follows; number 0: of none yet.
  [[nodiscard]] const directory_term& term() const noexcept { return term_; }
  /// This node is the registrar, and serves.
  [[nodiscard]] bool is_serving() const noexcept { return office_ && office_->is_serving(); }
  /// If this node is the registrar.
  [[nodiscard]] const registrar* office() const noexcept { return office_ ? &*office_ : nullptr; }
  /// Who has the name, as far as this node knows; null: nobody.
  [[nodiscard]] const known_name* find(std::string_view name) const {
    return clerk_.names().find(name);
  }
  [[nodiscard]] const clerk& desk() const noexcept { return clerk_; }
  [[nodiscard]] const directory_refusals& refusals() const noexcept { return refused_; }
  /// When `tick` is to be called at the latest, unless another event comes first.
  [[nodiscard]] duration wake_at() const noexcept;

  // Events. Each only appends to the orders. `now` is any steady clock; it may jump.
  void tick(duration now);
  void receive(duration now, directory_message text);
  /// What membership publishes, in its order; about this node, too.
  void observe(duration now, member_event what, const member& about);
  /// Its actors have stopped: whatever is open fails, and nothing follows.
  void stop(duration now);

  // What actors want. A request's outcome may be among the orders right away.
  /// Outcome: name_granted, name_taken or request_failed.
  request_id claim(duration now, std::string name, actor_id holder, std::string type);
  /// The holder has it no longer, or its claim is withdrawn.
  void release(duration now, std::string_view name, actor_id holder);
  /// The actor has ended: what it held is free.
  void ended(duration now, actor_id id);
  /// Outcome: entity_at or request_failed.
  request_id resolve(duration now, std::string key);
  /// An order to activate has been carried out.
  void activated(duration now, const std::string& key, std::uint64_t ticket, actor_id id);
  void activation_failed(duration now, const std::string& key, std::uint64_t ticket,
                         const failure& why);
  /// The entity's actor has ended; `ended` says the same.
  void passivated(duration now, actor_id id) { ended(now, id); }
  /// Nobody was there: the next `resolve` asks the registrar.
  void forget(const std::string& key, actor_id id) { clerk_.forget(key, id); }

  [[nodiscard]] std::vector<directory_order> take_orders();

private:
  /// A member, as the registrar's node sees it.
  struct line {
    channel stream;
    /// It has answered in this term; until then it is called.
    bool is_open = false;
    bool is_pending = false;
    /// What came and could not be taken yet: the rest of one message.
    std::deque<directory_item> parked{};
    duration call_at{};
  };

  void advance(duration now);
  void settle();
  void scan();
  void pump();

  // Terms.
  void begin_term(const directory_term& term);
  void take_office();
  void observe_as_registrar(node_id id, member_event what);

  // Messages.
  [[nodiscard]] bool is_welcome(const directory_message& text);
  void receive_as_node(directory_message& text);
  void receive_as_registrar(directory_message& text);
  bool take_parked(node_id id, line& from);
  void flush_to_registrar();
  void flush_to_members();
  void flush(node_id id, line& to);
  void call(node_id id, line& to);
  void send(node_id to, channel::piece piece);
  void mark(node_id id, line& to);

  // Constant after construction.
  node_id self_;
  directory_options options_;

  duration now_{};
  /// When streams are looked after next.
  duration next_scan_ = duration::max();
  bool is_stopped_ = false;
  bool has_more_ = false;
  std::vector<directory_order> orders_;
  directory_refusals refused_;
  member_view view_;
  clerk clerk_;

  // Of the present term.
  directory_term term_;
  /// Towards the registrar, unless that is this node.
  std::optional<channel> upward_;
  std::optional<registrar> office_;
  std::map<node_id, line> lines_;
  /// Lines on which there may be something to send.
  std::vector<node_id> pending_;
};

} // namespace actors::protocol
