// SPDX-License-Identifier: BSD-3-Clause
//
// What an actor handles, and what it answers, at compile time. Everything here is evaluated by the
// compiler only; the checks exist so that a wrong message is refused with the names of both sides.
#pragma once

#include <type_traits>
#include <utility>

#include <actors/failure.hpp>

namespace actors {

/// The list of messages an actor handles: `using handles = actors::messages<deposit, balance>;`.
template <class... Messages>
struct messages {};

template <class A>
class ref;
template <class... Signatures>
class ref_to;
template <class T>
class task;
template <class T>
class promise;

namespace detail {

template <class M, class List>
inline constexpr bool in_list = false;
template <class M, class... Ms>
inline constexpr bool in_list<M, messages<Ms...>> = (std::is_same_v<M, Ms> || ...);

/// What the asker gets for a handler that returns `R`.
template <class R>
struct reply_value {
  using type = R;
};
template <class T>
struct reply_value<task<T>> : reply_value<T> {};
template <class T>
struct reply_value<promise<T>> {
  using type = T;
};
template <class T>
struct reply_value<tl::expected<T, failure>> {
  using type = T;
};

template <class A, class M>
concept has_handler = requires(A& self, M&& message) { self.on(std::move(message)); };

template <class A, class M>
using handler_result = std::remove_cvref_t<decltype(std::declval<A&>().on(std::declval<M>()))>;

/// Instantiated with the names of actor and message, so that the compiler's message shows both.
template <class Actor, class Message, class Handles>
struct the_actor_handles_the_message {
  static_assert(in_list<Message, Handles>,
                "this actor does not handle this message: see the names Actor, Message and the list "
                "of what it Handles in the line above or below");
  static constexpr bool value = true;
};

template <class Actor, class Message>
struct the_actor_has_a_handler_for_the_listed_message {
  static_assert(has_handler<Actor, Message>,
                "this message is listed in the actor's 'handles', but the actor has no public "
                "'on(Message)' for it");
  static constexpr bool value = true;
};

template <class Actor>
concept lists_what_it_handles = requires { typename Actor::handles; };

template <class Actor>
struct the_class_is_an_actor {
  static_assert(lists_what_it_handles<Actor>,
                "this class needs 'using handles = actors::messages<...>;' and the base "
                "actors::actor<Actor> to be an actor");
};

template <class A, class M>
constexpr void check_handled() {
  static_assert(lists_what_it_handles<A>, "an actor needs 'using handles = actors::messages<...>'");
  static_assert(the_actor_handles_the_message<A, M, typename A::handles>::value);
}

template <class A, class M>
using reply_of = typename reply_value<handler_result<A, M>>::type;

template <class Actor, class Message, class Expected, class Actual>
struct the_actor_replies_with_the_expected_type {
  static_assert(std::is_same_v<Expected, Actual>,
                "this actor answers this message with another type than the handle promises");
};

template <class Signature>
struct signature {
  using message = Signature;
  static constexpr bool asks = false;
};
template <class R, class M>
struct signature<R(M)> {
  using message = M;
  using reply = R;
  static constexpr bool asks = true;
};

template <class A, class Signature>
constexpr void check_signature() {
  using parts = signature<Signature>;
  check_handled<A, typename parts::message>();
  if constexpr (parts::asks)
    (void)the_actor_replies_with_the_expected_type<A, typename parts::message, typename parts::reply,
                                                   reply_of<A, typename parts::message>>{};
}

/// The reply that a narrow handle promises for `M`; void where it lists the message alone.
template <class M, class... Signatures>
struct narrow_reply {
  static_assert(sizeof(M) == 0, "this handle does not list this message with a reply: R(M)");
};
template <class M, class First, class... Rest>
struct narrow_reply<M, First, Rest...> : narrow_reply<M, Rest...> {};
template <class M, class R, class... Rest>
struct narrow_reply<M, R(M), Rest...> {
  using type = R;
};

} // namespace detail

/// The type of the reply that `A` gives to `M`.
template <class A, class M>
using reply_of = detail::reply_of<A, M>;

/// The outcome of an ask, delivered as a message: the asking actor handles `outcome<M>`.
/// Unlike a callback or a suspended coroutine it is plain data, so the actor stays able to move.
template <class M, class R>
struct outcome {
  expected<R> result;
  /// The number that `ask(...).as_message()` returned.
  std::uint64_t request = 0;
};

} // namespace actors
