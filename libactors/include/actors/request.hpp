// SPDX-License-Identifier: BSD-3-Clause
//
// An ask made inside a handler, whose outcome goes to a callback, a coroutine or a message.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include <actors/detail/shard.hpp>
#include <actors/message.hpp>
#include <actors/task.hpp>

namespace actors {

/// The open end of an ask: `M` was asked, `R` is the reply. Choose one continuation in the same
/// statement; an ask that is dropped without one is an error the compiler warns about.
/// Exactly one outcome comes: the reply or a failure, never both, never later than the timeout.
/// Threading: only inside the handler that asked.
template <class M, class R>
class [[nodiscard]] request {
public:
  request(detail::shard& here, detail::pending_ask& ask) noexcept : here_{&here}, ask_{&ask} {}
  request(request&& other) noexcept : here_{other.here_}, ask_{std::exchange(other.ask_, nullptr)} {}
  request& operator=(request&&) = delete;
  ~request() {
    if (ask_ != nullptr) here_->close_ask(*ask_);
  }

  /// Calls `f(expected<R>)` in the context of the asking actor.
  template <class F>
  void then(F&& f) && {
    if constexpr (std::is_invocable_v<std::decay_t<F>&, expected<R>>)
      set_continuation(std::forward<F>(f));
    else
      (void)typename misuse::callback<expected<R>>::template cannot_be_called<F>{};
  }

  /// Sends the outcome to the asking actor as the message `outcome<M, R>`. Returns its number.
  std::uint64_t as_message() && {
    std::uint64_t ticket = detail::slab<detail::pending_ask>::ticket(*ask_);
    set_continuation([ticket](expected<R> result) {
      auto& here = *detail::current_shard;
      here.send<outcome<M, R>>({detail::message_index<outcome<M, R>>, detail::flag::vital, here.self(), here.self(), 0},
                               outcome<M, R>{std::move(result), ticket});
    });
    return ticket;
  }

  class awaiter;
  awaiter operator co_await() && { return awaiter{*here_, std::exchange(ask_, nullptr)}; }

private:
  template <class F>
  void set_continuation(F&& f) {
    using function = std::decay_t<F>;
    constexpr bool fits = sizeof(function) <= sizeof(ask_->storage) && alignof(function) <= 16 &&
                          std::is_nothrow_move_constructible_v<function>;
    detail::pending_ask& ask = *std::exchange(ask_, nullptr);
    if constexpr (fits) {
      new (ask.storage) function{std::forward<F>(f)};
      ask.complete = [](detail::pending_ask& a, detail::shard& here, detail::answer_view answer) {
        auto& stored = *std::launder(reinterpret_cast<function*>(a.storage));
        function go{std::move(stored)};
        stored.~function();
        a.drop = nullptr;
        here.close_ask(a);
        go(detail::take_answer<R>(answer));
      };
      ask.drop = [](detail::pending_ask& a) noexcept {
        std::launder(reinterpret_cast<function*>(a.storage))->~function();
      };
    } else {
      auto* boxed = new function{std::forward<F>(f)};
      request again{*here_, ask};
      again.set_continuation([owner = std::unique_ptr<function>{boxed}](expected<R> r) mutable {
        (*owner)(std::move(r));
      });
    }
  }

  detail::shard* here_;
  detail::pending_ask* ask_;
};

/// A message built by `make`; `ask` takes it as the message itself.
template <class M>
class made {
public:
  explicit made(M&& message) : message_{std::move(message)} {}
  [[nodiscard]] M take() { return std::move(message_); }

private:
  M message_;
};

/// Builds a message for an ask that is awaited at once: `co_await ask(to, make<parse>(text))`.
template <class M, class... Args>
[[nodiscard]] made<M> make(Args&&... args) {
  return made<M>{M{std::forward<Args>(args)...}};
}

namespace detail {

/// GCC (12 at least) destroys an aggregate twice that is built inside a co_await expression, so
/// an ask of one may not be awaited there. The other continuations are safe.
#if defined(__GNUC__) && !defined(__clang__)
template <class M>
inline constexpr bool destroyed_twice = !std::is_lvalue_reference_v<M> && std::is_aggregate_v<std::remove_cvref_t<M>> &&
                                        !std::is_trivially_destructible_v<std::remove_cvref_t<M>>;
#else
template <class M>
inline constexpr bool destroyed_twice = false;
#endif

/// What `ask` gives for such a message.
template <class M, class R>
class [[nodiscard]] request_not_to_await : public request<M, R> {
public:
  explicit request_not_to_await(request<M, R>&& other) noexcept : request<M, R>{std::move(other)} {}
  typename request<M, R>::awaiter operator co_await() && {
    (void)typename misuse::message<M>::is_an_aggregate_built_inside_co_await{};
    return static_cast<request<M, R>&&>(*this).operator co_await();
  }
};

template <class T>
struct message_in {
  using type = T;
};
template <class M>
struct message_in<made<M>> {
  using type = M;
};

} // namespace detail

/// Suspends a coroutine until the outcome is there.
template <class M, class R>
class request<M, R>::awaiter {
public:
  awaiter(detail::shard& here, detail::pending_ask* ask) noexcept : here_{here}, ask_{ask} {}
  awaiter(const awaiter&) = delete;
  awaiter& operator=(const awaiter&) = delete;
  ~awaiter() {
    if (ask_ != nullptr) here_.close_ask(*ask_);
  }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    waiting_ = waiting;
    sender_ = here_.sender();
    new (ask_->storage) awaiter*{this};
    ask_->complete = [](detail::pending_ask& a, detail::shard& here, detail::answer_view answer) {
      awaiter* self = *std::launder(reinterpret_cast<awaiter**>(a.storage));
      self->result_.emplace(detail::take_answer<R>(answer));
      self->ask_ = nullptr;
      here.close_ask(a);
      here.work_for(self->sender_);
      self->waiting_.resume();
      here.task_resumed();
    };
  }
  expected<R> await_resume() { return std::move(*result_); }

private:
  detail::shard& here_;
  detail::pending_ask* ask_;
  std::coroutine_handle<> waiting_;
  actor_id sender_;
  std::optional<expected<R>> result_;
};

namespace detail {

/// Pauses a coroutine; made by `sleep`.
class pause_awaiter {
public:
  explicit pause_awaiter(nanoseconds_t time) noexcept : time_{time} {}
  pause_awaiter(const pause_awaiter&) = delete;
  pause_awaiter& operator=(const pause_awaiter&) = delete;
  ~pause_awaiter();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  void await_resume() noexcept {}

private:
  nanoseconds_t time_;
  pending_ask* ask_ = nullptr;
  shard* here_ = nullptr;
  std::coroutine_handle<> waiting_;
  actor_id sender_;
};

} // namespace detail
} // namespace actors
