// SPDX-License-Identifier: BSD-3-Clause
//
// The table of message types. A type gets a dense index when the program starts (its dispatch key in
// this process) and has a stable name and digest (its identity between processes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include <actors/archive.hpp>
#include <actors/schema.hpp>

namespace actors::detail {

/// Larger messages travel as a pointer: an envelope stays small and cheap to relocate.
inline constexpr std::size_t largest_inline_message = 1024;
inline constexpr std::size_t payload_alignment = 16;

/// All that the engine knows of a message type. Immutable after registration.
struct message_type {
  std::string_view name;
  std::uint64_t (*digest)() = nullptr;
  /// Bytes the payload takes inside an envelope.
  std::uint32_t size = 0;
  std::uint32_t index = 0;
  /// The payload in an envelope is a pointer to the message.
  bool boxed = false;
  /// Moves the payload to new memory and ends the old one. Null where a byte copy does.
  void (*relocate)(void* to, void* from) noexcept = nullptr;
  /// Null where nothing needs to be done.
  void (*destroy)(void* payload) noexcept = nullptr;
  /// Copy-constructs; null where the type cannot be copied.
  void (*copy)(void* to, const void* from) = nullptr;
  /// Null where the type cannot be serialized: such a message stays in its process.
  void (*save)(const void* payload, writer& out) = nullptr;
  void (*load)(void* to, reader& in) = nullptr;
  /// `M::routing_key()`, for routers that hash; null where the type has none.
  std::uint64_t (*routing_key)(const void* payload) = nullptr;
};

/// Enters a type and gives its index. Threading: any; meant for static initialisation.
std::uint32_t register_message_type(message_type& type);
[[nodiscard]] const message_type& message_type_at(std::uint32_t index) noexcept;
[[nodiscard]] std::uint32_t message_type_count() noexcept;
/// Null where this program does not have it. Threading: any.
[[nodiscard]] const message_type* find_message_type(std::string_view name);

template <class M>
inline constexpr bool is_boxed =
    sizeof(M) > largest_inline_message || alignof(M) > payload_alignment ||
    !std::is_nothrow_move_constructible_v<M>;

/// How a message of type `M` lies in its envelope: as itself, or as an owning pointer.
template <class M>
struct payload {
  static constexpr std::size_t size = is_boxed<M> ? sizeof(M*) : sizeof(M);

  static M& get(void* at) noexcept {
    if constexpr (is_boxed<M>)
      return **static_cast<M**>(at);
    else
      return *std::launder(static_cast<M*>(at));
  }
  template <class... Args>
  static void construct(void* at, Args&&... args) {
    if constexpr (is_boxed<M>)
      *static_cast<M**>(at) = new M{std::forward<Args>(args)...};
    else
      new (at) M{std::forward<Args>(args)...};
  }
  static void destroy(void* at) noexcept {
    if constexpr (is_boxed<M>)
      delete *static_cast<M**>(at);
    else
      get(at).~M();
  }
};

template <class M>
message_type describe_message() {
  using as = payload<M>;
  message_type t;
  t.name = type_name<M>();
  t.size = as::size;
  t.boxed = is_boxed<M>;
  if constexpr (!is_boxed<M> && !std::is_trivially_copyable_v<M>)
    t.relocate = [](void* to, void* from) noexcept {
      new (to) M{std::move(as::get(from))};
      as::destroy(from);
    };
  if constexpr (is_boxed<M> || !std::is_trivially_destructible_v<M>)
    t.destroy = [](void* at) noexcept { as::destroy(at); };
  if constexpr (std::is_copy_constructible_v<M>)
    t.copy = [](void* to, const void* from) { as::construct(to, as::get(const_cast<void*>(from))); };
  if constexpr (requires(const M& m) { std::uint64_t{m.routing_key()}; })
    t.routing_key = [](const void* at) { return std::uint64_t{as::get(const_cast<void*>(at)).routing_key()}; };
  if constexpr (archivable<M> && std::is_default_constructible_v<M>) {
    t.digest = [] { return schema_digest<M>(); };
    t.save = [](const void* at, writer& out) { out(as::get(const_cast<void*>(at))); };
    t.load = [](void* to, reader& in) {
      M value{};
      in(value);
      as::construct(to, std::move(value));
    };
  }
  return t;
}

template <class M>
const message_type& message_type_of() {
  static_assert(std::is_same_v<M, std::remove_cvref_t<M>>);
  static_assert(std::is_move_constructible_v<M>, "a message must be movable");
  static message_type type = describe_message<M>();
  static const std::uint32_t registered = register_message_type(type);
  (void)registered;
  return type;
}

/// The dispatch key of `M`. Set before `main`; programs do not send messages before that.
template <class M>
inline const std::uint32_t message_index = message_type_of<M>().index;

} // namespace actors::detail
