// SPDX-License-Identifier: BSD-3-Clause
//
// Children whose slots stay when their instances end; the states are in kept_children.hpp.
//
// Of an actor that has moved, the instance and the waiting messages are halted at its host, where they
// lie; its home does the rest, so that the parent need not know:
//
//   host: guest ends -> halted --guest_has_halted--> home: children stop -> halted -> parent
//   parent: restart -> home -> host: new instance --tell_started--> home -> parent
//
// A parent that halts itself puts its halted children aside one by one, youngest first, so that the next
// to stop is always the last one of its list; afterwards they come back in their old order.
#include <actors/detail/engine.hpp>

#include "system_messages.hpp"

namespace actors::detail {

bool shard::parent_decides(const slot& s) noexcept {
  if (s.flags & state::guest) return true; // as its home said
  if (s.cold != nullptr && s.cold->remote_parent) return true;
  return s.parent != nobody && find(s.parent)->type->keeps_children;
}

/// From now on the end of this actor is the end of its slot.
void shard::give_up_keeping(slot& s, std::uint32_t i) {
  if ((s.marks & mark::kept) == 0) return;
  s.marks &= static_cast<std::uint16_t>(~(mark::kept | mark::keeping));
  if ((s.flags & state::stopping) == 0 || s.cold == nullptr || !s.cold->stop) return;
  // It halts already: its children and its object elsewhere have been told to stay.
  bring_halted_children_back(s);
  s.cold->stop->host_told = s.cold->stop->host_told_to_kill = false;
  if (s.cold->stop->child) stop_child_of(s, *s.cold->stop);
  continue_stop(s, i);
}

/// False where nothing is left to stop.
bool shard::settle_slot(slot& s, std::uint32_t i, slot_after after, std::uint32_t awaited_by) {
  if (after == slot_after::released) give_up_keeping(s, i);
  if (after != slot_after::kept_by_parent) return true;
  cold(s).awaited_by = awaited_by;
  if ((s.marks & mark::halted) == 0) return true;
  if (s.cold->answered_to != awaited_by) tell_halted(s, i);
  return false;
}

void shard::release(actor_id id) {
  if (!is_here(id)) {
    system<stop_request>(id, {exit_kind::shutdown, slot_after::released});
    return;
  }
  slot* s = find(id);
  if (s == nullptr) return;
  give_up_keeping(*s, id.slot);
  urgent({urgent_step::what::stop, exit_kind::shutdown, id, {}});
}

// -- deadlines --------------------------------------------------------------------------------------------

void shard::set_own_deadline(slot& s, std::uint32_t i) {
  const nanoseconds_t time = s.cold->shutdown;
  if (time < 0 || i == root || (s.flags & state::guest) || s.cold->stop->kill) return;
  stop_progress& progress = *s.cold->stop;
  progress.owner = i;
  progress.own_timer.fire = [](timer_node* node, void* owner) {
    static_cast<shard*>(owner)->own_time_is_over(*node);
  };
  wheel_.set(progress.own_timer, time_after(now_, time));
}

void shard::own_time_is_over(timer_node& node) {
  auto& progress =
      *reinterpret_cast<stop_progress*>(reinterpret_cast<char*>(&node) - offsetof(stop_progress, own_timer));
  const std::uint32_t i = progress.owner;
  begin_stop(*find(i), i, exit_kind::killed, {});
}

// -- halting ----------------------------------------------------------------------------------------------

/// The instance ends; what names the actor and what waits for it stays.
void shard::halt_slot(slot& s, std::uint32_t i) {
  extras& x = *s.cold;
  const actor_id id = id_of(s, i);
  const exit_kind kind = x.stop->kind;
  failure reason = std::move(x.stop->reason);
  end_dealings(s, kind == exit_kind::failed
                      ? reason
                      : failure{errc::actor_stopped, id, "the actor stopped before it answered", ""});
  wheel_.cancel(x.throttle_timer);
  wheel_.cancel(x.stop->child_timer);
  wheel_.cancel(x.stop->own_timer);
  if ((s.flags & state::moved) == 0) {
    context_guard as{*this, s, i, id};
    s.type->destroy(s);
    s.type = &unborn_type();
  }
  for (const actor_id& other : std::exchange(x.watched, {})) unwatch_for(other, id);
  if (std::exchange(x.subscribed, false)) owner_.unsubscribe_all(id);
  bring_halted_children_back(s);
  x.stop.reset();
  halted(s, i, kind, std::move(reason));
}

void shard::halted(slot& s, std::uint32_t i, exit_kind kind, failure reason) {
  extras& x = *s.cold;
  constexpr std::uint16_t over = state::stopping | state::awaiting | state::throttled | state::stop_soon |
                                 state::parent_waits;
  s.flags &= static_cast<std::uint16_t>(~over);
  // Where the object was, its messages wait.
  if ((s.flags & state::moved) == 0) s.flags |= state::failed;
  s.marks = static_cast<std::uint16_t>((s.marks & ~mark::keeping) | mark::halted);
  x.ended_how = kind;
  x.why = std::make_unique<failure>(std::move(reason));
  if (s.flags & state::guest)
    call(x.elsewhere, [kind, why = *x.why](shard& home, actor_id me) mutable {
      home.guest_has_halted(me, kind, std::move(why));
    });
  else
    tell_halted(s, i);
}

/// At home: there is no instance at the host any more.
void shard::guest_has_halted(actor_id me, exit_kind kind, failure reason) {
  slot* s = find(me);
  if (s == nullptr) return;
  extras& x = cold(*s);
  x.guest_halted = true;
  if ((s->flags & state::stopping) == 0) {
    begin_stop(*s, me.slot, kind, std::move(reason));
    return;
  }
  if (kind == exit_kind::failed || kind == exit_kind::killed) {
    x.stop->kind = kind;
    if (x.stop->reason.what.empty()) x.stop->reason = std::move(reason);
  }
  x.stop->host_told = x.stop->host_told_to_kill = false;
  continue_stop(*s, me.slot);
}

void shard::tell_halted(slot& s, std::uint32_t i) {
  extras& x = *s.cold;
  x.answered_to = x.awaited_by;
  child_halted what{id_of(s, i), x.ended_how, *x.why, x.ended_in};
  if (x.remote_parent)
    system<child_halted_notice>(x.remote_parent, {std::move(what), x.awaited_by});
  else if (s.parent == nobody)
    release(what.child); // its parent has given it up
  else
    child_has_halted({place_, s.parent, find(s.parent)->generation}, std::move(what), x.awaited_by);
}

void shard::child_has_halted(actor_id parent, child_halted what, std::uint32_t answered_to) {
  slot* p = find(parent);
  // Said twice, and meant for an instance of the parent that has heard it once.
  if (p != nullptr && answered_to != 0 && (p->cold == nullptr || p->cold->restarts + 1 != answered_to)) return;
  if (p == nullptr || !(p->type->keeps_children || (p->cold != nullptr && p->cold->stop))) {
    release(what.child);
  } else if (p->cold != nullptr && p->cold->stop) {
    // It has been told to halt since it said this, and will say it again.
    if (answered_to == 0 && !is_near_child(parent.slot, what.child) && p->cold->stop->child == what.child) return;
    if (p->marks & mark::keeping) set_halted_child_aside(*p, what.child);
    urgent({urgent_step::what::child_ended, what.kind, parent, what.child});
  } else if (answered_to != 0) {
    release(what.child); // too late: given up
  } else {
    send<child_halted>({message_index<child_halted>, flag::vital, parent, what.child, 0}, std::move(what));
  }
}

void shard::tell_started(slot& s, std::uint32_t i) {
  if (s.flags & state::guest) {
    call(s.cold->elsewhere, [](shard& home, actor_id me) {
      if (slot* at_home = home.find(me)) home.tell_started(*at_home, me.slot);
    });
    return;
  }
  const actor_id id = id_of(s, i);
  if (s.cold != nullptr && s.cold->remote_parent)
    system<child_started_notice>(s.cold->remote_parent, {id});
  else if (s.parent != nobody)
    child_has_started({place_, s.parent, find(s.parent)->generation}, id);
}

void shard::child_has_started(actor_id parent, actor_id child) {
  slot* p = find(parent);
  if (p == nullptr || !p->type->keeps_children || (p->flags & state::stopping)) return;
  send<child_started>({message_index<child_started>, flag::vital, parent, child, 0}, child_started{child});
}

// -- the halted children of a halting parent ----------------------------------------------------------------

void shard::set_halted_child_aside(slot& parent, actor_id child) {
  extras& x = *parent.cold;
  if (!is_near_child(x.stop->owner, child)) {
    if (x.far) x.far->set_aside(child);
    return;
  }
  const std::uint32_t c = child.slot;
  slot& s = *find(c);
  const std::uint32_t above = s.parent;
  unlink_child(s, c);
  s.parent = above;
  s.marks |= mark::orphan;
  stop_progress& progress = *x.stop;
  s.next_sibling = progress.halted_first;
  if (progress.halted_first != nobody)
    find(progress.halted_first)->previous_sibling = c;
  else
    progress.halted_last = c;
  progress.halted_first = c;
}

void shard::bring_halted_children_back(slot& s) {
  extras& x = *s.cold;
  if (x.far) x.far->bring_back();
  stop_progress& progress = *x.stop;
  if (progress.halted_first == nobody) return;
  slot& first = *find(progress.halted_first);
  first.previous_sibling = s.last_child;
  if (s.last_child != nobody) find(s.last_child)->next_sibling = progress.halted_first;
  s.last_child = progress.halted_last;
  progress.halted_first = progress.halted_last = nobody;
}

bool shard::adopt_halted_child(actor_id id) {
  if (is_near_child(self_index_, id)) {
    slot* s = find(id);
    if ((s->marks & mark::halted) == 0) return false;
    s->marks &= static_cast<std::uint16_t>(~mark::orphan);
  }
  return line_up_last(id);
}

bool shard::line_up_last(actor_id id) {
  slot& parent = *self_slot_;
  if (!is_near_child(self_index_, id)) {
    if (parent.cold == nullptr || !parent.cold->far) return false;
    const auto known = parent.cold->far->take(id);
    if (known) add_far_child(parent, self_index_, id, known->shutdown);
    return known.has_value();
  }
  slot* s = find(id);
  unlink_child(*s, id.slot);
  link_child(*s, id.slot, {place_, self_index_, parent.generation});
  return true;
}

bool shard::has_children() const noexcept {
  return self_slot_->last_child != nobody ||
         (self_slot_->cold != nullptr && self_slot_->cold->far && !self_slot_->cold->far->empty());
}

void shard::release_halted_children(const std::unordered_set<actor_id>& but_not) {
  if (self_slot_->cold != nullptr && self_slot_->cold->far)
    for (const actor_id& id : self_slot_->cold->far->all())
      if (!but_not.contains(id)) release(id);
  for (std::uint32_t c = self_slot_->last_child; c != nobody; c = find(c)->previous_sibling) {
    const actor_id id{place_, c, find(c)->generation};
    if ((find(c)->marks & mark::halted) && !but_not.contains(id)) release(id);
  }
}

void shard::give_child_up(actor_id id) {
  if (self_slot_->cold != nullptr && self_slot_->cold->far) self_slot_->cold->far->remove(id);
  if (is_near_child(self_index_, id)) unlink_child(*find(id), id.slot);
}

/// In the list of the parent's own shard; others stand in `far_children`, also where they live here.
bool shard::is_near_child(std::uint32_t parent, const actor_id& child) noexcept {
  const slot* s = find(child);
  return s != nullptr && s->parent == parent;
}

// -- the next instance ----------------------------------------------------------------------------------------

void shard::restart_halted(slot& s, std::uint32_t i, const actor_type& type,
                           unique_function<void(shard&, slot&)> construct) {
  // Said by an instance of the parent that has begun to stop since; the next one says it anew.
  if (s.marks & mark::orphan) return;
  s.marks &= static_cast<std::uint16_t>(~mark::halted);
  s.cold->awaited_by = 0;
  s.cold->ended_in.clear();
  if (s.flags & state::moved) {
    s.cold->guest_halted = false;
    s.cold->why.reset();
    call(s.cold->elsewhere, [&type, c = std::move(construct)](shard& host, actor_id at) mutable {
      host.restart(at, type, std::move(c));
    });
    // What came while its end was under way waits here, not at the host.
    release_hold(s, i, 0);
    return;
  }
  construct_again(s, i, type, std::move(construct));
}

} // namespace actors::detail
