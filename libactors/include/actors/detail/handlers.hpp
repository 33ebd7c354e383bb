// SPDX-License-Identifier: BSD-3-Clause
//
// Glue between the engine's untyped handler tables and the `on` functions of an actor class.
#pragma once

#include <array>
#include <type_traits>
#include <utility>

#include <actors/archive.hpp>
#include <actors/detail/kept_children.hpp>
#include <actors/detail/shard.hpp>
#include <actors/message.hpp>
#include <actors/promise.hpp>
#include <actors/schema.hpp>
#include <actors/task.hpp>

namespace actors::detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;
template <class T>
inline constexpr bool is_promise = false;
template <class T>
inline constexpr bool is_promise<promise<T>> = true;
template <class T>
inline constexpr bool is_expected = false;
template <class T>
inline constexpr bool is_expected<tl::expected<T, failure>> = true;

/// Ends the payload when the handler is through with it, also by an exception. Nothing to do for most
/// types, and then an exception must not stop here on its way: each stop costs it half a microsecond.
template <class M, bool Trivial = std::is_trivially_destructible_v<M> && !is_boxed<M>>
struct payload_guard {
  explicit payload_guard(envelope& e) noexcept : at{e.payload()} {}
  void* at;
};
template <class M>
struct payload_guard<M, false> {
  explicit payload_guard(envelope& e) noexcept : at{e.payload()} {}
  ~payload_guard() { payload<M>::destroy(at); }
  payload_guard(const payload_guard&) = delete;
  payload_guard& operator=(const payload_guard&) = delete;
  void* at;
};

/// Answers with a handler's result: a value, or an `expected` whose failure is the asker's failure.
template <class R>
void answer_with(shard& here, const open_request& request, R&& result) {
  using type = std::remove_cvref_t<R>;
  if (request.request == 0) return;
  if constexpr (is_expected<type>) {
    if (!result) {
      here.answer_failure(request, std::move(result.error()));
      return;
    }
    if constexpr (std::is_void_v<typename type::value_type>)
      here.answer(request, unit{});
    else
      here.answer(request, std::move(*result));
  } else {
    here.answer(request, std::forward<R>(result));
  }
}

template <class A, class M>
void handle(shard& here, slot& target, envelope& e) {
  A& self = object_of<A>(target);
  payload_guard<M> message{e};
  M& m = payload<M>::get(message.at);
  using result = handler_result<A, M>;
  if constexpr (std::is_same_v<M, down>) {
    // Its node may have been lost while word of its end waited here: once is enough.
    if (!here.forget_watched(m.who) && e.sender == m.who) return;
  }
  if constexpr (std::is_void_v<result>) {
    self.on(std::move(m));
    if (e.is(flag::asks)) [[unlikely]] {
      if (auto request = here.current_request(); request.request != 0) here.answer(request, unit{});
    }
  } else if constexpr (is_task<result>) {
    auto work = self.on(std::move(m));
    start_task(here, std::move(work), here.current_request());
  } else if constexpr (is_promise<result>) {
    (void)self.on(std::move(m));
  } else {
    auto value = self.on(std::move(m));
    if (e.is(flag::asks)) answer_with(here, here.current_request(), std::move(value));
  }
}

template <class A>
concept has_on_stop = requires(A& a) { a.on_stop(); };

template <class A>
concept has_on_moved = requires(A& a) { a.on_moved(); };

/// An actor without data, or with a function that archives it.
template <class A>
inline constexpr bool state_travels =
    std::is_default_constructible_v<A> &&
    (std::is_empty_v<A> || way_of<writer, reader, A>::kind != form::none);

template <class A>
void describe_state(actor_type& t) {
  if constexpr (state_travels<A>) {
    t.save = [](slot& s, writer& out) {
      if constexpr (!std::is_empty_v<A>) out(object_of<A>(s));
    };
    t.load = [](shard& here, slot& s, reader& in) {
      construct_object<A>(here, s);
      try {
        if constexpr (!std::is_empty_v<A>) in(object_of<A>(s));
      } catch (...) {
        s.type->destroy(s);
        throw;
      }
    };
    t.digest = [] { return schema_digest<A>(); };
  }
  if constexpr (has_on_moved<A>) t.moved = [](slot& s) { object_of<A>(s).on_moved(); };
}

template <class A>
bool is_reentrant() {
  if constexpr (requires { A::reentrant; })
    return A::reentrant;
  else
    return false;
}

template <class A>
void destroy_object(slot& s) noexcept {
  if constexpr (lies_in_slot<A>) {
    object_of<A>(s).~A();
  } else {
    auto* object = static_cast<A*>(s.object);
    object->~A();
    current_shard->free_object(object, sizeof(A), alignof(A));
  }
}

template <class A>
void call_on_stop(shard& here, slot& s) {
  if constexpr (has_on_stop<A>) {
    using result = decltype(object_of<A>(s).on_stop());
    if constexpr (is_task<result>) {
      auto work = object_of<A>(s).on_stop();
      start_task(here, std::move(work), {});
    } else {
      object_of<A>(s).on_stop();
    }
  }
}

template <class A, class... Ms>
const actor_type& make_actor_type(messages<Ms...>*) {
  static actor_type type = [] {
    actor_type t;
    t.name = type_name<A>();
    t.destroy = [](slot& s) noexcept { destroy_object<A>(s); };
    if constexpr (lies_in_slot<A>)
      t.relocate = [](slot& to, slot& from) noexcept {
        new (to.storage) A(std::move(object_of<A>(from)));
        object_of<A>(from).~A();
      };
    if constexpr (has_on_stop<A>) t.stopping = &call_on_stop<A>;
    describe_state<A>(t);
    t.handles_child_failed = in_list<child_failed, messages<Ms...>>;
    t.handles_child_stopped = in_list<child_stopped, messages<Ms...>>;
    t.keeps_children = in_list<child_halted, messages<Ms...>>;
    t.reentrant = is_reentrant<A>();
    return t;
  }();
  static const std::uint32_t registered = [] {
    std::array<handler_entry, sizeof...(Ms) + 1> entries{
        handler_entry{message_type_of<Ms>().index, &handle<A, Ms>}..., handler_entry{0, nullptr}};
    return register_actor_type(type, entries.data(), sizeof...(Ms));
  }();
  (void)registered;
  return type;
}

/// A class may bring its own description (routers do).
template <class A>
const actor_type& actor_type_of() {
  if constexpr (requires { A::describe(); })
    return A::describe();
  else
    return make_actor_type<A>(static_cast<typename A::handles*>(nullptr));
}

} // namespace actors::detail
