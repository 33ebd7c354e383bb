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

/// What the compiler names when it refuses a program: read the names in its message as a sentence,
/// `actor<account>::does_not_handle<depositt>::it_handles<deposit, balance>`. None is ever defined.
namespace misuse {

template <class A>
struct actor {
  template <class M>
  struct does_not_handle {
    template <class... Messages>
    struct it_handles; // see the list 'handles' of the actor
  };
  template <class M>
  struct lists {
    struct but_has_no_public_on; // 'handles' lists the message: write a public 'on' for it
  };
  template <class M>
  struct answers {
    template <class Reply>
    struct with {
      template <class Other>
      struct and_not_with; // the narrow handle promises another reply
    };
  };
  template <class M>
  struct sends_again_and_again {
    struct what_cannot_be_copied; // send_every copies its message each time
  };
  template <class... Args>
  struct cannot_be_constructed_from; // the arguments of spawn go to the actor's constructor
};
template <class A>
struct type {
  struct is_no_actor; // derive from actors::actor<A> and write 'using handles = actors::messages<...>;'
};
template <class M>
struct message {
  // GCC destroys an aggregate that is built inside a co_await expression twice. Build it before:
  // 'M m{...}; co_await ask(to, m)', or write 'co_await ask(to, actors::make<M>(...))'.
  struct is_an_aggregate_built_inside_co_await;
};
template <class Handle>
struct handle {
  template <class M>
  struct does_not_list; // a narrow handle takes only the messages it names
  template <class M>
  struct lists_no_reply_to; // list it as R(M)
};
template <class Expected>
struct callback {
  template <class F>
  struct cannot_be_called; // it gets an actors::expected of the reply
};

} // namespace misuse

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

template <class Actor>
concept lists_what_it_handles = requires { typename Actor::handles; };

template <class A, class M, class... Ms>
constexpr void check_listed(messages<Ms...>*) {
  if constexpr (!(std::is_same_v<M, Ms> || ...))
    (void)typename misuse::actor<A>::template does_not_handle<M>::template it_handles<Ms...>{};
}

/// Compiles where `A` handles `M`.
template <class A, class M>
constexpr void check_handled() {
  if constexpr (lists_what_it_handles<A>)
    check_listed<A, M>(static_cast<typename A::handles*>(nullptr));
  else
    (void)typename misuse::type<A>::is_no_actor{};
}

template <class A, class... Ms>
constexpr bool has_all_handlers(messages<Ms...>*) {
  return (has_handler<A, Ms> && ...);
}

template <class A, class... Args>
constexpr bool can_be_spawned() {
  if constexpr (lists_what_it_handles<A> && std::is_constructible_v<A, Args...>)
    return has_all_handlers<A>(static_cast<typename A::handles*>(nullptr));
  else
    return false;
}

/// Compiles where `A`, which lists `M`, can be given one.
template <class A, class M>
constexpr void check_on() {
  if constexpr (!has_handler<A, M>) (void)typename misuse::actor<A>::template lists<M>::but_has_no_public_on{};
}
template <class A, class... Ms>
constexpr void check_all_on(messages<Ms...>*) {
  (check_on<A, Ms>(), ...);
}

/// Compiles where an `A` can be spawned with `Args`.
template <class A, class... Args>
constexpr void check_spawn() {
  if constexpr (!lists_what_it_handles<A>)
    (void)typename misuse::type<A>::is_no_actor{};
  else if constexpr (!std::is_constructible_v<A, Args...>)
    (void)typename misuse::actor<A>::template cannot_be_constructed_from<std::decay_t<Args>...>{};
  else
    check_all_on<A>(static_cast<typename A::handles*>(nullptr));
}

/// The reply of `A` to `M`; `int`, so that no second error follows, where the check has refused them.
template <class A, class M>
struct checked_reply {
  using type = int;
};
template <class A, class M>
  requires has_handler<A, M>
struct checked_reply<A, M> : reply_value<handler_result<A, M>> {};

template <class A, class M>
using reply_of = typename checked_reply<A, M>::type;

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
  using message = typename parts::message;
  check_handled<A, message>();
  if constexpr (parts::asks && has_handler<A, message>)
    if constexpr (!std::is_same_v<typename parts::reply, reply_of<A, message>>)
      (void)typename misuse::actor<A>::template answers<message>::template with<
          reply_of<A, message>>::template and_not_with<typename parts::reply>{};
}

/// Compiles where a narrow handle lists `M`.
template <class M, class... Signatures>
constexpr void check_narrow() {
  if constexpr (!(std::is_same_v<M, typename signature<Signatures>::message> || ...))
    (void)typename misuse::handle<ref_to<Signatures...>>::template does_not_list<M>{};
}

/// The reply that a narrow handle promises for `M`.
template <class M, class... Signatures>
struct narrow_reply {
  static constexpr bool found = false;
  using type = int;
};
template <class M, class First, class... Rest>
struct narrow_reply<M, First, Rest...> : narrow_reply<M, Rest...> {};
template <class M, class R, class... Rest>
struct narrow_reply<M, R(M), Rest...> {
  static constexpr bool found = true;
  using type = R;
};

template <class M, class... Signatures>
constexpr void check_narrow_ask() {
  if constexpr (!narrow_reply<M, Signatures...>::found)
    (void)typename misuse::handle<ref_to<Signatures...>>::template lists_no_reply_to<M>{};
}
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
