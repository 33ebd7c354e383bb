// SPDX-License-Identifier: BSD-3-Clause
//
// Messages that cannot go the plain way: full mailboxes, messages laid aside, senders slowed down.
//
//   held      taken out of the FIFO (or the inbox) while the actor was on hold; oldest of all
//   FIFO      `slot::waiting` of them, between the two
//   backlog   admitted while the actor had its fair share of the FIFO already; youngest
//
// A token in the FIFO stands for held and backlog: when it comes up, some of them are handled. The
// backlog is touched only while nothing of the actor waits in the FIFO, which keeps the order.
#include <algorithm>

#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>

#include "system_messages.hpp"

namespace actors::detail {

namespace {

/// Messages that one token handles before it goes to the end of the FIFO.
constexpr int token_share = 64;

} // namespace

mailbox_options shard::mailbox_of(const slot& s) const noexcept {
  const mailbox_options& general = owner_.options().mailbox;
  if ((s.flags & state::bounded) == 0 || s.cold == nullptr) return general;
  mailbox_options own = s.cold->mailbox;
  if (own.limit == 0 && own.policy == overflow_policy::refuse) return general;
  if (own.limit == 0) own.limit = general.limit;
  return own;
}

std::size_t shard::waiting_of(const slot& s) const noexcept {
  std::size_t n = s.waiting;
  if (s.cold != nullptr) n += std::size_t{s.cold->held_count} + s.cold->backlog_count;
  return n;
}

envelope* shard::admit(const message_head& head, std::uint32_t size) {
  if (split_ && goes_out(head.target)) return nullptr; // the caller sends it
  slot* s = find(head.target.slot);
  if (s == nullptr || s->generation != head.target.generation || (s->flags & state::vacant))
    s = claim_reserved(head.target);
  if (s == nullptr) {
    reject(head, errc::no_such_actor);
    return nullptr;
  }
  return admit_to(*s, head, size);
}

envelope* shard::admit_to(slot& s, const message_head& head, std::uint32_t size) {
  const mailbox_options box = mailbox_of(s);
  const std::size_t total = waiting_of(s);
  if (total >= box.limit && (head.flags & flag::vital) == 0) {
    if (box.policy == overflow_policy::drop_oldest && drop_oldest(s)) {
      // There is room now.
    } else if (box.policy == overflow_policy::slow_sender && total < 2 * box.limit) {
      if (head.sender != head.target) throttle_sender(s, head.sender);
    } else {
      reject(head, errc::overloaded);
      return nullptr;
    }
  }
  // Dropping the oldest needs a queue of the actor's own; so does one with more than its fair share.
  bool aside = (s.flags & state::backlogged) || s.waiting >= fair_share ||
               ((s.flags & state::bounded) && box.policy == overflow_policy::drop_oldest);
  if (!aside) {
    ++s.waiting;
    return fifo_.append(size, pool_);
  }
  extras& x = cold(s);
  s.flags |= state::backlogged;
  ++x.backlog_count;
  x.peak = std::max<std::uint32_t>(x.peak, static_cast<std::uint32_t>(total) + 1);
  add_token(s, head.target.slot);
  return x.backlog.append(size, pool_);
}

void shard::push_backlog(slot& s, std::uint32_t index, envelope& e) {
  if (envelope* to = admit_to(s, head_of(e, {place_, index, s.generation}), e.size()))
    relocate(to, &e);
  else
    destroy_payload(e);
}

void shard::hold(slot& s, std::uint32_t, envelope& e) {
  if (!e.is(flag::vital) && waiting_of(s) >= mailbox_of(s).limit * 2) {
    reject(e, errc::overloaded);
    return;
  }
  extras& x = cold(s);
  s.flags |= state::has_held;
  ++x.held_count;
  relocate(x.held.append(e.size(), pool_), &e);
}

bool shard::drop_oldest(slot& s) {
  if (s.cold == nullptr) return false;
  extras& x = *s.cold;
  bool from_held = x.held_count != 0;
  envelope_queue& q = from_held ? x.held : x.backlog;
  envelope* e = q.front(pool_);
  if (e == nullptr || e->is(flag::system | flag::vital)) return false;
  --(from_held ? x.held_count : x.backlog_count);
  reject(*e, errc::overloaded);
  q.pop(e);
  return true;
}

void shard::add_token(slot& s, std::uint32_t index) {
  extras& x = cold(s);
  if (x.tokens != 0 || (s.flags & state::hold)) return;
  ++x.tokens;
  system<token>({place_, index, s.generation}, {});
}

void shard::run_token(slot& s, std::uint32_t index) {
  --cold(s).tokens;
  const std::uint32_t generation = s.generation;
  // The message is taken out of its queue first: its handler may change the queues.
  alignas(16) char room[envelope::header + envelope::request_size + largest_inline_message + 16];
  auto alive = [&] { return s.generation == generation && s.cold != nullptr; };
  for (int n = 0; n < token_share && alive(); ++n) {
    extras& x = *s.cold;
    if (s.flags & (state::hold | state::stopping)) return;
    // A kill or a stop comes before the rest of the turn.
    if (!urgent_.empty()) break;
    bool from_held = x.held_count != 0;
    if (!from_held && (x.backlog_count == 0 || s.waiting != 0)) break;
    envelope_queue& q = from_held ? x.held : x.backlog;
    envelope* e = q.front(pool_);
    auto* taken = reinterpret_cast<envelope*>(room);
    relocate(taken, e);
    q.pop(e);
    --(from_held ? x.held_count : x.backlog_count);
    if (x.held_count == 0) s.flags &= static_cast<std::uint16_t>(~state::has_held);
    if (x.backlog_count == 0) s.flags &= static_cast<std::uint16_t>(~state::backlogged);
    if (taken->is(flag::system) && taken->type != message_index<stop_in_order_request>) {
      dispatch_special(*taken); // it came while the actor stood still for a move
      continue;
    }
    if (taken->is(flag::system)) {
      // Not `stop`: the actor that handled a message of this turn would seem to stop itself.
      urgent({urgent_step::what::stop, exit_kind::shutdown, {place_, index, generation}, {}});
      break;
    }
    if (s.flags & state::moved) {
      forward(s, *taken);
      continue;
    }
    try {
      invoke_checked(s, index, *taken);
    } catch (const std::exception& error) {
      handler_threw(*taken, &error);
    } catch (...) {
      handler_threw(*taken, nullptr);
    }
    if (alive() && (s.flags & state::throttling)) release_throttled(s);
  }
  current_ = nullptr;
  if (alive() && (s.flags & (state::has_held | state::backlogged))) add_token(s, index);
}

void shard::release_hold(slot& s, std::uint32_t index, std::uint16_t which) {
  s.flags &= static_cast<std::uint16_t>(~which);
  if ((s.flags & (state::has_held | state::backlogged)) && (s.flags & state::hold) == 0)
    add_token(s, index);
}

// -- senders slowed down -------------------------------------------------------------------------

void shard::throttle_sender(slot& s, const actor_id& sender) {
  if (!sender || sender.shard() == outside) return;
  extras& x = cold(s);
  if (std::find(x.throttled_senders.begin(), x.throttled_senders.end(), sender) != x.throttled_senders.end())
    return;
  x.throttled_senders.push_back(sender);
  s.flags |= state::throttling;
  if (is_here(sender)) {
    throttle(sender, {});
    return;
  }
  system<throttle_notice>(sender, {});
}

void shard::throttle(actor_id sender, actor_id) {
  slot* s = find(sender);
  if (s == nullptr || sender.slot == root || (s->flags & state::throttled)) return;
  extras& x = cold(*s);
  s->flags |= state::throttled;
  x.throttle_slot = sender.slot;
  // Two full actors that wait for each other must not wait for ever.
  x.throttle_timer.fire = [](timer_node* node, void* owner) {
    auto& here = *static_cast<shard*>(owner);
    auto* cold_part = reinterpret_cast<extras*>(reinterpret_cast<char*>(node) - offsetof(extras, throttle_timer));
    here.release_hold(*here.find(cold_part->throttle_slot), cold_part->throttle_slot, state::throttled);
  };
  wheel_.set(x.throttle_timer, now_ + owner_.options().throttle_patience);
}

void shard::release_throttled(slot& s) {
  if (waiting_of(s) > mailbox_of(s).limit / 2) return;
  s.flags &= static_cast<std::uint16_t>(~state::throttling);
  std::vector<actor_id> senders = std::exchange(s.cold->throttled_senders, {});
  for (const actor_id& sender : senders) {
    if (is_here(sender)) {
      if (slot* t = find(sender)) {
        if (t->cold != nullptr) wheel_.cancel(t->cold->throttle_timer);
        release_hold(*t, sender.slot, state::throttled);
      }
      continue;
    }
    system<release_notice>(sender, {});
  }
}

// -- stash -----------------------------------------------------------------------------------------

envelope* shard::stash_envelope(std::uint32_t type, std::size_t payload_size) {
  extras& x = cold(*self_slot_);
  open_request r = current_request();
  // A bound of its own: a full stash must not keep the message out that opens it.
  if (x.stash_count >= mailbox_of(*self_slot_).limit) {
    dead_letter_of(self(), sender(), type, errc::overloaded);
    if (r.request != 0) {
      request_taken_ = deferred_ = true;
      answer_failure(r, {errc::overloaded, self(), "the stash is full", std::string{message_type_at(type).name}});
    }
    return nullptr;
  }
  ++x.stash_count;
  std::uint16_t flags = 0;
  actor_id from = sender();
  if (r.request != 0) {
    flags = flag::asks;
    request_taken_ = true;
    deferred_ = true;
    add_open_request(*self_slot_, r);
  }
  message_head head{type, flags, {place_, self_index_, self_slot_->generation}, from, r.request};
  const std::uint32_t size = envelope_size(payload_size, flags);
  envelope* e = x.stash.append(size, pool_);
  write_header(e, head, size);
  return e;
}

void shard::stash_erased(envelope& e) {
  const message_type& type = message_type_at(e.type);
  envelope* to = stash_envelope(e.type, type.size);
  if (to == nullptr) {
    if (type.destroy != nullptr) type.destroy(e.payload());
  } else if (type.relocate != nullptr) {
    type.relocate(to->payload(), e.payload());
  } else {
    __builtin_memcpy(to->payload(), e.payload(), type.size);
  }
}

void shard::unstash_all() {
  slot& s = *self_slot_;
  if (s.cold == nullptr || s.cold->stash.empty()) return;
  extras& x = *s.cold;
  // The stash goes in front of what is held already.
  envelope_queue rest{0};
  while (envelope* e = x.held.front(pool_)) {
    std::uint32_t size = e->size();
    relocate(rest.append(size, pool_), e);
    x.held.pop(e);
  }
  auto move_all = [&](envelope_queue& from) {
    std::uint32_t n = 0;
    while (envelope* e = from.front(pool_)) {
      bool answered = e->is(flag::asks) && !remove_open_request(s, {e->sender, e->request()});
      envelope* to = x.held.append(e->size(), pool_);
      relocate(to, e);
      if (answered) clear_request(*to);
      from.pop(e);
      ++n;
    }
    return n;
  };
  x.held_count += move_all(x.stash);
  x.stash_count = 0;
  while (envelope* e = rest.front(pool_)) {
    relocate(x.held.append(e->size(), pool_), e);
    rest.pop(e);
  }
  rest.clear(pool_);
  s.flags |= state::has_held;
  add_token(s, self_index_);
}

} // namespace actors::detail
