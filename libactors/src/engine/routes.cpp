// SPDX-License-Identifier: BSD-3-Clause
//
// Messages for actors that live on another node than they were born on.
//
// By default they go to the place of birth, and its shard, where the slot says `departed`, sends them on. It
// also tells the sender's shard, which then sends straight to where the actor lives. Each change of way,
// there and in the shards that send on, keeps the order of all senders with a mark:
//
//   fresh --first message--> holding: a mark goes the old way, messages wait here
//         --the actor's shard has met the mark--> direct: what waited, then the rest, the new way
//
// A shard that an actor comes to does the same before the actor may leave its old one: what was sent from
// here is then there, and comes along; what is to be sent waits for the actor.
//
// A mark that gets lost with its connection is given up for lost after `patience`: then what was before it
// is lost as well.
#include <actors/detail/engine.hpp>

#include "migrants.hpp"
#include "system_messages.hpp"

namespace actors::detail {

namespace {

constexpr nanoseconds_t patience = 2'000'000'000;
/// Messages that wait for one mark.
constexpr std::uint32_t most_held = 65'536;
constexpr std::size_t most_routes = 1'048'576;
/// Actors of this place elsewhere that are known to have been sent something from here, or not.
constexpr std::size_t most_sent_home = 65'536;
/// So often a shard is told of the way to one actor at most.
constexpr nanoseconds_t hint_interval = 100'000'000;

} // namespace

// -- who lives where ------------------------------------------------------------------------------------

bool shard::lives_here(const actor_id& id) noexcept {
  const slot* s = find(id.slot);
  if (s == nullptr || s->generation < id.generation) return !is_twin();
  return s->generation > id.generation || (s->flags & state::departed) == 0;
}

bool shard::goes_out(const actor_id& id) noexcept {
  if (id.place != place_) return is_far(id);
  return split_ && id.slot != root && is_twin() && is_absent(id);
}

migrants& shard::foreign() {
  if (migrants_ == nullptr) migrants_ = std::make_unique<migrants>();
  return *migrants_;
}

void shard::learn_route(const actor_id& id, std::uint64_t node, std::uint64_t epoch) {
  if (id.place == place_ && lives_here(id)) {
    const slot* s = find(id.slot);
    if (s != nullptr && s->generation == id.generation && (s->flags & state::vacant) == 0) return;
  }
  auto& routes = foreign().routes;
  const auto known = routes.find(id);
  if (known == routes.end() && (routes.size() >= most_routes || node == id.node())) return;
  route& r = routes[id];
  if (epoch <= r.epoch) return;
  owner_.note_residence(id, node, epoch);
  r.epoch = epoch;
  if (r.now != route::state::holding) {
    const bool is_first = known == routes.end();
    // One that has not been used since it was learnt leaves the way before it as the old one.
    if (is_first || r.now == route::state::direct) r.old = is_first ? id.node() : r.node;
    // Of what went the plain way nothing is known.
    r.now = is_first || r.is_used || r.now == route::state::fresh ? route::state::fresh : route::state::direct;
    r.is_used = false;
  }
  r.node = node;
}

// -- sending --------------------------------------------------------------------------------------------

/// Takes the payload over.
void shard::send_far(const message_head& head, void* payload) {
  if (migrants_ != nullptr && (head.target.place != place_ || head.target.slot != root)) {
    if (const auto at = migrants_->routes.find(head.target); at != migrants_->routes.end()) {
      route& r = at->second;
      if (r.now == route::state::fresh) begin_detour(head.target, r);
      if (r.now == route::state::holding) {
        hold_on_route(r, head, payload);
      } else {
        r.is_used = true;
        send_towards(r.node, head, payload);
      }
      return;
    }
  }
  // What cannot leave the process need not, where the actor has come to this node.
  if (message_type_at(head.type).save == nullptr && is_far(head.target) && owner_.lives_here(head.target)) {
    learn_route(head.target, home_ >> 16, owner_.epoch_of(head.target));
    if (migrants_ != nullptr && migrants_->routes.contains(head.target)) {
      send_far(head, payload);
      return;
    }
  }
  if (head.target.place == place_ && head.target.slot != root) {
    migrants& m = foreign();
    m.has_sent_many |= m.sent_home.size() >= most_sent_home;
    if (!m.has_sent_many) m.sent_home.insert(head.target);
  }
  send_towards(head.target.node(), head, payload);
}

bool shard::is_absent(const actor_id& id) noexcept {
  const slot* s = find(id.slot);
  return s == nullptr || s->generation < id.generation || (s->flags & state::vacant) != 0;
}

/// Takes the payload over.
void shard::send_towards(std::uint64_t node, const message_head& head, void* payload) {
  if (node == home_ >> 16) {
    if (shard* to = owner_.shard_of(head.target.place)) {
      send_across(*to, head, payload);
      return;
    }
    reject(head, errc::no_such_actor);
    if (auto destroy = message_type_at(head.type).destroy) destroy(payload);
    return;
  }
  const message_type& type = message_type_at(head.type);
  errc why = head.target ? errc::node_lost : errc::no_such_actor;
  if (type.save == nullptr) {
    why = errc::not_serializable;
  } else if (far_outbox* out = head.target ? outbox_for(node) : nullptr) {
    try {
      why = out->add(head, type, payload);
    } catch (const std::exception& error) {
      owner_.log(log_level::warning, "message " + std::string{type.name} + " cannot be written: " + error.what());
      why = errc::not_serializable;
    }
  }
  if (why != errc::none)
    undeliverable(head, payload, why);
  else if (head.routed != nullptr)
    head.routed->end(); // how busy it is there is not known here
  if (type.destroy != nullptr) type.destroy(payload);
}

/// To an actor of another place that lives on this node. Takes the payload over.
void shard::send_across(shard& to, const message_head& head, void* payload) {
  const message_type& type = message_type_at(head.type);
  const std::uint32_t size = envelope_size(type.size, head.flags);
  envelope* e;
  if (&to == this) {
    // It has come here meanwhile.
    slot* s = find(head.target);
    e = (head.flags & (flag::answers | flag::system)) != 0 ? fifo_.append(size, pool_)
        : s != nullptr                                      ? admit_to(*s, head, size)
                                                            : nullptr;
    if (s == nullptr && e == nullptr) reject(head, errc::no_such_actor);
  } else {
    e = outbox_room(to, head, size);
  }
  if (e == nullptr) {
    if (type.destroy != nullptr) type.destroy(payload);
    return;
  }
  write_header(e, head, size);
  if (type.relocate != nullptr)
    type.relocate(e->payload(), payload);
  else
    __builtin_memcpy(e->payload(), payload, type.size);
}

/// A message that has met the slot of an actor which lives elsewhere. Takes the payload over.
void shard::send_on(const message_head& head, void* payload) {
  hint(head);
  send_far(head, payload);
}

/// Tells the sender where the actor lives.
void shard::hint(const message_head& head) {
  if (!head.sender || head.sender.shard() == outside || head.sender.slot == root || migrants_ == nullptr) return;
  if (owner_.residence_of(head.sender) == home_ >> 16) return; // what is sent on this node goes through here
  migrants& m = *migrants_;
  const auto r = m.routes.find(head.target);
  if (r == m.routes.end()) return;
  if (now_ >= m.forget_hints_at) {
    m.hinted.clear();
    m.forget_hints_at = now_ + hint_interval;
  }
  const std::uint64_t whom = hash_value(head.target) * 31 + hash_value(head.sender);
  if (!m.hinted.insert(whom).second) return;
  system<route_hint>(head.sender, {head.target, r->second.node, r->second.epoch});
}

/// What is not a plain message, for an actor of this place that does not live here. False: it does.
bool shard::send_special_on(envelope& e) {
  const actor_id target{place_, e.slot, e.generation};
  if (e.slot == root || (e.is(flag::system) && e.type == message_index<packed_message>)) return false;
  const bool is_for_newcomer = e.is(flag::system) && (e.type == message_index<handed_over> || e.type == message_index<late_messages>);
  if (is_for_newcomer) return migrants_ == nullptr || !migrants_->newcomers.contains(target) ? (destroy_payload(e), true) : false;
  if (slot* s = find(target)) return holds_for_move(*s, e);
  if (lives_here(target)) return false;
  if (e.is(flag::answers)) {
    // It had no open asks when it left, and those of its new shard come back there.
    destroy_payload(e);
  } else if (e.type == message_index<shard_call>) {
    call_elsewhere(e, target);
  } else if (e.type == message_index<leave_mark> || e.type == message_index<token>) {
    destroy_payload(e);
  } else {
    send_on(head_of(e, target), e.payload());
  }
  return true;
}

/// Work for an actor that has left: what it is, as something that another node understands.
void shard::call_elsewhere(envelope& e, const actor_id& target) {
  auto& what = payload<shard_call>::get(e.payload());
  if (what.elsewhere != nullptr) {
    const message_head head{message_index<far_call>, flag::system, target, e.sender, 0};
    std::unique_ptr<far_call> call = std::move(what.elsewhere);
    alignas(payload_alignment) std::byte room[payload<far_call>::size];
    payload<far_call>::construct(room, std::move(*call));
    send_on(head, room);
  }
  destroy_payload(e);
}

// -- changing the way -----------------------------------------------------------------------------------

/// Takes the payload over.
void shard::hold_on_route(route& r, const message_head& head, void* payload) {
  const message_type& type = message_type_at(head.type);
  if (r.count >= most_held && (head.flags & (flag::answers | flag::system | flag::vital)) == 0) {
    reject(head, errc::overloaded);
    if (type.destroy != nullptr) type.destroy(payload);
    return;
  }
  const std::uint32_t size = envelope_size(type.size, head.flags);
  if (!r.held) r.held = std::make_unique<envelope_queue>(0);
  envelope* e = r.held->append(size, pool_);
  write_header(e, head, size);
  if (type.relocate != nullptr)
    type.relocate(e->payload(), payload);
  else
    __builtin_memcpy(e->payload(), payload, type.size);
  ++r.count;
}

/// Waits until all that went the old way has met the actor.
void shard::begin_detour(const actor_id& id, route& r) {
  if (r.old == 0 || r.old == r.node) {
    r.now = route::state::direct;
    return;
  }
  r.now = route::state::holding;
  wait_on_route(id);
}

void shard::wait_on_route(const actor_id& id) {
  migrants& m = *migrants_;
  route& r = m.routes.find(id)->second;
  r.serial = ++m.last_serial;
  r.give_up_at = now_ + patience;
  ++m.detours;
  if (!m.detour_timer.is_set()) arm_detours();
  send_towards(r.old, {message_index<route_mark>, flag::system, id, address(), 0}, route_mark{address(), r.serial});
}

void shard::arm_detours() {
  migrants_->detour_timer.fire = [](timer_node*, void* owner) { static_cast<shard*>(owner)->look_at_detours(); };
  wheel_.set(migrants_->detour_timer, now_ + patience / 2);
}

/// Marks that do not come back.
void shard::look_at_detours() {
  std::vector<actor_id> late;
  for (const auto& [id, r] : migrants_->routes)
    if (r.serial != 0 && r.give_up_at <= now_) late.push_back(id);
  for (const actor_id& id : late) mark_cleared(id);
  if (migrants_->detours != 0) arm_detours();
}

void shard::end_detour(const actor_id& id, std::uint64_t serial) {
  if (migrants_ == nullptr) return;
  const auto at = migrants_->routes.find(id);
  if (at != migrants_->routes.end() && at->second.serial == serial) mark_cleared(id);
}

/// All that went the old way is there.
void shard::mark_cleared(const actor_id& id) {
  migrants& m = *migrants_;
  m.routes.find(id)->second.serial = 0;
  --m.detours;
  const auto coming = m.newcomers.find(id);
  if (coming == m.newcomers.end()) {
    release_route(id);
  } else if (peer_nodes* others = owner_.peers()) {
    others->has_arrived(coming->second->source, coming->second->move, id, {});
  }
}

/// What has waited goes the new way.
void shard::release_route(const actor_id& id) {
  migrants& m = *migrants_;
  route& r = m.routes.find(id)->second;
  r.now = route::state::direct;
  r.count = 0;
  const std::unique_ptr<envelope_queue> held = std::move(r.held);
  r.is_used = held != nullptr;
  const std::uint64_t node = r.node;
  if (!held) return;
  while (envelope* e = held->front(pool_)) {
    send_towards(node, head_of(*e, id), e->payload());
    held->pop(e);
  }
  held->clear(pool_);
}

/// At home: the actor has ended on another node.
void shard::ended_elsewhere(const actor_id& id) {
  owner_.forget_residence(id);
  slot* s = find(id.slot);
  if (s == nullptr || s->generation != id.generation || (s->flags & state::departed) == 0) return;
  if (migrants_ != nullptr) {
    if (const auto at = migrants_->routes.find(id); at != migrants_->routes.end()) {
      if (at->second.serial != 0) --migrants_->detours;
      release_route(id);
      migrants_->routes.erase(id);
    }
  }
  owner_.departed.fetch_sub(1, std::memory_order_relaxed);
  release_slot(*s, id.slot);
}

} // namespace actors::detail
