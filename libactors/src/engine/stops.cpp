// SPDX-License-Identifier: BSD-3-Clause
//
// The ordered stop, and the kill.
//
//   running --stop--> stopping: children, last started first, each within its time, then killed
//                     -> on_stop (may be a coroutine) -> ended: watchers, names, parent, slot free
//   running --kill--> as stop, without on_stop and with killed children
#include <algorithm>

#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>
#include <actors/task.hpp>

#include "system_messages.hpp"

namespace actors::detail {

namespace {

/// After a kill that nobody confirms (its shard hangs) the child is given up.
constexpr nanoseconds_t kill_grace = 1'000'000'000;

} // namespace

void shard::end_self(exit_kind kind, failure reason) {
  extras& x = cold(*self_slot_);
  x.ended_early = kind;
  x.why = std::make_unique<failure>(std::move(reason));
  stop_self();
}

void shard::stop_self() {
  if (self_slot_ == nullptr) return;
  self_slot_->flags |= state::stop_soon;
  deferred_ = true;
}

/// The handler has asked for the end of its actor.
void shard::stop_as_asked(slot& s, std::uint32_t i) {
  s.flags &= static_cast<std::uint16_t>(~state::stop_soon);
  if (s.cold == nullptr || !s.cold->why) {
    begin_stop(s, i, exit_kind::normal, {});
    return;
  }
  failure reason = std::move(*s.cold->why);
  s.cold->why.reset();
  begin_stop(s, i, std::exchange(s.cold->ended_early, exit_kind::normal), std::move(reason));
}

void shard::stop(actor_id id, exit_kind kind) {
  if (!is_here(id))
    system<stop_request>(id, {kind});
  else if (self_slot_ != nullptr && id == self() && kind != exit_kind::failed)
    stop_self();
  else
    urgent({urgent_step::what::stop, kind, id, {}});
}

void shard::stop_in_order(actor_id id) { system<stop_in_order_request>(id, {}); }

void shard::kill(actor_id id) {
  if (!is_here(id))
    system<kill_request>(id, {});
  else
    urgent({urgent_step::what::kill, exit_kind::killed, id, {}});
}

void shard::run_urgent() {
  // One step at a time, in order; steps add steps, never recursion.
  constexpr std::size_t few = 1024;
  for (std::size_t k = 0; k < urgent_.size(); ++k) {
    urgent_step step = urgent_[k];
    // Each child of a hundred thousand adds steps: done ones make room.
    if (k >= few && 2 * k >= urgent_.size())
      urgent_.erase(urgent_.begin(), urgent_.begin() + static_cast<std::ptrdiff_t>(std::exchange(k, 0)));
    slot* s = find(step.target);
    if (s == nullptr) s = claim_reserved(step.target);
    if (s == nullptr) continue;
    leave();
    switch (step.kind) {
      case urgent_step::what::stop:
        begin_stop(*s, step.target.slot, step.exit, {});
        break;
      case urgent_step::what::kill:
        begin_stop(*s, step.target.slot, exit_kind::killed, {});
        break;
      case urgent_step::what::child_ended:
        if (s->cold != nullptr && s->cold->stop) {
          if (s->cold->stop->child == step.other) {
            wheel_.cancel(s->cold->stop->child_timer);
            s->cold->stop->child = {};
          }
          continue_stop(*s, step.target.slot);
        }
        break;
    }
  }
  urgent_.clear();
}

void shard::begin_stop(slot& s, std::uint32_t i, exit_kind kind, failure reason) {
  if ((s.flags & state::reserved) && s.type == &unborn_type()) {
    // Not born yet: it will end as soon as it stands.
    s.flags |= state::stop_soon;
    cold(s).ended_early = kind;
    return;
  }
  if (s.flags & state::stopping) {
    if (kind == exit_kind::killed && s.cold != nullptr && s.cold->stop) hasten_stop(s, i);
    return;
  }
  if (s.marks & mark::halted) {
    if (s.marks & mark::kept) return; // its parent decides
    kind = s.cold->ended_how;
    reason = *s.cold->why;
  } else if ((s.flags & state::failed) && kind != exit_kind::killed && s.cold->why) {
    // Nobody restarted it, so that is how it ends, whoever gives it up.
    kind = exit_kind::failed;
    reason = *s.cold->why;
  }
  if (s.marks & mark::kept) s.marks |= parent_decides(s) ? mark::keeping : 0;
  s.flags |= state::stopping;
  s.flags &= static_cast<std::uint16_t>(~state::failed);
  if (s.cold == nullptr && s.last_child == nobody && s.type->stopping == nullptr && i != root &&
      (s.flags & state::moving) == 0 && (s.marks & mark::keeping) == 0) {
    end_leaf(s, i, kind, reason);
    return;
  }
  extras& x = cold(s);
  if (x.stop)
    x.stop->rebuild = {}; // a restart was under way, and is stopping the children already
  else
    x.stop = std::make_unique<stop_progress>();
  if (x.move != 0) interrupt_move(s, id_of(s, i));
  x.stop->kind = kind;
  x.stop->reason = std::move(reason);
  x.stop->kill = kind == exit_kind::killed;
  x.stop->hook_called = kind == exit_kind::killed || kind == exit_kind::failed;
  if (x.stop->kill) {
    end_dealings(s, {errc::actor_stopped, id_of(s, i), "killed", ""});
    if (x.stop->child) kill(x.stop->child);
  }
  const std::uint32_t generation = s.generation;
  continue_stop(s, i);
  if (s.generation == generation && (s.flags & state::stopping)) set_own_deadline(s, i);
}

/// The common case: without a cold part and children an actor ends here and now.
void shard::end_leaf(slot& s, std::uint32_t i, exit_kind kind, const failure& reason) {
  const actor_id id = id_of(s, i);
  actor_id parent;
  if (s.parent != nobody)
    if (slot& p = *find(s.parent); wants_ends(p)) parent = {place_, s.parent, p.generation};
  {
    context_guard as{*this, s, i, id};
    s.type->destroy(s);
  }
  if (s.marks & mark::named) owner_.forget_names(id);
  unlink_child(s, i);
  release_slot(s, i);
  if (parent) child_ended(parent, id, kind, reason);
}

/// A stop under way becomes a kill.
void shard::hasten_stop(slot& s, std::uint32_t i) {
  stop_progress& progress = *s.cold->stop;
  if (progress.kind != exit_kind::failed) progress.kind = exit_kind::killed;
  progress.hook_called = true;
  progress.kill = true;
  while (s.cold->tasks != nullptr) drop_task(*s.cold->tasks);
  if (progress.child) kill(progress.child);
  continue_stop(s, i);
}

bool shard::wants_ends(const slot& parent) const noexcept {
  return (parent.flags & state::parent_waits) || parent.type->handles_child_stopped ||
         (parent.cold != nullptr && parent.cold->stop != nullptr);
}

void shard::continue_stop(slot& s, std::uint32_t i) {
  stop_progress& progress = *s.cold->stop;
  if (s.last_child != nobody || (s.cold->far && !s.cold->far->empty())) {
    if (!progress.child) stop_last_child(s, i);
    return;
  }
  // One on its way goes on when the host has said where it is.
  if ((s.flags & state::moving) && s.type != &unborn_type()) return;
  if (progress.rebuild) {
    rebuild(s, i);
    return;
  }
  if (s.flags & state::moved) {
    stop_guest(s, i);
    return;
  }
  if (!progress.hook_called) {
    progress.hook_called = true;
    // A coroutine under way finishes first, within the time its parent gives.
    if (s.cold->tasks != nullptr) {
      progress.hook_called = false;
      return;
    }
    if (s.type->stopping != nullptr) {
      try {
        context_guard as{*this, s, i, id_of(s, i)};
        s.type->stopping(*this, s);
      } catch (...) {
        stop_threw(s, i, describe_exception(std::current_exception(), id_of(s, i)), message_index<shard_call>);
      }
      // It may have spawned.
      if (s.last_child != nobody || (s.cold->far && !s.cold->far->empty())) {
        stop_last_child(s, i);
        return;
      }
    }
  }
  if (s.cold->tasks != nullptr) return; // on_stop is a coroutine
  finish_stop(s, i);
}

/// At home: the children have ended; now the object at its host.
void shard::stop_guest(slot& s, std::uint32_t i) {
  stop_progress& progress = *s.cold->stop;
  const bool keeps = (s.marks & mark::keeping) != 0;
  if (keeps && s.cold->guest_halted) {
    halt_slot(s, i);
    return;
  }
  const slot_after after = keeps ? slot_after::kept_if_kept : slot_after::released;
  if (!std::exchange(progress.host_told, true) && !progress.kill)
    system<stop_request>(s.cold->elsewhere, {progress.kind, after});
  if (progress.kill && !std::exchange(progress.host_told_to_kill, true))
    system<kill_request>(s.cold->elsewhere, {after});
}

/// Whether the youngest child lives on another shard.
bool shard::far_child_is_last(const slot& s) noexcept {
  if (!s.cold->far || s.cold->far->empty()) return false;
  if (s.last_child == nobody) return true;
  // Younger than the last one here if that one was the last when it started.
  const actor_id after = s.cold->far->after(s.cold->far->back());
  return after && after.slot == s.last_child;
}

void shard::stop_last_child(slot& s, std::uint32_t i) {
  stop_progress& progress = *s.cold->stop;
  s.flags |= state::parent_waits;
  nanoseconds_t time = 5'000'000'000;
  if (far_child_is_last(s)) {
    progress.child = s.cold->far->back().id;
    time = s.cold->far->back().shutdown;
  } else {
    std::uint32_t c = s.last_child;
    slot& child = *find(c);
    progress.child = {place_, c, child.generation};
    if (child.cold != nullptr) time = child.cold->shutdown;
  }
  progress.child_killed = progress.kill || time == 0;
  progress.child_timer.fire = [](timer_node* node, void* owner) {
    static_cast<shard*>(owner)->child_overdue(*node);
  };
  progress.owner = i;
  if (time >= 0 || progress.child_killed)
    wheel_.set(progress.child_timer, time_after(now_, progress.child_killed ? kill_grace : time));
  stop_child_of(s, progress);
}

/// A parent that is kept keeps its kept children too; one that ends for good takes them along.
void shard::stop_child_of(slot& parent, stop_progress& progress) {
  const actor_id child = progress.child;
  const bool keeps = (parent.marks & mark::keeping) != 0;
  const slot_after after = keeps ? slot_after::kept_by_parent : slot_after::released;
  if (!is_near_child(progress.owner, child)) {
    const std::uint32_t instance = keeps ? parent.cold->restarts + 1 : 0;
    if (progress.child_killed)
      system<kill_request>(child, {after, instance});
    else
      system<stop_request>(child, {exit_kind::shutdown, after, instance});
    return;
  }
  slot& s = *find(child.slot);
  if (!keeps) {
    give_up_keeping(s, child.slot);
  } else if ((s.marks & mark::halted) && (s.marks & mark::kept)) {
    // One that has been released is about to end, and must not be missed in the list then.
    set_halted_child_aside(parent, child);
    urgent({urgent_step::what::child_ended, s.cold->ended_how, {place_, progress.owner, parent.generation}, child});
    return;
  }
  if (progress.child_killed)
    kill(child);
  else
    stop(child, exit_kind::shutdown);
}

void shard::child_overdue(timer_node& node) {
  auto& progress =
      *reinterpret_cast<stop_progress*>(reinterpret_cast<char*>(&node) - offsetof(stop_progress, child_timer));
  std::uint32_t i = progress.owner;
  slot& s = *find(i);
  if (!progress.child_killed) {
    progress.child_killed = true;
    kill(progress.child);
    wheel_.set(progress.child_timer, now_ + kill_grace);
    return;
  }
  // Its shard does not answer: go on without it.
  owner_.log(log_level::error, "actor " + to_string(progress.child) + " did not end when killed: given up");
  if (s.cold->far) s.cold->far->remove(progress.child);
  if (is_near_child(i, progress.child)) {
    slot* c = find(progress.child);
    unlink_child(*c, progress.child.slot);
    c->parent = nobody;
  }
  progress.child = {};
  continue_stop(s, i);
}

void shard::finish_stop(slot& s, std::uint32_t i) {
  if (s.marks & mark::keeping) {
    halt_slot(s, i);
    return;
  }
  extras& x = *s.cold;
  const actor_id id = id_of(s, i);
  exit_kind kind = x.stop->kind;
  failure reason = std::move(x.stop->reason);
  failure owed = kind == exit_kind::failed
                     ? reason
                     : failure{errc::actor_stopped, id, "the actor stopped before it answered", ""};
  end_dealings(s, owed);
  wheel_.cancel(x.throttle_timer);
  wheel_.cancel(x.stop->child_timer);
  wheel_.cancel(x.stop->own_timer);
  drain_to_dead_letters(s);
  if (x.throttled_senders.size() != 0) {
    s.waiting = 0;
    release_throttled(s);
  }
  {
    context_guard as{*this, s, i, id};
    s.type->destroy(s);
  }
  end_subscriptions(s, id);
  if (s.marks & mark::immigrant) tell_of_end(s, id);
  if (s.flags & state::guest) {
    system<guest_ended_notice>(x.elsewhere, {kind, std::move(reason)});
    release_slot(s, i);
    return;
  }
  for (const actor_id& watcher : x.watchers) notify_down(watcher, id, kind, reason);
  actor_id parent = x.remote_parent;
  if (!parent && s.parent != nobody) {
    slot& p = *find(s.parent);
    if (wants_ends(p)) parent = {place_, s.parent, p.generation};
  }
  if (i == root) {
    // The root stays, as parent of what may still come.
    ended_.store(true, std::memory_order_release);
    return;
  }
  unlink_child(s, i);
  release_slot(s, i);
  if (parent && is_here(parent))
    child_ended(parent, id, kind, reason);
  else if (parent)
    system<child_ended_notice>(parent, {id, kind, reason});
}

/// The actor's names, subscriptions and watches end; its watchers are told elsewhere.
void shard::end_subscriptions(slot& s, const actor_id& id) {
  extras& x = *s.cold;
  if (s.marks & mark::named) owner_.forget_names(id);
  if (x.subscribed) owner_.unsubscribe_all(id);
  for (const actor_id& other : x.watched) unwatch_for(other, id);
}

void shard::child_ended(actor_id parent, actor_id child, exit_kind kind, const failure& reason) {
  slot* p = find(parent);
  if (p == nullptr) return;
  if (p->cold != nullptr && p->cold->far) p->cold->far->remove(child);
  if (p->cold != nullptr && p->cold->stop)
    urgent({urgent_step::what::child_ended, kind, parent, child});
  else if (p->type->handles_child_stopped)
    send<child_stopped>({message_index<child_stopped>, flag::vital, parent, child, 0},
                        child_stopped{child, kind, reason});
}

void shard::drain_to_dead_letters(slot& s) {
  extras& x = *s.cold;
  for (envelope_queue* q : {&x.stash, &x.held, &x.backlog}) {
    while (envelope* e = q->front(pool_)) {
      // Askers in the stash have been answered with the open requests.
      if (q == &x.stash && e->is(flag::asks)) {
        dead_letter_of({place_, e->slot, e->generation}, e->sender, e->type, errc::actor_stopped);
        destroy_payload(*e);
      } else {
        reject(*e, errc::actor_stopped);
      }
      q->pop(e);
    }
    q->clear(pool_);
  }
  x.held_count = x.backlog_count = x.stash_count = 0;
}

} // namespace actors::detail
