// SPDX-License-Identifier: BSD-3-Clause
//
// Entities: actors by key, which live when they are needed, exactly once in the cluster.
//
// A handle to an entity names its gate, an actor of this node that hands messages on to wherever the
// entity lives. While it lives nowhere the messages wait in the gate, and the cluster agrees on a node
// for it:
//
//   closed --message--> asking --found--> open --the entity has ended--> closed
//                          \--failed--> the messages that wait fail --> closed
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <actors/actor.hpp>

namespace actors::detail {

/// To a gate: the entity lives here.
struct entity_found {
  actor_id id;
};
/// There is no way to have it live.
struct entity_failed {
  failure why;
};
/// It has ended, or its node is lost.
struct entity_gone {
  actor_id id;
};
/// Behind the messages that have failed.
struct gate_closed {};

class entity_gate : public actor<entity_gate> {
public:
  using handles = messages<entity_found, entity_failed, entity_gone, gate_closed>;
  explicit entity_gate(std::string key) : key_{std::move(key)} {}

  void on(entity_found found);
  void on(const entity_failed& failed);
  void on(entity_gone gone);
  void on(gate_closed);

  static const actor_type& describe();

private:
  void pass(shard& here, envelope& e);

  std::string key_;
  actor_id at_;
  errc failed_ = errc::none;
  bool asked_ = false;
};

/// The type's part of a key ends here.
inline constexpr char entity_separator = '|';

/// Makes an entity of type `A` live behind an id of a shard here.
template <class A>
const far_function& entity_birth() {
  static const far_function& f = add_far_function(
      {"entity " + std::string{type_name<A>()},
       [](shard& there, actor_id id, actor_id, std::span<const std::byte> bytes) {
         const std::string key{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
         if constexpr (std::is_constructible_v<A, std::string>)
           there.create<A>(id, {}, birth{}, key);
         else
           there.create<A>(id, {}, birth{});
       },
       true});
  return f;
}
template <class A>
inline const far_function* const entity_birth_ptr = &entity_birth<A>();

template <class A>
ref<A> entity_of(engine& node, const std::string& key) {
  static_assert(std::is_constructible_v<A, std::string> || std::is_default_constructible_v<A>,
                "an entity is made from its key, a std::string, or from nothing");
  (void)entity_birth_ptr<A>;
  return ref<A>{node.entity_gate_of(std::string{type_name<A>()} + entity_separator + key)};
}

} // namespace actors::detail
