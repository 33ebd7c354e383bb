// SPDX-License-Identifier: BSD-3-Clause
#include "dedicated_thread.hpp"

#include "platform.hpp"

namespace actors::runtime {

dedicated_thread::dedicated_thread(platform& owner, detail::shard& s)
    : owner_{owner}, shard_{s}, thread_{[this] { run(); }} {}

dedicated_thread::~dedicated_thread() {
  if (thread_.joinable()) thread_.join();
}

void dedicated_thread::wake() {
  {
    std::lock_guard guard{mutex_};
    woken_ = true;
  }
  ready_.notify_one();
}

void dedicated_thread::run() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    {
      std::lock_guard guard{mutex_};
      woken_ = false;
    }
    if (shard_.run(owner_.clock(), owner_.options().quantum)) continue;
    std::unique_lock guard{mutex_};
    auto due = shard_.next_deadline();
    auto wanted = [this] { return woken_ || shard_.has_mail() || stopping_.load(); };
    if (due == detail::timer_wheel::never)
      ready_.wait(guard, wanted);
    else
      ready_.wait_for(guard, std::chrono::nanoseconds{std::max<std::int64_t>(due - owner_.clock(), 0)}, wanted);
  }
  ended_.store(true, std::memory_order_release);
}

void dedicated_thread::request_stop() {
  stopping_.store(true);
  wake();
}

bool dedicated_thread::wait_until_ended(std::chrono::steady_clock::time_point deadline) {
  while (!ended_.load(std::memory_order_acquire)) {
    if (std::chrono::steady_clock::now() > deadline) {
      thread_.detach();
      return false;
    }
    std::this_thread::yield();
  }
  thread_.join();
  return true;
}

} // namespace actors::runtime
