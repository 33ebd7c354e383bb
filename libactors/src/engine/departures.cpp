// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that leave for another node, at the node that they leave. What of it is agreed with the other node
// is protocol/migration; here are the steps on the actor itself.
//
//   at work --depart--> leaving: messages wait; until what it sent inside of its shard has been handled, and
//           its asks have been answered
//           --> ready: its image is with the hub, its timers stand still
//   ready --hand_over--> departed: the slot sends on
//   leaving, ready --stay--> at work
//
// One that is told to end meanwhile stays, and ends.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include <actors/archive.hpp>
#include <actors/detail/engine.hpp>

#include "migrants.hpp"
#include "system_messages.hpp"

namespace actors::detail {

namespace {

/// Bytes of a message or a state; what its own functions throw comes through.
template <class Save>
std::vector<std::byte> bytes_of(Save&& save) {
  buffer out;
  {
    writer to{out};
    save(to);
  }
  return {out.data(), out.data() + out.size()};
}

/// Nothing where the message stays in its process. Errors: what its own functions throw.
std::optional<carried_message> carried_of(envelope& e) {
  const message_type& type = message_type_at(e.type);
  if (type.save == nullptr) return {};
  return carried_message{std::string{type.name}, static_cast<std::uint16_t>(e.flags & ~flag::routed), e.sender, e.request(),
                         bytes_of([&](writer& out) { type.save(e.payload(), out); })};
}

} // namespace

void shard::pin(std::string why) {
  if (self_slot_ != nullptr) cold(*self_slot_).pinned = std::move(why);
}

/// Why an actor does not move; empty: it does.
std::string shard::why_stuck(const actor_id& id, const slot* s) const {
  if (s == nullptr || id.slot == root) return "it has ended";
  if (s->type->save == nullptr) return "its type " + std::string{s->type->name} + " has no serialize, or cannot be made without arguments";
  if (s->flags & (state::moved | state::guest)) return "it works on another shard of its node";
  if (s->flags & state::reserved) return s->type == &unborn_type() ? "it has not been born yet" : "it is moving already";
  if (s->flags & (state::stopping | state::stop_soon)) return "it is ending";
  if (s->flags & state::failed) return "it has failed, and its parent has not decided yet";
  if (s->type->keeps_children) return "it is a supervisor";
  if (s->marks & mark::named) return "it has a name";
  if (s->parent != nobody && s->parent != root && (s->flags & state::parent_waits)) return "its parent is ending";
  if (s->cold == nullptr) return {};
  const extras& x = *s->cold;
  if (!x.pinned.empty()) return "it is pinned: " + x.pinned;
  if (x.tasks != nullptr) return "a coroutine of it is suspended";
  if (x.subscribed) return "it has subscribed to a topic";
  if (x.stop) return "its children are ending";
  return {};
}

void shard::depart(std::uint64_t move, const std::vector<actor_id>& ids) {
  migrants& m = foreign();
  split_ = true; // from now on one looks twice
  m.departures[move].open = ids.size();
  for (const actor_id& id : ids) {
    slot* s = find(id);
    std::string why = why_stuck(id, s);
    if (!why.empty()) {
      refuse_to_leave(move, id, std::move(why));
      continue;
    }
    s->flags |= state::moving;
    cold(*s).move = move;
    m.leaving.push_back({id, move});
    system<leave_mark>(id, {move});
  }
  conclude(move);
}

void shard::refuse_to_leave(std::uint64_t move, const actor_id& id, std::string why) {
  auto& d = migrants_->departures[move];
  --d.open;
  d.stuck.push_back({id, std::move(why)});
}

/// Tells what became of a move when all that were to leave are ready or stay.
void shard::conclude(std::uint64_t move) {
  auto& all = migrants_->departures;
  const auto at = all.find(move);
  if (at == all.end() || at->second.open != 0) return;
  migrants::departure done = std::move(at->second);
  all.erase(at);
  flush(); // what the actors have sent goes first
  if (peer_nodes* others = owner_.peers()) others->leaving(move, place_, std::move(done.ready), std::move(done.stuck));
}

/// At the end of a turn: some may be ready by now.
void shard::look_at_leaving() {
  auto& leaving = migrants_->leaving;
  if (leaving.empty()) return;
  std::unordered_set<std::uint64_t> touched;
  for (leaving_actor& l : leaving) {
    if (l.is_exported || !l.is_settled) continue;
    slot* s = find(l.id);
    if (s == nullptr || s->cold == nullptr || s->cold->move != l.move) continue;
    extras& x = *s->cold;
    if (s->flags & state::stopping) {
      thaw(*s, l.id);
      refuse_to_leave(l.move, l.id, "it is ending");
      touched.insert(l.move);
      l.is_exported = true;
    } else if (x.asks == nullptr && x.tasks == nullptr && migrants_->detours == 0) {
      l.is_exported = true;
      touched.insert(l.move);
      try {
        actor_image image = image_of(*s, l.id);
        auto& d = migrants_->departures[l.move];
        --d.open;
        d.ready.push_back(std::move(image));
      } catch (const std::exception& error) {
        thaw(*s, l.id);
        refuse_to_leave(l.move, l.id, std::string{"it cannot be written: "} + error.what());
      }
    }
  }
  std::erase_if(leaving, [](const leaving_actor& l) { return l.is_exported; });
  for (const std::uint64_t move : touched) conclude(move);
}

/// What waits in a queue; the messages themselves stay. Errors: one that cannot be written.
void shard::carry(std::vector<carried_message>& to, envelope_queue& from, const actor_id&) {
  from.for_each([&](envelope& e) {
    auto carried = carried_of(e);
    if (!carried) throw std::runtime_error{"a message " + std::string{message_type_at(e.type).name} + " waits for it, which stays in its process"};
    to.push_back(std::move(*carried));
    return true;
  });
}

actor_image shard::image_of(slot& s, const actor_id& id) {
  extras& x = *s.cold;
  actor_image i;
  i.id = id;
  i.type = s.type->name;
  i.digest = s.type->digest();
  i.epoch = x.epoch;
  i.state = bytes_of([&](writer& out) { s.type->save(s, out); });
  carry(i.waiting, x.held, id);
  x.is_exported = true;
  x.in_image = static_cast<std::uint32_t>(i.waiting.size());
  carry(i.stash, x.stash, id);
  for (actor_timer* t = x.timers; t != nullptr; t = t->next) {
    const message_type& type = message_type_at(t->head.type);
    if (type.save == nullptr) throw std::runtime_error{"a timer holds a message " + std::string{type.name} + ", which stays in its process"};
    i.timers.push_back({t->known_as, t->head.target, t->timer.deadline - now_, t->period, std::string{type.name},
                        bytes_of([&](writer& out) { type.save(t->payload(), out); })});
  }
  // Nothing can fail any more: it stands still from here on.
  for (actor_timer* t = x.timers; t != nullptr; t = t->next) wheel_.cancel(t->timer);
  i.watchers = x.watchers;
  i.watched.assign(x.watched.begin(), x.watched.end());
  for (const open_request& r : x.owed.take_all()) {
    i.owed.push_back({r.asker, r.request});
    x.owed.add(r);
  }
  i.parent = x.remote_parent;
  if (!i.parent && s.parent != nobody && s.parent != root) i.parent = {place_, s.parent, find(s.parent)->generation};
  for (const far_children::child& c : children_of(s)) i.children.push_back({c.id, c.shutdown});
  i.shutdown = x.shutdown;
  i.mailbox_limit = x.mailbox.limit;
  i.mailbox_policy = x.mailbox.policy;
  i.has_mailbox = (s.flags & state::bounded) != 0;
  i.kept = (s.marks & mark::kept) != 0;
  i.handled = s.handled + (std::uint64_t{x.handled_wraps} << 32);
  i.restarts = x.restarts;
  i.failures = x.failures;
  i.peak = x.peak;
  i.awaited_by = x.awaited_by;
  i.answered_to = x.answered_to;
  i.visited = x.visited;
  if (std::find(i.visited.begin(), i.visited.end(), home_ >> 16) == i.visited.end()) i.visited.push_back(home_ >> 16);
  return i;
}

// -- it stays -------------------------------------------------------------------------------------------

void shard::stay(std::uint64_t move, const std::vector<actor_id>& ids) {
  for (const actor_id& id : ids) {
    slot* s = find(id);
    if (s == nullptr || s->cold == nullptr || s->cold->move != move) continue;
    if (std::erase_if(migrants_->leaving, [&](const leaving_actor& l) { return l.id == id; }) != 0)
      refuse_to_leave(move, id, s->cold->asks != nullptr ? "it waits for an answer" : "it was not ready in time");
    thaw(*s, id);
  }
  conclude(move);
}

void shard::thaw(slot& s, const actor_id& id) {
  s.cold->move = 0;
  s.cold->is_exported = false;
  for (actor_timer* t = s.cold->timers; t != nullptr; t = t->next)
    if (!t->timer.is_set()) wheel_.set(t->timer, t->timer.deadline);
  release_hold(s, id.slot, state::moving);
  if (s.cold->stop) continue_stop(s, id.slot);
}

// -- it leaves ------------------------------------------------------------------------------------------

void shard::hand_over(const std::vector<leaver>& who, std::uint64_t to) {
  std::unordered_map<std::uint32_t, std::unordered_set<std::uint32_t>> of_parents;
  for (const auto& [id, epoch] : who)
    if (const slot* s = find(id); s != nullptr && s->parent != nobody && s->parent != root)
      of_parents[s->parent].insert(id.slot);
  for (const auto& [parent, children] : of_parents) list_as_far(parent, children);
  split_ = true;
  for (const auto& [id, epoch] : who) {
    slot* s = find(id);
    if (s != nullptr && s->cold != nullptr && s->cold->move != 0) vacate(*s, id, to, epoch);
  }
}

/// From here on the slot sends on. What the image holds has left with it; what has come since follows.
void shard::vacate(slot& s, const actor_id& id, std::uint64_t to, std::uint64_t epoch) {
  migrants& m = foreign();
  make_children_far(s, id);
  unlink_child(s, id.slot);
  extras& x = *s.cold;
  x.move = 0;
  x.is_exported = false;
  std::erase_if(m.leaving, [&](const leaving_actor& l) { return l.id == id; });
  while (x.timers != nullptr) free_timer(*x.timers);
  wheel_.cancel(x.throttle_timer);
  if (!x.throttled_senders.empty()) {
    for (const actor_id& sender : std::exchange(x.throttled_senders, {})) system<release_notice>(sender, {});
  }
  const std::unique_ptr<stop_progress> stop = std::move(x.stop);
  if (stop) {
    wheel_.cancel(stop->child_timer);
    wheel_.cancel(stop->own_timer);
  }
  {
    context_guard as{*this, s, id.slot, id};
    s.type->destroy(s);
  }
  s.type = &unborn_type();
  owner_.note_residence(id, to, epoch);
  route& r = m.routes[id];
  r.node = to;
  r.epoch = epoch;
  r.old = 0;
  r.now = route::state::direct;
  r.is_used = false;
  owner_.departed.fetch_add(1, std::memory_order_relaxed);
  s.flags = static_cast<std::uint16_t>(state::departed | (s.flags & state::backlogged));
  s.marks = 0;
  live_.store(live_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  carry_late(x, id, to, epoch);
  follow_on(s, id);
  if (stop && stop->kill)
    system<kill_request>(id, {});
  else if (stop)
    system<stop_request>(id, {stop->kind});
}

/// Messages that have come since the image was made go in front of all that follows.
void shard::carry_late(extras& x, const actor_id& id, std::uint64_t to, std::uint64_t epoch) {
  constexpr std::size_t part = 256 << 10;
  const message_head plain{0, flag::system, id, address(), 0};
  late_messages late;
  std::size_t bytes = 0;
  std::uint32_t in_image = std::exchange(x.in_image, 0);
  const auto send = [&] {
    message_head head = plain;
    head.type = message_index<late_messages>;
    if (!late.messages.empty()) send_towards(to, head, std::exchange(late, {}));
    bytes = 0;
  };
  while (envelope* e = x.held.front(pool_)) {
    if (in_image != 0) {
      --in_image;
      if (e->is(flag::routed)) take_routed(*e)->end();
      destroy_payload(*e);
    } else if (auto carried = carried_of(*e)) {
      bytes += carried->bytes.size() + sizeof(carried_message);
      late.messages.push_back(std::move(*carried));
      if (e->is(flag::routed)) take_routed(*e)->end();
      destroy_payload(*e);
      if (bytes >= part) send();
    } else {
      reject(*e, errc::not_serializable);
    }
    x.held.pop(e);
  }
  x.held.clear(pool_);
  x.held_count = 0;
  send();
  message_head head = plain;
  head.type = message_index<handed_over>;
  send_towards(to, head, handed_over{epoch});
}

/// What is left of it here goes; messages behind those in the FIFO follow in their turn.
void shard::follow_on(slot& s, const actor_id& id) {
  extras& x = *s.cold;
  while (envelope* e = x.stash.front(pool_)) {
    destroy_payload(*e);
    x.stash.pop(e);
  }
  x.stash.clear(pool_);
  x.stash_count = 0;
  if (x.backlog_count != 0) {
    add_token(s, id.slot);
    return;
  }
  delete std::exchange(s.cold, nullptr);
}

/// The children of a parent here, in the order of their start.
std::vector<far_children::child> shard::children_of(slot& s) {
  std::vector<far_children::child> all;
  std::vector<std::uint32_t> near;
  for (std::uint32_t c = s.last_child; c != nobody; c = find(c)->previous_sibling) near.push_back(c);
  std::vector<far_children::child> far;
  if (s.cold != nullptr && s.cold->far) far = s.cold->far->in_order();
  std::size_t k = 0;
  const auto take_far_after = [&](const actor_id& after) {
    for (; k < far.size() && s.cold->far->after(far[k]) == after; ++k) all.push_back(far[k]);
  };
  take_far_after({});
  for (auto at = near.rbegin(); at != near.rend(); ++at) {
    const slot& c = *find(*at);
    all.push_back({{place_, *at, c.generation}, c.cold != nullptr ? c.cold->shutdown : nanoseconds_t{5'000'000'000}});
    take_far_after({place_, *at, c.generation});
  }
  for (; k < far.size(); ++k) all.push_back(far[k]);
  return all;
}

/// Of a parent here: some of its children leave, and stand among those of other shards from now on.
void shard::list_as_far(std::uint32_t parent, const std::unordered_set<std::uint32_t>& departing) {
  slot& p = *find(parent);
  auto far = std::make_unique<far_children>();
  actor_id after;
  for (const far_children::child& c : children_of(p)) {
    const bool is_near = c.id.place == place_ && find(c.id) != nullptr && find(c.id)->parent == parent;
    if (is_near && !departing.contains(c.id.slot))
      after = c.id;
    else
      far->add(c.id, after, c.shutdown);
  }
  // The gap that a child leaves is closed already.
  cold(p).far.reset();
  for (const std::uint32_t c : departing) {
    unlink_child(*find(c), c);
    cold(*find(c)).remote_parent = {place_, parent, p.generation};
  }
  p.cold->far = std::move(far);
}

/// Of one that leaves: its children stay, and know it by its id from now on.
void shard::make_children_far(slot& s, const actor_id& id) {
  while (s.last_child != nobody) {
    const std::uint32_t c = s.last_child;
    slot& child = *find(c);
    unlink_child(child, c);
    cold(child).remote_parent = id;
  }
}

/// One that is part of a move is told to end: it stays for that.
void shard::interrupt_move(slot& s, const actor_id& id) {
  if (!s.cold->is_exported) return; // seen at the end of this turn
  if (peer_nodes* others = owner_.peers()) others->ends_in_move(s.cold->move, id);
}

/// What changes an actor whose image has been made waits, as its messages do. False: it is for now.
bool shard::holds_for_move(slot& s, envelope& e) {
  if (s.cold == nullptr || !s.cold->is_exported || e.is(flag::answers)) return false;
  if (e.type == message_index<stop_request> || e.type == message_index<kill_request> || e.type == message_index<token> ||
      e.type == message_index<route_mark> || e.type == message_index<leave_mark>)
    return false;
  hold(s, e.slot, e);
  return true;
}

/// An actor that has come from elsewhere ends: who still sends on for it need not any more.
void shard::tell_of_end(slot& s, const actor_id& id) {
  std::vector<std::uint64_t> whom = s.cold->visited;
  if (is_twin() && std::find(whom.begin(), whom.end(), id.node()) == whom.end()) whom.push_back(id.node());
  for (const std::uint64_t node : whom)
    if (node != home_ >> 16)
      send_towards(node, {message_index<ended_elsewhere_notice>, flag::system | flag::vital, {place_, root, first_generation_}, address(), 0},
                   ended_elsewhere_notice{id});
}

} // namespace actors::detail
