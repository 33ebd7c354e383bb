// SPDX-License-Identifier: BSD-3-Clause
//
// Actors of other nodes: what goes to them leaves as bytes, through one outbox for each node; what is
// shared with them ends when their node is lost.
#include <deque>
#include <unordered_map>

#include <actors/archive.hpp>
#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>
#include <actors/detail/far_function.hpp>

#include "system_messages.hpp"

namespace actors::detail {

namespace {

failure lost(const actor_id& who) {
  return {errc::node_lost, who, "the node of the actor cannot be reached", ""};
}

struct far_functions {
  spin_lock lock; // guards both; looked up once a call
  std::deque<far_function> all;
  std::unordered_map<std::string_view, const far_function*> by_name;
};

far_functions& functions() {
  static far_functions table;
  return table;
}

} // namespace

const far_function& add_far_function(far_function f) {
  far_functions& t = functions();
  spin_guard guard{t.lock};
  if (const auto known = t.by_name.find(f.name); known != t.by_name.end()) return *known->second;
  const far_function& added = t.all.emplace_back(std::move(f));
  t.by_name.emplace(added.name, &added);
  return added;
}

const far_function* find_far_function(std::string_view name) {
  far_functions& t = functions();
  spin_guard guard{t.lock};
  const auto at = t.by_name.find(name);
  return at == t.by_name.end() ? nullptr : at->second;
}

/// Another node asks for something to be done here.
void shard::run_far_call(const actor_id& target, const actor_id& sender, const far_call& what) {
  const far_function* f = find_far_function(what.function);
  failure why{errc::unhandled, target, "this node's program does not have it", what.function};
  if (f != nullptr) {
    try {
      f->run(*this, target, sender, what.arguments);
      return;
    } catch (const std::exception& error) {
      why = describe_exception(error, target);
    }
  }
  owner_.log(log_level::error, "asked by another node: " + to_string(why));
  slot* s = claim_reserved(target);
  if (s == nullptr || s->type != &unborn_type()) return;
  // An actor was to be born here: it ends like one whose constructor threw.
  begin_life(*s, target.slot, unborn_type(), {});
  link_child(*s, target.slot, sender);
  s->flags &= static_cast<std::uint16_t>(~state::reserved);
  fail(*s, target.slot, std::move(why), message_index<shard_call>);
}

far_outbox* shard::outbox_for(std::uint64_t node) {
  if (last_far_ >= far_.size() || far_[last_far_].node != node) {
    last_far_ = 0;
    while (last_far_ < far_.size() && far_[last_far_].node != node) ++last_far_;
  }
  if (last_far_ == far_.size()) {
    peer_nodes* others = owner_.peers();
    if (others == nullptr || node == 0) return nullptr;
    // Those of nodes that are gone make room: their messages have been refused already.
    std::erase_if(far_, [](const far_box& b) { return b.box->closed(); });
    far_.push_back({node, false, others->open(node)});
    last_far_ = far_.size() - 1;
  }
  far_box& b = far_[last_far_];
  b.dirty = far_dirty_ = true;
  return b.box.get();
}

void shard::undeliverable(const message_head& head, void* payload, errc why) {
  if ((head.flags & flag::system) == 0) {
    reject(head, why);
  } else if (head.type == message_index<watch_request>) {
    notify_down(detail::payload<watch_request>::get(payload).watcher, head.target, exit_kind::unknown,
                lost(head.target));
  } else if (head.type == message_index<child_born>) {
    stop(detail::payload<child_born>::get(payload).child);
  } else if (head.type == message_index<far_call>) {
    if (slot* parent = find(head.sender); parent != nullptr && parent->cold != nullptr && parent->cold->far)
      lose_child(*parent, head.sender.slot, head.target);
  } else if (head.type == message_index<child_failed_notice>) {
    stop(detail::payload<child_failed_notice>::get(payload).child, exit_kind::failed);
  }
}

void shard::flush_far() {
  far_dirty_ = false;
  for (far_box& b : far_)
    if (std::exchange(b.dirty, false)) b.box->flush();
}

// -- a node is lost -----------------------------------------------------------------------------------

void shard::lose_node(std::uint64_t node) {
  lose_all([&](const actor_id& id) { return owner_.residence_of(id) == node; });
}

void shard::lose_actors(const std::unordered_set<actor_id>& ids) {
  lose_all([&](const actor_id& id) { return ids.contains(id); });
}

template <class IsLost>
void shard::lose_all(const IsLost& is_lost) {
  lose_asks(is_lost);
  const std::uint32_t end = next_fresh_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 1; i < end; ++i) {
    slot* s = find(i);
    if (s == nullptr) {
      i |= segment_size - 1;
      continue;
    }
    if (s->cold != nullptr && (s->flags & (state::vacant | state::departed)) == 0) lose_relations(*s, i, is_lost);
  }
}

template <class IsLost>
void shard::lose_asks(const IsLost& is_lost) {
  std::vector<std::uint64_t> asked_there;
  asks_.for_each([&](pending_ask& ask) {
    if (ask.timer.is_set() && ask.whom && is_lost(ask.whom)) asked_there.push_back(slab<pending_ask>::ticket(ask));
  });
  // A continuation may end others of them.
  for (std::uint64_t ticket : asked_there)
    if (pending_ask* ask = asks_.find(ticket)) fail_ask(*ask, lost({}));
}

void shard::lose_child(slot& s, std::uint32_t i, const actor_id& child) {
  const actor_id parent{place_, i, s.generation};
  // It may live on, where only this node lost the other.
  system<kill_request>(child, {});
  if (!s.type->keeps_children || (s.cold->stop && s.cold->stop->child == child)) {
    child_ended(parent, child, exit_kind::unknown, lost(child));
    return;
  }
  // Its slot is lost as well: what follows it cannot have its id.
  s.cold->far->remove(child);
  send<child_halted>({message_index<child_halted>, flag::vital, parent, child, 0},
                     child_halted{child, exit_kind::unknown, lost(child), ""});
}

template <class IsLost>
void shard::lose_relations(slot& s, std::uint32_t i, const IsLost& is_there) {
  extras& x = *s.cold;
  std::vector<actor_id> gone;
  std::copy_if(x.watched.begin(), x.watched.end(), std::back_inserter(gone), is_there);
  for (const actor_id& who : gone) notify_down(id_of(s, i), who, exit_kind::unknown, lost(who));
  std::erase_if(x.watchers, is_there);
  std::erase_if(x.throttled_senders, is_there);
  if (x.far) {
    for (const actor_id& child : x.far->all())
      if (is_there(child)) lose_child(s, i, child);
  }
  if (x.remote_parent && is_there(x.remote_parent)) {
    // Nobody is left to decide about it.
    x.remote_parent = {};
    give_up_keeping(s, i);
    link_child(s, i, {});
    urgent({urgent_step::what::stop, exit_kind::shutdown, {place_, i, s.generation}, {}});
  }
}

} // namespace actors::detail
