// SPDX-License-Identifier: BSD-3-Clause
//
// The door for plain CAF 0.17 programs: a process without a header of ours reaches our actors over
// BASP, CAF's own protocol, as if they were actors of CAF.
//
//   ours      auto port = actors::publish_caf(node, vault, {.port = 4242});
//   theirs    auto vault = system.middleman().remote_actor("127.0.0.1", 4242);
//             self->request(*vault, 1s, deposit{100}).receive(...);
//
// Theirs sends, requests, monitors and links as it would any remote actor. The other side names our
// types as we do, `add_message_type<deposit>("bank::deposit")` (see `type_name`), and gives each an
// `inspect` of all members in order. README.md, "Talking to CAF programs", has the form of every
// type.
//
// Floating point arrives here as the bits that were sent. CAF 0.17 writes ordinary numbers right,
// but alters NaN, -0.0 and subnormals, and hangs on infinity: where theirs may have such values,
// its `inspect` has to send `std::bit_cast<std::uint64_t>(x)`, which is the same form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <actors/caf.hpp>
#include <actors/detail/caf_wire.hpp>

namespace actors {

/// Where CAF programs find a published actor.
struct caf_door {
  /// 0: any that is free.
  std::uint16_t port = 0;
  /// Numeric. BASP knows no secret: whoever reaches the port may send to the actor, stop it with an
  /// exit message, and send to others published by this node.
  std::string address = "127.0.0.1";
};

namespace detail {

struct caf_publication {
  actor_id who;
  std::span<const caf_face::taker> takers;
  std::vector<wire_type> types;
};

[[nodiscard]] expected<std::uint16_t> publish_to_caf(node& here, const caf_publication& what,
                                                     const caf_door& door);

template <class M, class R>
constexpr bool pair_crosses() {
  if constexpr (fits_caf<M, R>)
    return crosses<M>() && crosses<R>();
  else
    return false;
}

template <class M, class R>
void list_wire_pair(std::vector<wire_type>& into) {
  if constexpr (pair_crosses<M, R>()) {
    list_wire_type<M>(into);
    list_wire_type<R>(into);
  }
}

template <class M, class R>
constexpr caf_face::taker taker_from_wire() {
  if constexpr (pair_crosses<M, R>())
    return &take_from_caf<M, R, as_wire_message>;
  else
    return nullptr;
}

template <class A, class List>
struct wire_takers_of;
template <class A, class... Ms>
struct wire_takers_of<A, messages<Ms...>> {
  static_assert((pair_crosses<Ms, reply_of<A, Ms>>() || ...),
                "none of this actor's messages can cross to CAF programs: see publish_caf");
  static constexpr std::array<caf_face::taker, sizeof...(Ms)> table{
      taker_from_wire<Ms, reply_of<A, Ms>>()...};
  static std::vector<wire_type> types() {
    std::vector<wire_type> all;
    (list_wire_pair<Ms, reply_of<A, Ms>>(all), ...);
    return all;
  }
};

template <class S>
struct wire_signature {
  using message = S;
  using reply = void;
};
template <class R, class M>
struct wire_signature<R(M)> {
  using message = M;
  using reply = R;
};
template <class... S>
struct wire_takers_for {
  static_assert(
      (pair_crosses<typename wire_signature<S>::message, typename wire_signature<S>::reply>() &&
       ...),
      "a listed message or its reply cannot cross to CAF programs: see publish_caf");
  static constexpr std::array<caf_face::taker, sizeof...(S)> table{
      taker_from_wire<typename wire_signature<S>::message, typename wire_signature<S>::reply>()...};
  static std::vector<wire_type> types() {
    std::vector<wire_type> all;
    (list_wire_pair<typename wire_signature<S>::message, typename wire_signature<S>::reply>(all),
     ...);
    return all;
  }
};

} // namespace detail

/// Lets plain CAF 0.17 programs reach `who`; gives the port. They may use the messages of `A` that
/// can cross, and so can their replies: integers, bool, text, and structs of values. Not: a number
/// with a point by itself, `long double`, pointers, types that contain themselves, `serialize`
/// functions. A request gets the reply, or an error as `to_caf` says, one string with the failure's
/// text; so does a request with a message that cannot be decoded. Messages that cannot be decoded
/// are dead letters with `not_serializable`. What theirs monitors or links sees `who` end, or its
/// connection. Threading: any but a handler's, as it waits. Lifetime: until `unpublish_caf` or the
/// end of the node; the end of `who` leaves the door open, and those who come learn of the end.
/// Errors: invalid_argument with the address when it cannot listen there (taken, not ours, not
/// numeric) or when two types share a name; shutting_down.
template <class A>
[[nodiscard]] expected<std::uint16_t> publish_caf(node& here, const ref<A>& who,
                                                  const caf_door& door = {}) {
  using takers = detail::wire_takers_of<A, typename A::handles>;
  return detail::publish_to_caf(here, {who.id(), takers::table, takers::types()}, door);
}
/// As above, for the listed messages only.
template <class... S>
[[nodiscard]] expected<std::uint16_t> publish_caf(node& here, const ref_to<S...>& who,
                                                  const caf_door& door = {}) {
  using takers = detail::wire_takers_for<S...>;
  return detail::publish_to_caf(here, {who.id(), takers::table, takers::types()}, door);
}

/// Closes the door. Handles that CAF programs hold go on working.
/// Threading: as `publish_caf`. Errors: invalid_argument with the port where nothing is published.
expected<void> unpublish_caf(node& here, std::uint16_t port);

} // namespace actors
