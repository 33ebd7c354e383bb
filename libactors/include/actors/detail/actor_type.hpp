// SPDX-License-Identifier: BSD-3-Clause
//
// The table of actor types: how to end an instance, and which function handles which message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <actors/detail/message_type.hpp>
#include <actors/message.hpp>

namespace actors::detail {

class shard;
struct slot;
struct envelope;

/// Calls the handler on the payload and ends the payload. May throw what the handler throws.
using handler = void (*)(shard& here, slot& target, envelope& message);

/// An object of up to 16 bytes that can be moved lies in its slot; a larger one on the heap.
inline constexpr std::size_t inline_state = 16;
template <class A>
inline constexpr bool lies_in_slot = sizeof(A) <= inline_state && alignof(A) <= 16 &&
                                     std::is_nothrow_move_constructible_v<A>;

/// All that the engine knows of an actor type. Immutable after registration.
struct actor_type {
  std::string_view name;
  std::uint32_t index = 0;
  /// Indexed by message type; null where not handled.
  const handler* handlers = nullptr;
  std::uint32_t handler_count = 0;
  /// Takes any message instead; routers have one.
  handler fallback = nullptr;
  void (*destroy)(slot&) noexcept = nullptr;
  /// Moves the object between slots. Null where a byte copy of the slot's storage does.
  void (*relocate)(slot& to, slot& from) noexcept = nullptr;
  /// Calls `on_stop`; true where that started a coroutine that is not finished.
  void (*stopping)(shard&, slot&) = nullptr;
  /// Writes the state, and builds an object from it. Null where the type does not offer it: such an actor
  /// stays in its process. `load` throws what the state's own functions throw; nothing is built then.
  void (*save)(slot&, writer& out) = nullptr;
  void (*load)(shard& here, slot&, reader& in) = nullptr;
  /// Of the state.
  std::uint64_t (*digest)() = nullptr;
  /// Calls `on_moved`: the actor goes on here, having come from another node.
  void (*moved)(slot&) = nullptr;
  bool handles_child_failed = false;
  bool handles_child_stopped = false;
  /// It takes `child_halted` and `child_started`: it may keep the slots of its children.
  bool keeps_children = false;
  bool reentrant = false;

  [[nodiscard]] handler find(std::uint32_t message) const noexcept {
    return message < handler_count ? handlers[message] : nullptr;
  }
};

/// Enters a type, builds its handler table and gives its index. Threading: any.
struct handler_entry {
  std::uint32_t message;
  handler function;
};
std::uint32_t register_actor_type(actor_type& type, const handler_entry* entries, std::size_t count);
/// Null where this program does not have it. Threading: any.
[[nodiscard]] const actor_type* find_actor_type(std::string_view name);

} // namespace actors::detail
