// SPDX-License-Identifier: BSD-3-Clause
#include <actors/entity.hpp>

#include <actors/detail/engine.hpp>

namespace actors::detail {

namespace {

std::string_view type_of(std::string_view key) { return key.substr(0, key.find(entity_separator)); }
std::string_view name_of(std::string_view key) { return key.substr(key.find(entity_separator) + 1); }

} // namespace

// -- the gate -------------------------------------------------------------------------------------------

const actor_type& entity_gate::describe() {
  static actor_type type = [] {
    actor_type t = make_actor_type<entity_gate>(static_cast<handles*>(nullptr));
    t.fallback = [](shard& here, slot& s, envelope& e) { object_of<entity_gate>(s).pass(here, e); };
    return t;
  }();
  return type;
}

void entity_gate::pass(shard& here, envelope& e) {
  if (at_) {
    message_head head = head_of(e, at_);
    head.flags &= static_cast<std::uint16_t>(~flag::routed);
    here.send_erased(head, e.payload());
  } else if (failed_ != errc::none) {
    here.refuse(e, failed_);
  } else {
    here.stash_erased(e);
    if (!std::exchange(asked_, true)) here.owner().resolve_entity(key_, here.self());
  }
}

void entity_gate::on(entity_found found) {
  at_ = found.id;
  asked_ = false;
  unstash_all();
}

void entity_gate::on(const entity_failed& failed) {
  asked_ = false;
  failed_ = failed.why.code;
  unstash_all();
  self().tell(gate_closed{});
}

void entity_gate::on(gate_closed) { failed_ = errc::none; }

void entity_gate::on(entity_gone gone) {
  if (at_ == gone.id) at_ = {};
}

// -- the node's part ------------------------------------------------------------------------------------

actor_id engine::entity_gate_of(const std::string& key) {
  spin_guard guard{entities_lock_};
  actor_id& gate = gates_[key];
  if (!gate) {
    gate = shard_at(next_shard())->reserve();
    post_call(gate, [key](shard& there, actor_id id) { there.create<entity_gate>(id, {}, birth{}, key); });
  }
  return gate;
}

void engine::resolve_entity(const std::string& key, const actor_id& gate) {
  if (peer_nodes* others = peers()) {
    others->resolve_entity(key, gate);
    return;
  }
  {
    spin_guard guard{entities_lock_};
    if (const auto at = live_entities_.find(key); at != live_entities_.end()) {
      tell_gate(gate, entity_found{at->second});
      return;
    }
  }
  const auto id = activate_entity(key);
  if (id)
    tell_gate(gate, entity_found{*id});
  else
    tell_gate(gate, entity_failed{id.error()});
}

expected<actor_id> engine::activate_entity(const std::string& key) {
  const far_function* make = find_far_function("entity " + std::string{type_of(key)});
  if (make == nullptr)
    return fail(errc::unhandled, "this node's program has no actor of this type", std::string{type_of(key)});
  const actor_id id = shard_at(next_shard())->reserve();
  {
    spin_guard guard{entities_lock_};
    live_entities_[key] = id;
    entity_keys_[id] = key;
  }
  post_call(id, [make, key](shard& there, actor_id who) {
    const std::string_view name = name_of(key);
    make->run(there, who, {}, std::as_bytes(std::span{name.data(), name.size()}));
    there.mark_named(who);
  });
  return id;
}

void engine::entity_has_gone(const std::string& key, const actor_id& id) {
  actor_id gate;
  {
    spin_guard guard{entities_lock_};
    if (const auto at = gates_.find(key); at != gates_.end()) gate = at->second;
  }
  if (gate) tell_gate(gate, entity_gone{id});
}

template <class M>
void engine::tell_gate(const actor_id& gate, M message) {
  post({message_index<M>, flag::vital, gate, {}, 0}, std::move(message));
}
template void engine::tell_gate(const actor_id&, entity_found);
template void engine::tell_gate(const actor_id&, entity_failed);

/// The actor has ended: its names are free, and an entity may live again, elsewhere perhaps.
void engine::forget_names(const actor_id& id) {
  names_.remove_all(id);
  std::string key;
  {
    spin_guard guard{entities_lock_};
    if (const auto at = entity_keys_.find(id); at != entity_keys_.end()) {
      key = std::move(at->second);
      entity_keys_.erase(at);
      if (const auto live = live_entities_.find(key); live != live_entities_.end() && live->second == id)
        live_entities_.erase(live);
    }
  }
  if (peer_nodes* others = peers()) others->ended(id);
  if (!key.empty()) entity_has_gone(key, id);
}

} // namespace actors::detail
