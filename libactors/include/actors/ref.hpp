// SPDX-License-Identifier: BSD-3-Clause
//
// Handles to actors. A handle is an id with a type that says what may be sent; it is plain data of
// 16 bytes, valid across moves and restarts, and safe to keep after the actor has ended.
#pragma once

#include <type_traits>

#include <actors/id.hpp>
#include <actors/message.hpp>

namespace actors {

/// A handle that knows only whom it names. `as<A>()` trusts the caller about the type: a message the
/// actor does not handle becomes a dead letter with the reason `unhandled`.
class any_ref {
public:
  constexpr any_ref() = default;
  constexpr explicit any_ref(actor_id id) : id_{id} {}

  [[nodiscard]] constexpr const actor_id& id() const noexcept { return id_; }
  constexpr explicit operator bool() const noexcept { return bool{id_}; }
  template <class A>
  [[nodiscard]] constexpr ref<A> as() const noexcept {
    return ref<A>{id_};
  }
  friend constexpr bool operator==(const any_ref&, const any_ref&) = default;
  friend constexpr auto operator<=>(const any_ref&, const any_ref&) = default;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(id_);
  }

private:
  actor_id id_;
};

/// A handle to an actor of type `A`; accepts exactly the messages that `A::handles` lists.
template <class A>
class ref {
public:
  using actor_type = A;

  constexpr ref() = default;
  constexpr explicit ref(actor_id id) : id_{id} {}

  [[nodiscard]] constexpr const actor_id& id() const noexcept { return id_; }
  constexpr explicit operator bool() const noexcept { return bool{id_}; }
  constexpr operator any_ref() const noexcept { return any_ref{id_}; }

  /// Sends `message`, at most once, in order with all that this sender tells this actor.
  /// Threading: from any thread; inside a handler the sender is the running actor.
  template <class M>
  void tell(M&& message) const;

  friend constexpr bool operator==(const ref&, const ref&) = default;
  friend constexpr auto operator<=>(const ref&, const ref&) = default;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(id_);
  }

private:
  actor_id id_;
};

/// A handle to anything that handles the listed messages. `M` alone may be told; `R(M)` may be told
/// and asked, with a reply of type `R`.
template <class... Signatures>
class ref_to {
public:
  constexpr ref_to() = default;
  constexpr explicit ref_to(actor_id id) : id_{id} {}

  /// Narrows a typed handle. Requires: `A` handles every listed message with these replies.
  template <class A>
  constexpr ref_to(const ref<A>& other) : id_{other.id()} {
    (detail::check_signature<A, Signatures>(), ...);
  }

  [[nodiscard]] constexpr const actor_id& id() const noexcept { return id_; }
  constexpr explicit operator bool() const noexcept { return bool{id_}; }
  constexpr operator any_ref() const noexcept { return any_ref{id_}; }

  template <class M>
  void tell(M&& message) const;

  friend constexpr bool operator==(const ref_to&, const ref_to&) = default;
  friend constexpr auto operator<=>(const ref_to&, const ref_to&) = default;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(id_);
  }

private:
  actor_id id_;
};

} // namespace actors

template <>
struct std::hash<actors::any_ref> {
  std::size_t operator()(const actors::any_ref& r) const noexcept { return hash_value(r.id()); }
};
template <class A>
struct std::hash<actors::ref<A>> {
  std::size_t operator()(const actors::ref<A>& r) const noexcept { return hash_value(r.id()); }
};
template <class... S>
struct std::hash<actors::ref_to<S...>> {
  std::size_t operator()(const actors::ref_to<S...>& r) const noexcept { return hash_value(r.id()); }
};
