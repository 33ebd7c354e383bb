// SPDX-License-Identifier: BSD-3-Clause
//
// The side of a node that knows an actor: as the node of its birth, its parent, children, watchers.
//
//   (knows where it is) --intent--> open --settled--> moved
//                                    | --withdrawn--> as before
//                                    | --gone, or not_here when the source is lost--> gone
//
//   source   target
//   lives    lives    waits for their word; asks the source when it is long in coming
//   lost     lives    asks the target, until it knows
//   lives    lost     waits for the source's word, and asks it, too: it may have forgotten
//   lost     lost     gone
//
// It never concludes from the loss of one node where the actor is: that one may have handed it
// over, or kept it, just before.
#pragma once

#include <map>
#include <vector>

#include "desk.hpp"

namespace actors::protocol {

class kin {
public:
  explicit kin(migration_desk& desk) : desk_{desk}, withdrawn_{desk.options.max_epochs} {}

  [[nodiscard]] std::size_t intents() const noexcept { return open_.size(); }
  [[nodiscard]] duration wake_at() const noexcept { return next_look_; }

  // Events.
  void receive(const migration_message& text);
  void node_lost(node_id id);
  void link_opened(node_id id);
  void tick();
  /// It lives on this very node from this epoch on: what was heard of moves before is over.
  void arrived(const actor_id& id, std::uint64_t epoch);

private:
  struct intent {
    move_id move;
    node_id target = node_id::none;
    std::uint64_t epoch = 0;
    /// When to ask next.
    resend_timer ask;
    duration quiet_until{};
  };
  using intent_at = std::map<actor_id, intent>::iterator;

  void take_intent(const migration_message& text);
  [[nodiscard]] bool open(const migration_message& text, const migration_item& item);
  void take_settled(const migration_message& text);
  void take_word(const migration_message& text);
  void take_answer(const migration_message& text);
  [[nodiscard]] intent_at find(const migration_message& text, const migration_item& item);
  void gone(intent_at at);
  /// Null node: nobody is left to be asked.
  [[nodiscard]] node_id whom_to_ask(const intent& i) const;
  [[nodiscard]] duration due_at(const intent& i) const noexcept;
  void schedule(const intent& i);
  void ask(const std::vector<actor_id>& ids);
  void reconsider(intent_at at, std::vector<actor_id>& asked);

  migration_desk& desk_;
  std::map<actor_id, intent> open_;
  /// The latest moves that were given up: what is said of them later is late.
  stamp_book withdrawn_;
  duration next_look_ = duration::max();
};

} // namespace actors::protocol
