// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/spawning.hpp>

namespace actors::detail {

birth birth_of(const spawn_options& options) {
  birth how;
  how.mailbox = options.mailbox;
  how.shutdown = options.shutdown.count();
  how.customised = options.mailbox.limit != 0 || options.mailbox.policy != overflow_policy::refuse ||
                   options.shutdown != spawn_options{}.shutdown;
  return how;
}

shard& choose_shard(engine& node, const spawn_options& options, shard* here) {
  using where = spawn_options::where;
  switch (options.place) {
    case where::given_shard: return *node.shard_at(options.shard % node.shard_count());
    case where::any_shard: return *node.shard_at(node.next_shard());
    case where::own_thread: return node.add_dedicated_shard();
    case where::here:
    case where::default_place: break;
  }
  // The slots of a twin are given out at home.
  return here != nullptr && !here->is_twin() ? *here : *node.shard_at(node.next_shard());
}

std::uint64_t choose_node(engine& node, const spawn_options& options) {
  peer_nodes* others = node.peers();
  if (others == nullptr) return node.node(); // a node of its own is all there is
  const auto chosen = others->place(*options.node);
  if (chosen) return *chosen;
  node.log(log_level::error, "nothing is spawned: " + to_string(chosen.error()));
  return 0;
}

actor_id reserve_far(engine& node, std::uint64_t where) {
  const actor_id id = node.peers()->reserve(where);
  if (!id) node.log(log_level::error, "nothing is spawned: no ids of the node are at hand; it is being asked for more");
  return id;
}

void cannot_travel(engine& node, std::string_view type) {
  node.log(log_level::error, "nothing is spawned on another node: an argument of the constructor of " +
                                 std::string{type} + " cannot be archived");
}

void bear_far(engine& node, actor_id id, const birth& how, far_call what) {
  if (current_shard == nullptr) {
    node.post(message_head{message_index<far_call>, flag::system, id, {}, 0}, std::move(what));
    return;
  }
  current_shard->expect_child(id, how.shutdown);
  current_shard->system<far_call>(id, std::move(what));
}

namespace {

/// Names an actor on its own node; word of its birth has gone there before.
const far_function& naming = add_far_function({"name", [](shard& there, actor_id id, actor_id, std::span<const std::byte> bytes) {
  const auto name = decode<std::string>(bytes);
  there.mark_named(id);
  const slot* s = there.find(id);
  if (s == nullptr) return;
  if (auto entered = there.owner().register_name(name, id, s->type); !entered)
    there.owner().log(log_level::error, to_string(entered.error()));
}});

} // namespace

void name_newborn(engine& node, const std::string& name, actor_id id, const actor_type* type) {
  if (id.node() != node.node()) {
    if (current_shard != nullptr)
      current_shard->system<far_call>(id, make_far_call(naming, name));
    else
      node.post(message_head{message_index<far_call>, flag::system, id, {}, 0}, make_far_call(naming, name));
    return;
  }
  auto registered = node.register_name(name, id, type);
  if (!registered) {
    node.log(log_level::error, to_string(registered.error()));
    return;
  }
  auto mark = [](shard& there, actor_id who) { there.mark_named(who); };
  if (current_shard != nullptr && id.place == current_shard->place())
    current_shard->mark_named(id);
  else if (current_shard != nullptr)
    current_shard->call(id, mark);
  else
    node.post_call(id, mark);
}

request<void, void> claim_own_name(std::string name, duration timeout) {
  shard& here = *current_shard;
  here.mark_named(here.self());
  pending_ask& ask = here.open_ask(timeout.count());
  const open_request asked_by{here.reply_address(), slab<pending_ask>::ticket(ask)};
  auto entered = here.owner().register_name(std::move(name), here.self(), here.self_slot()->type, asked_by);
  if (!entered) here.answer_failure(asked_by, entered.error());
  return request<void, void>{here, ask};
}

void subscribe_self(const std::string& key) {
  shard& s = *current_shard;
  s.cold(*s.self_slot()).subscribed = true;
  s.owner().subscribe(key, s.self());
}

} // namespace actors::detail
