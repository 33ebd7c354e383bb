// SPDX-License-Identifier: BSD-3-Clause
//
// Waiting for what happens on other threads, always with a deadline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace waiting {

inline constexpr std::chrono::seconds deadline{20};

/// Happens once; any thread may wait for it.
class event {
public:
  void set() {
    {
      std::lock_guard guard{mutex_};
      set_ = true;
    }
    changed_.notify_all();
  }
  /// False when it has not happened by the deadline.
  bool wait(std::chrono::nanoseconds limit = deadline) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, limit, [this] { return set_; });
  }

private:
  std::mutex mutex_; // guards set_, with changed_
  std::condition_variable changed_;
  bool set_ = false;
};

/// Looks until `condition()` holds, for what has no event to wait for (counters); false at the deadline.
template <class F>
bool eventually(F&& condition, std::chrono::nanoseconds limit = deadline) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

} // namespace waiting
