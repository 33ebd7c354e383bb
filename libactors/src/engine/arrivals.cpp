// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that come from another node, and what their shards tell each other.
//
//   arrive --> newcomer: beside the slots, not running; its slot, if there is one, sends on as before
//   newcomer --set_off, or word of its old shard--> at work in its slot
//            --send_back--> gone
//
// The old shard says `handed_over` in front of what it sends on, so nothing overtakes the start.
#include <actors/archive.hpp>
#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>

#include "migrants.hpp"
#include "system_messages.hpp"

namespace actors::detail {

namespace {

tl::unexpected<failure> refused(const actor_id& id, errc code, std::string what, std::string value) {
  return tl::make_unexpected(failure{code, id, std::move(what), std::move(value)});
}

/// Every message type that the image names, or the name of one that is not there.
const std::string* unknown_message(const actor_image& i) {
  for (const auto* list : {&i.waiting, &i.stash})
    for (const carried_message& m : *list)
      if (const message_type* t = find_message_type(m.type); t == nullptr || t->load == nullptr) return &m.type;
  for (const carried_timer& t : i.timers)
    if (const message_type* known = find_message_type(t.type); known == nullptr || known->load == nullptr) return &t.type;
  return nullptr;
}

} // namespace

void shard::arrive(std::uint64_t source, std::uint64_t move, actor_image what) {
  const actor_id id = what.id;
  auto made = std::make_unique<newcomer>();
  made->source = source;
  made->move = move;
  if (auto built = unpack(id, what, *made); !built) {
    if (peer_nodes* others = owner_.peers()) others->has_arrived(source, move, id, std::move(built));
    return;
  }
  what.state.clear();
  made->rest = std::move(what);
  migrants& m = foreign();
  m.newcomers.emplace(id, std::move(made));
  // What is sent from here waits for it; what was has to be with it first.
  const auto [at, is_new] = m.routes.try_emplace(id);
  route& r = at->second;
  const bool may_be_under_way =
      is_new ? m.has_sent_many || m.sent_home.contains(id) : r.is_used || r.now != route::state::direct;
  if (r.now == route::state::holding) return; // a mark is on its way
  r.old = is_new ? id.node() : r.now == route::state::fresh ? r.old : r.node;
  if (is_new) r.node = id.node();
  r.now = route::state::holding;
  if (may_be_under_way)
    wait_on_route(id);
  else if (peer_nodes* others = owner_.peers())
    others->has_arrived(source, move, id, {});
}

/// Builds the object. Failure: why it does not run here.
expected<void> shard::unpack(const actor_id& id, const actor_image& what, newcomer& made) {
  if (owner_.ending.load(std::memory_order_relaxed))
    return refused(id, errc::shutting_down, "the node is shutting down", "");
  if (id.place != place_ || id.slot == root || id.generation == 0)
    return refused(id, errc::invalid_argument, "it does not belong to this place", to_string(id));
  if (foreign().newcomers.contains(id) || (!is_absent(id) && lives_here(id)))
    return refused(id, errc::invalid_argument, "it is here already", to_string(id));
  const actor_type* type = find_actor_type(what.type);
  if (type == nullptr || type->load == nullptr)
    return refused(id, errc::unhandled, "this node's program does not have the actor type", what.type);
  if (type->digest() != what.digest)
    return refused(id, errc::wrong_type, "the actor type has another layout here", what.type);
  if (const std::string* name = unknown_message(what))
    return refused(id, errc::unhandled, "this node's program does not have the message type", *name);
  made.body.type = type;
  made.body.generation = id.generation;
  try {
    context_guard as{*this, made.body, id.slot, id};
    reader in{what.state};
    type->load(*this, made.body, in);
    if (in.remaining() == 0) return {};
    type->destroy(made.body);
    return refused(id, errc::wrong_type, "bytes are left over behind its state", what.type);
  } catch (const std::exception& error) {
    return refused(id, errc::actor_failed, std::string{"its state cannot be read: "} + error.what(), what.type);
  }
}

void shard::send_back(const actor_id& id) {
  if (migrants_ == nullptr) return;
  const auto at = migrants_->newcomers.find(id);
  if (at == migrants_->newcomers.end()) return;
  {
    context_guard as{*this, at->second->body, id.slot, id};
    at->second->body.type->destroy(at->second->body);
  }
  migrants_->newcomers.erase(at);
  // What has waited for it goes where it is, unless a mark is still under way there.
  if (const auto r = migrants_->routes.find(id); r != migrants_->routes.end() && r->second.serial == 0) release_route(id);
}

bool shard::set_off(const actor_id& id, std::uint64_t epoch) {
  if (migrants_ == nullptr) return false;
  const auto at = migrants_->newcomers.find(id);
  if (at == migrants_->newcomers.end()) return false;
  const std::unique_ptr<newcomer> who = std::move(at->second);
  migrants_->newcomers.erase(at);
  ensure_segment(id.slot);
  std::uint32_t end = next_fresh_.load(std::memory_order_relaxed);
  if (is_twin() && end <= id.slot) next_fresh_.store(id.slot + 1, std::memory_order_relaxed);
  settle_in(*find(id.slot), id, *who, epoch);
  return true;
}

void shard::settle_in(slot& s, const actor_id& id, newcomer& what, std::uint64_t epoch) {
  const bool was_forwarder = s.generation == id.generation && (s.flags & state::departed) != 0;
  const std::unique_ptr<extras> old{was_forwarder ? s.cold : nullptr};
  actor_image& i = what.rest;
  s.generation = id.generation;
  s.cold = nullptr;
  s.flags = 0;
  s.waiting = was_forwarder ? s.waiting : 0;
  s.handled = static_cast<std::uint32_t>(i.handled);
  s.type = what.body.type;
  s.parent = s.last_child = s.next_sibling = s.previous_sibling = nobody;
  s.marks = static_cast<std::uint16_t>(mark::immigrant | (i.kept ? mark::kept : 0));
  live_.store(live_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (was_forwarder) owner_.departed.fetch_sub(1, std::memory_order_relaxed);
  if (s.type->relocate != nullptr)
    s.type->relocate(s, what.body);
  else
    __builtin_memcpy(s.storage, what.body.storage, inline_state);
  extras& x = cold(s);
  x.epoch = epoch;
  owner_.note_residence(id, home_ >> 16, epoch);
  x.handled_wraps = static_cast<std::uint32_t>(i.handled >> 32);
  x.restarts = i.restarts;
  x.failures = i.failures;
  x.peak = i.peak;
  x.awaited_by = i.awaited_by;
  x.answered_to = i.answered_to;
  x.shutdown = i.shutdown;
  x.mailbox = {static_cast<std::size_t>(i.mailbox_limit), i.mailbox_policy};
  if (i.has_mailbox) s.flags |= state::bounded;
  x.watchers = std::move(i.watchers);
  x.watched.insert(i.watched.begin(), i.watched.end());
  x.visited = std::move(i.visited);
  std::erase(x.visited, home_ >> 16);
  for (const carried_request& r : i.owed) x.owed.add({r.asker, r.request});
  if (!i.children.empty()) {
    x.far = std::make_unique<far_children>();
    for (const carried_child& c : i.children) x.far->add(c.id, {}, c.shutdown);
  }
  if (i.parent)
    x.remote_parent = i.parent;
  else
    link_child(s, id.slot, {});
  for (const carried_timer& t : i.timers) unpack_timer(s, id, t);
  unpack_messages(x.stash, x.stash_count, i.stash, id);
  // Oldest first: what waited, what came there meanwhile, what has waited here.
  unpack_messages(x.held, x.held_count, i.waiting, id);
  unpack_messages(x.held, x.held_count, what.late, id);
  if (const auto r = migrants_->routes.find(id); r != migrants_->routes.end()) {
    const std::unique_ptr<envelope_queue> waited = std::move(r->second.held);
    if (r->second.serial != 0) --migrants_->detours;
    migrants_->routes.erase(r);
    if (waited) append_held(s, *waited, id);
  }
  if (old) append_held(s, old->backlog, id);
  migrants_->sent_home.erase(id);
  if (x.held_count != 0) {
    s.flags |= state::has_held;
    add_token(s, id.slot);
  }
  if (s.type->moved != nullptr) guarded_hook(s, id);
}

void shard::append_held(slot& s, envelope_queue& from, const actor_id& id) {
  while (envelope* e = from.front(pool_)) {
    envelope* to = s.cold->held.append(e->size(), pool_);
    relocate(to, e);
    to->slot = id.slot;
    to->generation = id.generation;
    ++s.cold->held_count;
    from.pop(e);
  }
  from.clear(pool_);
}

void shard::guarded_hook(slot& s, const actor_id& id) {
  context_guard as{*this, s, id.slot, id};
  try {
    s.type->moved(s);
  } catch (...) {
    fail(s, id.slot, describe_exception(std::current_exception(), id), message_index<shard_call>);
    return;
  }
  if (std::exchange(deferred_, false) && (s.flags & state::stop_soon)) stop_as_asked(s, id.slot);
}

void shard::unpack_messages(envelope_queue& to, std::uint32_t& count, const std::vector<carried_message>& from,
                            const actor_id& id) {
  for (const carried_message& m : from) {
    const message_type& type = *find_message_type(m.type);
    const std::uint32_t size = envelope_size(type.size, m.flags);
    envelope* e = to.append(size, pool_);
    write_header(e, {type.index, m.flags, id, m.sender, m.request}, size);
    try {
      reader in{m.bytes};
      type.load(e->payload(), in);
      ++count;
    } catch (const std::exception& error) {
      to.retract(size);
      owner_.log(log_level::error, "a message " + m.type + " of " + to_string(id) + " cannot be read after its move: " + error.what());
      reject(message_head{type.index, m.flags, id, m.sender, m.request}, errc::wrong_type);
    }
  }
}

void shard::unpack_timer(slot& s, const actor_id& id, const carried_timer& t) {
  const message_type& type = *find_message_type(t.type);
  context_guard as{*this, s, id.slot, id};
  actor_timer& timer = new_timer(type, t.target, t.left, t.period);
  timer.known_as = t.ticket;
  try {
    reader in{t.bytes};
    type.load(timer.payload(), in);
  } catch (const std::exception& error) {
    owner_.log(log_level::error, "a timer of " + to_string(id) + " cannot be read after its move: " + error.what());
    release_timer(timer);
  }
}

void shard::take_late(const actor_id& id, std::vector<carried_message>& late) {
  const auto at = migrants_->newcomers.find(id);
  if (at == migrants_->newcomers.end()) return;
  auto& all = at->second->late;
  for (carried_message& m : late) {
    const message_type* type = find_message_type(m.type);
    if (type != nullptr && type->load != nullptr)
      all.push_back(std::move(m));
    else
      owner_.add_dead_letter({id, m.sender, m.type, errc::unhandled});
  }
}

// -- what shards tell each other ------------------------------------------------------------------------

void shard::handle_move(envelope& e, const actor_id& target) {
  if (e.type == message_index<handed_over>) {
    (void)set_off(target, payload<handed_over>::get(e.payload()).epoch);
  } else if (e.type == message_index<late_messages>) {
    take_late(target, payload<late_messages>::get(e.payload()).messages);
  } else if (e.type == message_index<route_mark>) {
    const route_mark mark = payload<route_mark>::get(e.payload());
    if (mark.back == address())
      end_detour(target, mark.serial);
    else
      // Not `system`: to a twin, the address of the shard at home looks like its own.
      send_towards(mark.back.node(), {message_index<route_clear>, flag::system | flag::vital, mark.back, address(), 0},
                   route_clear{target, mark.serial});
  } else if (e.type == message_index<route_clear>) {
    const route_clear clear = payload<route_clear>::get(e.payload());
    end_detour(clear.who, clear.serial);
  } else if (e.type == message_index<route_hint>) {
    const route_hint hint = payload<route_hint>::get(e.payload());
    learn_route(hint.who, hint.node, hint.epoch);
  } else if (e.type == message_index<leave_mark>) {
    const std::uint64_t move = payload<leave_mark>::get(e.payload()).move;
    for (leaving_actor& l : foreign().leaving)
      if (l.id == target && l.move == move) l.is_settled = true;
  } else if (e.type == message_index<ended_elsewhere_notice>) {
    ended_elsewhere(payload<ended_elsewhere_notice>::get(e.payload()).who);
  }
}

} // namespace actors::detail
