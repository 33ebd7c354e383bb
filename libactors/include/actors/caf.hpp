// SPDX-License-Identifier: BSD-3-Clause
//
// Both worlds in one process: actors of CAF 0.17 and ours tell and ask each other, and each sees
// the other end. Programs that include this link `actors::caf`.
//
//   ours -> CAF   from_caf<R(M), M2...>(node, caf_actor)   a handle of ours to an actor of CAF
//   CAF -> ours   to_caf(node, handle)                     a `caf::actor` in front of one of ours
//
// A message is one value. Plain aggregates need no registration with CAF: inside the process
// nothing is serialized. A behavior takes them as they are: `[](const deposit& d) { ... }`. Messages
// that must leave the process travel between our nodes, not through CAF.
//
// CAF 0.17 dereferences a null pointer inside `spawn(function)` without further arguments. It does
// no harm, but sanitizers and -D_GLIBCXX_ASSERTIONS stop there: pass the function an argument.
#pragma once

#include <chrono>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>

#include <actors/detail/caf_face.hpp>
#include <actors/detail/caf_messages.hpp>
#include <actors/detail/caf_proxy.hpp>
#include <actors/node.hpp>

namespace actors {

/// The CAF system whose workers run the node's shards; spawn CAF actors on it as on any other.
/// Those still alive at `node::shutdown` get an exit message once all of ours have ended, and are
/// killed if they stay; one that blocks its thread is left behind after two seconds at most.
/// Threading: any. Lifetime: until `shutdown`; so do actors of CAF.
[[nodiscard]] caf::actor_system& caf_system(node& here);

/// The same, of the node whose handler runs. Throws std::logic_error in a simulated node, which has none.
/// Threading: inside handlers.
[[nodiscard]] caf::actor_system& caf_system_here();

/// A handle to the actor `who` of CAF for our actors: `from_caf<std::int64_t(balance), deposit>`.
/// `M` is told, `R(M)` told or asked; CAF keeps each sender's order. An actor of ours stands
/// in between; it ends when `who` does, and watchers get `down` with the reason: `normal` for
/// exit_reason::normal and user_shutdown, `killed` for kill, `failed` with CAF's text for all else.
/// Stopping it leaves `who` alone. A typed CAF actor comes as `caf::actor_cast<caf::actor>(typed)`.
/// Requires: messages and replies are copyable.
/// Errors of an ask, besides the usual: timeout also after `patience` without an answer,
/// actor_failed with CAF's text for an error reply, unhandled for sec::unexpected_message,
/// wrong_type.
/// Threading: any.
template <class... Signatures>
[[nodiscard]] ref_to<Signatures...> from_caf(node& here, caf::actor who,
                                             duration patience = std::chrono::minutes{1}) {
  static_assert(sizeof...(Signatures) > 0,
                "name what the CAF actor takes: from_caf<reply(message), message>");
  return here.template spawn<detail::caf_proxy<Signatures...>>(std::move(who), patience);
}

/// A CAF actor that stands for `who`. It takes what `A` handles, if copyable; the reply is the
/// response to a `request`. Monitors and links see it end when `who` ends: normal, user_shutdown,
/// kill, or sec::runtime_error with the exception's text. An exit message with a reason stops
/// `who`, exit_reason::kill kills it.
/// Errors that a request gets, each with one string that says what happened: sec::runtime_error
/// (it threw), request_receiver_down (it ended, or the node shuts down), unexpected_message,
/// unavailable_or_would_block (overloaded), request_timeout, invalid_argument. One that is sent
/// after the end gets CAF's bare request_receiver_down.
/// Threading: any. Lifetime: while a handle exists; the end of the last one does nothing to `who`.
template <class A>
[[nodiscard]] caf::actor to_caf(node& here, const ref<A>& who) {
  using takers = detail::takers_of<A, typename A::handles>;
  return detail::make_face(here.engine(), caf_system(here), who.id(), takers::table);
}
/// As above, for the listed messages. A request with a message listed without a reply gets an empty
/// response when it has been handled.
template <class... S>
[[nodiscard]] caf::actor to_caf(node& here, const ref_to<S...>& who) {
  return detail::make_face(here.engine(), caf_system(here), who.id(), detail::takers_for<S...>);
}

/// A failure as CAF's actors get it. Threading: any.
[[nodiscard]] inline caf::error to_caf_error(const failure& reason) { return detail::error_for_caf(reason); }
/// An error of CAF as our actors get it. Threading: any.
[[nodiscard]] inline failure from_caf_error(const caf::error& reason) {
  return detail::failure_from_caf(reason, nullptr);
}

} // namespace actors
