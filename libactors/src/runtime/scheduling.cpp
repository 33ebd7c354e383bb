// SPDX-License-Identifier: BSD-3-Clause
#include "scheduling.hpp"

#include <chrono>

namespace actors::runtime {

namespace {

/// Long enough for a message to another shard and back, short enough not to show as load.
constexpr auto look_on = std::chrono::microseconds{20};

} // namespace

void shared_queue::push(caf::resumable* job) {
  bool wake;
  {
    std::lock_guard guard{mutex_};
    jobs_.push_back(job);
    size_.store(jobs_.size(), std::memory_order_relaxed);
    wake = sleepers_ != 0;
  }
  if (wake) ready_.notify_one();
}

caf::resumable* shared_queue::try_pop() {
  std::lock_guard guard{mutex_};
  if (jobs_.empty()) return nullptr;
  caf::resumable* job = jobs_.front();
  jobs_.pop_front();
  size_.store(jobs_.size(), std::memory_order_relaxed);
  return job;
}

caf::resumable* shared_queue::pop() {
  static const std::atomic<bool> never{false};
  return pop_until(never);
}

caf::resumable* shared_queue::pop_until(const std::atomic<bool>& stop) {
  auto give_up = std::chrono::steady_clock::now() + look_on;
  do {
    if (!empty())
      if (caf::resumable* job = try_pop()) return job;
    for (int i = 0; i < 32; ++i) __builtin_ia32_pause();
  } while (std::chrono::steady_clock::now() < give_up);
  std::unique_lock guard{mutex_};
  ++sleepers_;
  ready_.wait(guard, [&] { return !jobs_.empty() || stop.load(std::memory_order_relaxed); });
  --sleepers_;
  if (jobs_.empty()) return nullptr;
  caf::resumable* job = jobs_.front();
  jobs_.pop_front();
  size_.store(jobs_.size(), std::memory_order_relaxed);
  return job;
}

void shared_queue::wake_all() {
  // The lock keeps the notification from falling between a look and a sleep.
  { std::lock_guard guard{mutex_}; }
  ready_.notify_all();
}

} // namespace actors::runtime
