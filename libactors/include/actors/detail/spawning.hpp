// SPDX-License-Identifier: BSD-3-Clause
//
// Typed operations that actors and nodes share, on top of the untyped engine.
#pragma once

#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <actors/detail/engine.hpp>
#include <actors/detail/far_function.hpp>
#include <actors/ref.hpp>
#include <actors/request.hpp>
#include <actors/spawn_options.hpp>

namespace actors::detail {

template <class... Args>
inline constexpr bool starts_with_options = false;
template <class First, class... Rest>
inline constexpr bool starts_with_options<First, Rest...> =
    std::is_same_v<std::remove_cvref_t<First>, spawn_options>;

[[nodiscard]] birth birth_of(const spawn_options& options);
/// The shard that the options choose; adds one for `own_thread`.
[[nodiscard]] shard& choose_shard(engine& node, const spawn_options& options, shard* here);
void name_newborn(engine& node, const std::string& name, actor_id id, const actor_type* type);

template <class A, class... Args>
auto creation(actor_id parent, const birth& how, Args&&... args) {
  return [parent, how, kept = std::tuple<std::decay_t<Args>...>{std::forward<Args>(args)...}](
             shard& there, actor_id id) mutable {
    std::apply([&](auto&... values) { there.create<A>(id, parent, how, std::move(values)...); }, kept);
  };
}

/// The node that the options choose; 0: none will do, and the log says why.
[[nodiscard]] std::uint64_t choose_node(engine& node, const spawn_options& options);
/// An id for an actor on that node; null where there is none, and the log says why.
[[nodiscard]] actor_id reserve_far(engine& node, std::uint64_t where);
void cannot_travel(engine& node, std::string_view type);
/// Sends word of a birth to the node of `id`.
void bear_far(engine& node, actor_id id, const birth& how, far_call what);

/// A birth on another node. Null where it cannot be.
template <class A, class... Args>
actor_id spawn_far(engine& node, std::uint64_t where, const birth& how, Args&&... args) {
  if constexpr (can_travel<std::decay_t<Args>...>) {
    const actor_id id = where == 0 ? actor_id{} : reserve_far(node, where);
    if (!id) return {};
    std::pair<birth, std::tuple<std::decay_t<Args>...>> arguments{how, {std::forward<Args>(args)...}};
    bear_far(node, id, how, make_far_call(*far_birth_ptr<A, std::decay_t<Args>...>, arguments));
    return id;
  } else {
    cannot_travel(node, type_name<A>());
    return {};
  }
}

/// From a thread outside: the actor starts a little later; messages to it wait for it.
template <class A, class... Args>
actor_id spawn_from_outside(engine& node, const spawn_options& options, Args&&... args) {
  if (options.node != nullptr)
    if (const std::uint64_t where = choose_node(node, options); where != node.node()) {
      const actor_id id = spawn_far<A>(node, where, birth_of(options), std::forward<Args>(args)...);
      if (id && !options.name.empty()) name_newborn(node, options.name, id, actor_type_ptr<A>);
      return id;
    }
  shard& there = choose_shard(node, options, nullptr);
  actor_id id = there.reserve();
  node.post_call(id, creation<A>({}, birth_of(options), std::forward<Args>(args)...));
  if (!options.name.empty()) name_newborn(node, options.name, id, actor_type_ptr<A>);
  return id;
}

/// From a handler: at once if it starts on this shard.
template <class A, class... Args>
ref<A> spawn_child(const spawn_options& options, Args&&... args) {
  shard& here = *current_shard;
  engine& node = here.owner();
  const std::uint64_t where = options.node == nullptr ? node.node() : choose_node(node, options);
  shard& there = choose_shard(node, options, &here);
  actor_id id;
  if (where != node.node()) {
    id = spawn_far<A>(node, where, birth_of(options), std::forward<Args>(args)...);
    if (!id) return {};
  } else if (&there == &here) {
    id = here.spawn<A>(birth_of(options), std::forward<Args>(args)...);
  } else {
    id = there.reserve();
    here.call(id, creation<A>(here.self(), birth_of(options), std::forward<Args>(args)...));
    here.expect_child(id, options.shutdown.count());
  }
  if (!options.name.empty()) name_newborn(node, options.name, id, actor_type_ptr<A>);
  return ref<A>{id};
}

/// As `spawn_child`, of an actor that handles `child_halted`, which keeps the slot; see
/// kept_children.hpp. Throws what the constructor throws where the child starts on this shard.
template <class A, class... Args>
actor_id spawn_kept(const spawn_options& options, Args&&... args) {
  shard& here = *current_shard;
  engine& node = here.owner();
  const std::uint64_t where = options.node == nullptr ? node.node() : choose_node(node, options);
  shard& there = choose_shard(node, options, &here);
  birth how = birth_of(options);
  how.kept = true;
  actor_id id;
  if (where != node.node()) {
    id = spawn_far<A>(node, where, how, std::forward<Args>(args)...);
  } else if (&there == &here) {
    id = here.spawn<A>(how, std::forward<Args>(args)...);
  } else {
    id = there.reserve();
    here.call(id, creation<A>(here.self(), how, std::forward<Args>(args)...));
    here.expect_child(id, how.shutdown);
  }
  return id;
}

template <class A, class... Args>
void restart_with(actor_id child, Args&&... args) {
  if (!current_shard->owner().lives_here(child)) {
    if constexpr (can_travel<std::decay_t<Args>...>)
      current_shard->system<far_call>(child, make_far_call(*far_restart_ptr<A, std::decay_t<Args>...>,
                                                          std::tuple<std::decay_t<Args>...>{std::forward<Args>(args)...}));
    else
      cannot_travel(current_shard->owner(), type_name<A>());
    return;
  }
  current_shard->call(child, [kept = std::tuple<std::decay_t<Args>...>{std::forward<Args>(args)...}](
                                 shard& there, actor_id id) mutable {
    there.restart(id, *actor_type_ptr<A>, [kept = std::move(kept)](shard& s, slot& where) mutable {
      std::apply([&](auto&... values) { construct_object<A>(s, where, std::move(values)...); }, kept);
    });
  });
}

template <class M, class R>
request<M, R> open_request_to(actor_id to, M message, duration timeout) {
  shard& here = *current_shard;
  pending_ask& ask = here.open_ask(timeout.count(), to);
  here.send<M>(message_head{message_index<M>, flag::asks, to, here.reply_address(), slab<pending_ask>::ticket(ask)},
               std::move(message));
  return request<M, R>{here, ask};
}

template <class M>
void tell_from_anywhere(actor_id to, M&& message) {
  using type = std::remove_cvref_t<M>;
  if (shard* here = current_shard) {
    here->tell<type>(to, std::forward<M>(message));
    return;
  }
  message_head head{message_index<type>, 0, to, {}, 0};
  if (engine_visit node = engine_towards(to.node())) node->post(head, std::forward<M>(message));
}

template <class M>
[[nodiscard]] std::string topic_key(const std::string& name) {
  return std::string{type_name<M>()} + '/' + name;
}
void subscribe_self(const std::string& key);

template <class A>
[[nodiscard]] expected<ref<A>> find_as(const engine& node, const std::string& name) {
  const auto [id, type] = node.names().find(name);
  if (!id) return tl::make_unexpected(failure{errc::name_unknown, {}, "no actor has this name", name});
  if (type != actor_type_ptr<A>->name)
    return tl::make_unexpected(failure{errc::wrong_type, id, "the actor of this name is a " + type, name});
  return ref<A>{id};
}

/// In entity.hpp.
template <class A>
ref<A> entity_of(engine& node, const std::string& key);

/// Asks the cluster for a name of the running actor.
request<void, void> claim_own_name(std::string name, duration timeout);

} // namespace actors::detail
