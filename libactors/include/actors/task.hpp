// SPDX-License-Identifier: BSD-3-Clause
//
// Coroutine handlers. A handler that returns `task<T>` may `co_await` asks, pauses and other tasks.
// While it is suspended its actor keeps later messages waiting (one message at a time, as without
// coroutines) unless the actor says `static constexpr bool reentrant = true`; the shard goes on.
// A frame belongs to its actor: it ends with it, and an actor with a suspended frame does not move.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include <actors/detail/shard.hpp>
#include <actors/failure.hpp>

namespace actors {

namespace detail {

/// Memory for frames: a free list per thread.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size) noexcept;

/// The part of a coroutine's promise that does not depend on its result.
class task_frame {
public:
  std::coroutine_handle<> handle;
  std::coroutine_handle<> continuation;
  std::exception_ptr error;
  /// Of a root: what the actor owes for it.
  open_request request;
  actor_id sender;
  std::uint32_t message_type = 0;
  std::uint32_t owner_slot = 0;
  /// Of a root: answers, called once it is done. Null for an inner task.
  void (*finish)(task_frame&, shard&) = nullptr;
  task_frame* next = nullptr;
  task_frame* previous = nullptr;

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { free_frame(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct hand_back {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> done) noexcept {
      task_frame& frame = done.promise();
      if (frame.continuation) return frame.continuation;
      finished(frame);
      return std::noop_coroutine();
    }
    void await_resume() noexcept {}
    static void finished(task_frame& frame) noexcept;
  };
  hand_back final_suspend() noexcept { return {}; }
  void done_on(shard& here) noexcept;
  void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T>
class task_promise : public task_frame {
public:
  task<T> get_return_object() noexcept;
  template <class U>
    requires std::is_convertible_v<U&&, T>
  void return_value(U&& value) {
    result.emplace(std::forward<U>(value));
  }
  /// `co_return taken.error();` where the result is an `expected`.
  void return_value(failure error)
    requires std::is_convertible_v<tl::unexpected<failure>, T>
  {
    result.emplace(tl::unexpected<failure>{std::move(error)});
  }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*result);
  }
  std::optional<T> result;
};

template <>
class task_promise<void> : public task_frame {
public:
  task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() {
    if (error) std::rethrow_exception(error);
  }
};

} // namespace detail

/// The result of a coroutine, to be awaited by another coroutine or given back by a handler.
template <class T = void>
class [[nodiscard]] task {
public:
  using promise_type = detail::task_promise<T>;

  explicit task(std::coroutine_handle<promise_type> handle) noexcept : handle_{handle} {}
  task(task&& other) noexcept : handle_{std::exchange(other.handle_, {})} {}
  task& operator=(task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

  /// Gives up ownership: for the engine.
  [[nodiscard]] std::coroutine_handle<promise_type> release() noexcept {
    return std::exchange(handle_, {});
  }

private:
  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <class T>
task<T> task_promise<T>::get_return_object() noexcept {
  auto h = std::coroutine_handle<task_promise>::from_promise(*this);
  handle = h;
  return task<T>{h};
}
inline task<void> task_promise<void>::get_return_object() noexcept {
  auto h = std::coroutine_handle<task_promise>::from_promise(*this);
  handle = h;
  return task<void>{h};
}

template <class R>
void answer_with(shard& here, const open_request& request, R&& value);

/// Starts a handler's coroutine; answers for it when it is done, now or later.
template <class T>
void start_task(shard& here, task<T>&& work, const open_request& request) {
  auto& frame = work.release().promise();
  frame.request = request;
  frame.finish = [](task_frame& base, shard& s) {
    auto& self = static_cast<task_promise<T>&>(base);
    if constexpr (std::is_void_v<T>) {
      self.take();
      if (base.request.request != 0) s.answer(base.request, unit{});
    } else {
      answer_with(s, base.request, self.take());
    }
  };
  here.run_task(frame);
}

} // namespace detail
} // namespace actors
