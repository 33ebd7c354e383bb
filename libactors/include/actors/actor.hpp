// SPDX-License-Identifier: BSD-3-Clause
//
// The base of all actors. An actor is a class with `using handles = actors::messages<...>` and a
// public `on(M)` for each; the base adds no data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <actors/detail/engine.hpp>
#include <actors/detail/handlers.hpp>
#include <actors/detail/spawning.hpp>
#include <actors/promise.hpp>
#include <actors/ref.hpp>
#include <actors/request.hpp>
#include <actors/spawn_options.hpp>
#include <actors/task.hpp>
#include <actors/time.hpp>

namespace actors {

/// Names a timer; for `cancel`.
struct timer_id {
  std::uint64_t ticket = 0;
};

/// A topic of messages of type `M`; equal names are the same topic.
template <class M>
struct topic {
  std::string name;
};

/// What handlers may do. All of it only inside handlers, on the thread that runs them.
class actor_base {
protected:
  actor_base() = default;
  ~actor_base() = default;

  // -- messages -------------------------------------------------------------------------------------

  /// Sends at most once, in order with all that this actor tells `to`.
  template <class A, class M>
  static void tell(const ref<A>& to, M&& message) {
    to.tell(std::forward<M>(message));
  }
  template <class... S, class M>
  static void tell(const ref_to<S...>& to, M&& message) {
    to.tell(std::forward<M>(message));
  }

  /// Asks; exactly one outcome comes within `timeout`. Errors: timeout, no_such_actor, actor_failed
  /// (with the exception's text), actor_stopped, overloaded, node_lost, unhandled.
  template <class A, class M>
  static auto ask(const ref<A>& to, M&& message, duration timeout = default_ask_timeout) {
    using type = typename detail::message_in<std::remove_cvref_t<M>>::type;
    detail::check_handled<A, type>();
    return ask_for<type, reply_of<A, type>>(to.id(), std::forward<M>(message), timeout);
  }
  template <class... S, class M>
  static auto ask(const ref_to<S...>& to, M&& message, duration timeout = default_ask_timeout) {
    using type = typename detail::message_in<std::remove_cvref_t<M>>::type;
    detail::check_narrow_ask<type, S...>();
    return ask_for<type, typename detail::narrow_reply<type, S...>::type>(to.id(), std::forward<M>(message), timeout);
  }

  /// Who sent the current message; null for a thread outside. In a coroutine that is the message it
  /// was started with, also after `co_await`; in a callback of `ask` it is who answered.
  [[nodiscard]] static any_ref sender() noexcept { return any_ref{detail::current_shard->sender()}; }

  /// A promise for the answer to the current message; the handler returns it.
  template <class R>
  [[nodiscard]] static promise<R> make_promise() {
    return promise<R>{detail::current_shard->take_request()};
  }

  /// Lays the current message aside until `unstash_all`, with its sender and its claim to an answer.
  template <class M>
  static void stash(M&& message) {
    detail::current_shard->stash(std::forward<M>(message));
  }
  /// What was laid aside is handled next, in its order, before anything newer.
  static void unstash_all() { detail::current_shard->unstash_all(); }

  // -- other actors -----------------------------------------------------------------------------------

  /// Creates a child: on this shard unless the options say otherwise. Throws what its constructor
  /// throws if it starts on this shard; elsewhere that is the child's failure.
  template <class A, class... Args>
    requires(!detail::starts_with_options<Args...>)
  static ref<A> spawn(Args&&... args) {
    detail::check_spawn<A, Args&&...>();
    if constexpr (detail::can_be_spawned<A, Args&&...>()) {
      auto& s = *detail::current_shard;
      if constexpr (detail::can_be_spawned<A, std::decay_t<Args>...>() && (std::is_constructible_v<std::decay_t<Args>, Args&&> && ...))
        if (s.is_twin()) [[unlikely]]
          return detail::spawn_child<A>(spawn_options{}, std::forward<Args>(args)...);
      return ref<A>{s.spawn<A>(detail::birth{}, std::forward<Args>(args)...)};
    } else {
      return {};
    }
  }
  template <class A, class... Args>
  static ref<A> spawn(const spawn_options& options, Args&&... args) {
    detail::check_spawn<A, std::decay_t<Args>...>();
    if constexpr (detail::can_be_spawned<A, std::decay_t<Args>...>())
      return detail::spawn_child<A>(options, std::forward<Args>(args)...);
    else
      return {};
  }

  /// Stops an actor once it has handled what this actor has told it before: its children first, in
  /// reverse order of their start. What still waits then becomes dead letters.
  static void stop(any_ref who) { detail::current_shard->stop_in_order(who.id()); }
  /// Ends an actor without its `on_stop`, before what waits in its mailbox.
  static void kill(any_ref who) { detail::current_shard->kill(who.id()); }
  /// Stops this actor after the current handler; messages that wait become dead letters.
  static void stop() { detail::current_shard->stop_self(); }
  /// As `stop`, and the end is reported as `kind`: `exit_kind::shutdown` says that it was asked for, which
  /// supervisors take as `normal` save that `permanent` children come back. To end abnormally, throw.
  /// Requires: `normal` or `shutdown`.
  static void stop(exit_kind kind) { detail::current_shard->end_self(kind, {}); }

  /// For a parent that handles `child_failed`: a new instance behind the same id; messages wait on.
  template <class A, class... Args>
  static void restart_child(const ref<A>& child, Args&&... args) {
    detail::restart_with<A>(child.id(), std::forward<Args>(args)...);
  }
  /// For a parent that handles `child_failed`: the child goes on with the state it has.
  static void resume_child(any_ref child) { detail::current_shard->resume(child.id()); }
  /// Stops a child now: what waits for it becomes dead letters.
  static void stop_child(any_ref child) { detail::current_shard->stop(child.id(), exit_kind::shutdown); }

  // -- time ---------------------------------------------------------------------------------------------

  /// Nanoseconds since the node's start, as of the start of this run of messages.
  [[nodiscard]] static duration now() noexcept { return duration{detail::current_shard->now()}; }

  template <class A, class M>
  static timer_id send_after(const ref<A>& to, duration delay, M&& message) {
    detail::check_handled<A, std::remove_cvref_t<M>>();
    return {detail::current_shard->set_timer(to.id(), delay.count(), 0, std::forward<M>(message))};
  }
  /// Requires: `M` is copyable. The first message comes after one period.
  template <class A, class M>
  static timer_id send_every(const ref<A>& to, duration period, M&& message) {
    using type = std::remove_cvref_t<M>;
    detail::check_handled<A, type>();
    if constexpr (!std::is_copy_constructible_v<type>)
      (void)typename misuse::actor<A>::template sends_again_and_again<type>::what_cannot_be_copied{};
    auto p = period.count() > 0 ? period.count() : 1;
    return {detail::current_shard->set_timer(to.id(), p, p, std::forward<M>(message))};
  }
  /// False when it has fired for the last time already. After a true, no further message comes from
  /// it, save one that waits in a mailbox already.
  static bool cancel(timer_id timer) noexcept { return detail::current_shard->cancel_timer(timer.ticket); }

  /// `co_await sleep(50ms)`.
  [[nodiscard]] static detail::pause_awaiter sleep(duration time) noexcept {
    return detail::pause_awaiter{time.count()};
  }

  // -- the node -----------------------------------------------------------------------------------------

  /// In a cluster the name holds here at once and everywhere a moment later, unless another node's actor
  /// has got it at the same time: then it is taken back, and the log says so. Who has to know uses
  /// `claim_name`. Errors: invalid_argument, name_taken.
  static expected<void> register_name(std::string name) {
    auto& s = *detail::current_shard;
    s.mark_named(s.self());
    return s.owner().register_name(std::move(name), s.self(), s.self_slot()->type);
  }
  /// As `register_name`; the outcome comes when the whole cluster knows it: `co_await claim_name("db")`.
  static request<void, void> claim_name(std::string name, duration timeout = default_ask_timeout) {
    return detail::claim_own_name(std::move(name), timeout);
  }
  /// The entity of this type and key; see `basic_node::entity`. Requires: entity.hpp is included.
  template <class A>
  [[nodiscard]] static ref<A> entity(const std::string& key) {
    return detail::entity_of<A>(detail::current_shard->owner(), key);
  }
  template <class A>
  [[nodiscard]] static expected<ref<A>> find(const std::string& name) {
    return detail::find_as<A>(detail::current_shard->owner(), name);
  }
  /// Sends a copy to every subscriber.
  template <class M>
  static void publish(const topic<std::remove_cvref_t<M>>& where, const M& message) {
    auto& s = *detail::current_shard;
    for (const actor_id& id : s.owner().subscribers(detail::topic_key<M>(where.name)))
      s.tell<M>(id, M{message});
  }
  /// This actor does not move to another node from now on; whoever wants it to is told why. An empty reason
  /// lets it move again.
  static void pinned(std::string reason) { detail::current_shard->pin(std::move(reason)); }
  static void log(log_level level, std::string_view text) {
    detail::current_shard->owner().log(level, text);
  }

private:
  template <class Type, class Reply, class M>
  static auto ask_for(actor_id to, M&& message, duration timeout) {
    if constexpr (!std::is_same_v<Type, std::remove_cvref_t<M>>) {
      return detail::open_request_to<Type, Reply>(to, message.take(), timeout);
    } else if constexpr (detail::destroyed_twice<M>) {
      return detail::request_not_to_await<Type, Reply>{
          detail::open_request_to<Type, Reply>(to, std::forward<M>(message), timeout)};
    } else {
      return detail::open_request_to<Type, Reply>(to, std::forward<M>(message), timeout);
    }
  }
};

/// The base of an actor of type `Derived`. Requires of `Derived`: `handles` and a public `on` for
/// each message in it. A handler returns nothing, the reply, `expected<reply>`, `promise<reply>` or
/// `task<reply>`. Optional: `void on_stop()` or `task<void> on_stop()`, called at an ordered stop;
/// `static constexpr bool reentrant`. One that is to move to other nodes can be made without arguments and has
/// `serialize` for its state, or no state; optional `void on_moved()`, called where it has arrived, before its
/// next message. What it spawns after a move starts on another shard: exceptions of constructors are then
/// failures of the child.
template <class Derived>
class actor : public actor_base {
protected:
  actor() = default;

  [[nodiscard]] static ref<Derived> self() noexcept { return ref<Derived>{detail::current_shard->self()}; }

  using actor_base::send_after;
  using actor_base::send_every;
  /// To this actor itself.
  template <class M>
  static timer_id send_after(duration delay, M&& message) {
    return actor_base::send_after(self(), delay, std::forward<M>(message));
  }
  template <class M>
  static timer_id send_every(duration period, M&& message) {
    return actor_base::send_every(self(), period, std::forward<M>(message));
  }

  /// This actor gets `down` when the other ends; at once if it has ended. Requires: it handles `down`.
  static void watch(any_ref who) {
    detail::check_handled<Derived, down>();
    detail::current_shard->watch(who.id());
  }
  static void unwatch(any_ref who) { detail::current_shard->unwatch(who.id()); }

  template <class M>
  static void subscribe(const topic<M>& where) {
    detail::check_handled<Derived, M>();
    detail::subscribe_self(detail::topic_key<M>(where.name));
  }
  template <class M>
  static void unsubscribe(const topic<M>& where) {
    auto& s = *detail::current_shard;
    s.owner().unsubscribe(detail::topic_key<M>(where.name), s.self());
  }
};

template <class A>
template <class M>
void ref<A>::tell(M&& message) const {
  using type = std::remove_cvref_t<M>;
  detail::check_handled<A, type>();
  detail::tell_from_anywhere(id_, std::forward<M>(message));
}

template <class... S>
template <class M>
void ref_to<S...>::tell(M&& message) const {
  using type = std::remove_cvref_t<M>;
  detail::check_narrow<type, S...>();
  detail::tell_from_anywhere(id_, std::forward<M>(message));
}

} // namespace actors
