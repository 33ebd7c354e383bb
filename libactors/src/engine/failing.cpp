// SPDX-License-Identifier: BSD-3-Clause
//
// What becomes of an actor whose handler threw.
//
//   running --throws--> failed (held) --parent--> restart: children stopped in order, new instance
//                                              |  resume | stop
#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>
#include <actors/detail/far_function.hpp>
#include <actors/task.hpp>

#include "system_messages.hpp"

namespace actors::detail {

void shard::fail(slot& s, std::uint32_t i, failure reason, std::uint32_t message_type) {
  if (i == root || (s.flags & state::vacant)) return;
  if (s.flags & state::stopping) {
    // on_stop threw, or its coroutine did: the end goes on.
    stop_threw(s, i, std::move(reason), message_type);
    continue_stop(s, i);
    return;
  }
  ++cold(s).failures;
  actor_id id = id_of(s, i);
  // The supervisor that keeps it makes the report.
  if ((s.marks & mark::kept) == 0) owner_.report_failure(id, s.type, reason, message_type);
  // Its timers stay, for the case that it is resumed.
  end_work(s, reason);
  s.flags &= static_cast<std::uint16_t>(~(state::stop_soon | state::awaiting));
  std::string type;
  if (message_type != message_index<shard_call>) type = message_type_at(message_type).name;
  extras& x = *s.cold;
  if (s.marks & mark::kept) x.ended_in = type;
  if ((s.marks & mark::kept) && (s.flags & state::guest) == 0) {
    begin_stop(s, i, exit_kind::failed, std::move(reason));
    return;
  }
  x.why = std::make_unique<failure>(reason);
  if (s.flags & state::guest) {
    // The home knows the parent; it decides and sends its order here.
    s.flags |= state::failed;
    call(x.elsewhere, [reason, type, at = actor_id{place_, i, s.generation}](shard& home, actor_id me) {
      home.guest_failed(me, at, reason, type);
    });
    return;
  }
  if (x.remote_parent) {
    s.flags |= state::failed;
    system<child_failed_notice>(x.remote_parent, {id, std::move(reason), std::move(type)});
    return;
  }
  slot& parent = *find(s.parent);
  if (parent.type->handles_child_failed && (parent.flags & state::stopping) == 0) {
    s.flags |= state::failed;
    tell_child_failed(s.parent, id, std::move(reason), std::move(type));
    return;
  }
  begin_stop(s, i, exit_kind::failed, std::move(reason));
}

void shard::tell_child_failed(std::uint32_t parent, actor_id child, failure reason, std::string type) {
  actor_id to{place_, parent, find(parent)->generation};
  send<child_failed>({message_index<child_failed>, flag::vital, to, child, 0},
                     child_failed{child, std::move(reason), std::move(type)});
}

void shard::guest_failed(actor_id me, actor_id at, failure reason, std::string type) {
  slot* s = find(me);
  if (s == nullptr) return;
  if (s->marks & mark::kept) {
    cold(*s).ended_in = std::move(type);
    begin_stop(*s, me.slot, exit_kind::failed, std::move(reason));
  } else if (cold(*s).remote_parent) {
    system<child_failed_notice>(s->cold->remote_parent, {me, std::move(reason), std::move(type)});
  } else if (slot& p = *find(s->parent); p.type->handles_child_failed && (p.flags & state::stopping) == 0) {
    tell_child_failed(s->parent, me, std::move(reason), std::move(type));
  } else {
    system<stop_request>(at, {exit_kind::failed});
  }
}

/// Answers what the actor owes and drops what it waits for: its asks and coroutines.
void shard::end_work(slot& s, const failure& why) {
  if (s.cold == nullptr) return;
  extras& x = *s.cold;
  while (x.tasks != nullptr) drop_task(*x.tasks);
  while (x.asks != nullptr) close_ask(*x.asks);
  for (const open_request& r : x.owed.take_all()) answer_failure(r, why);
}

/// As `end_work`, and its timers.
void shard::end_dealings(slot& s, const failure& why) {
  end_work(s, why);
  if (s.cold == nullptr) return;
  while (s.cold->timers != nullptr) free_timer(*s.cold->timers);
}

/// What an exception means while its actor stops: the end goes on, and is not an orderly one.
void shard::stop_threw(slot& s, std::uint32_t i, failure reason, std::uint32_t message_type) {
  if ((s.marks & mark::keeping) == 0) {
    owner_.report_failure(id_of(s, i), s.type, reason, message_type);
    return;
  }
  if (s.cold->stop->kind == exit_kind::failed) return;
  s.cold->stop->kind = exit_kind::failed;
  s.cold->stop->reason = std::move(reason);
}

void shard::restart(actor_id id, const actor_type& type, unique_function<void(shard&, slot&)> construct) {
  slot* s = find(id);
  if (s == nullptr || id.slot == root || (s->flags & state::stopping)) return;
  if (s->marks & mark::halted) {
    restart_halted(*s, id.slot, type, std::move(construct));
    return;
  }
  if ((s->flags & state::reserved) && s->type == &unborn_type()) return; // its birth is under way
  extras& x = cold(*s);
  if (!x.stop) {
    end_dealings(*s, {errc::actor_failed, id, "restarted", ""});
    s->flags = static_cast<std::uint16_t>((s->flags & ~state::awaiting) | state::failed);
    x.stop = std::make_unique<stop_progress>();
    x.stop->kind = exit_kind::shutdown;
  }
  x.stop->rebuild = std::move(construct);
  x.stop->rebuild_type = &type;
  continue_stop(*s, id.slot);
}

void shard::rebuild(slot& s, std::uint32_t i) {
  auto construct = std::move(s.cold->stop->rebuild);
  const actor_type* type = s.cold->stop->rebuild_type;
  s.cold->stop.reset();
  s.flags &= static_cast<std::uint16_t>(~state::parent_waits);
  if (s.flags & state::moved) {
    // Children belong to the home and have ended; the object is the host's.
    call(s.cold->elsewhere, [type, c = std::move(construct)](shard& host, actor_id at) mutable {
      host.restart(at, *type, std::move(c));
    });
    release_hold(s, i, state::failed);
    return;
  }
  s.type->destroy(s);
  // Until the new instance stands there is nothing to destroy.
  s.type = &unborn_type();
  construct_again(s, i, *type, std::move(construct));
}

void shard::construct_again(slot& s, std::uint32_t i, const actor_type& type,
                            unique_function<void(shard&, slot&)> construct) {
  ++s.cold->restarts;
  s.cold->why.reset();
  try {
    context_guard as{*this, s, i, id_of(s, i)};
    construct(*this, s);
  } catch (...) {
    failure reason = describe_exception(std::current_exception(), id_of(s, i));
    s.flags &= static_cast<std::uint16_t>(~(state::failed | state::stop_soon));
    fail(s, i, std::move(reason), message_index<shard_call>);
    return;
  }
  s.type = &type;
  {
    // What the old instance laid aside waits as the rest does.
    context_guard as{*this, s, i, id_of(s, i)};
    unstash_all();
  }
  release_hold(s, i, state::failed);
  if (s.marks & mark::kept) tell_started(s, i);
  if (s.flags & state::stop_soon) end_newborn(s, {place_, i, s.generation});
}

namespace {

const far_function& resuming = add_far_function(
    {"resume", [](shard& there, actor_id id, actor_id, std::span<const std::byte>) { there.resume(id); }});

} // namespace

void shard::resume(actor_id id) {
  if (!is_here(id)) {
    if (owner_.lives_here(id))
      call(id, [](shard& there, actor_id who) { there.resume(who); });
    else
      system<far_call>(id, {resuming.name, {}});
    return;
  }
  slot* s = find(id);
  if (s == nullptr) return;
  if (s->flags & state::moved) {
    call(s->cold->elsewhere, [](shard& host, actor_id at) { host.resume(at); });
    return;
  }
  if ((s->flags & state::failed) == 0 || s->cold->stop) return;
  if (s->type == &unborn_type()) { // its constructor threw: there is no state to go on with
    begin_stop(*s, id.slot, exit_kind::failed, {});
    return;
  }
  s->cold->why.reset();
  release_hold(*s, id.slot, state::failed);
}

} // namespace actors::detail
