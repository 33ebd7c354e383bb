// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>

namespace actors::detail {

/// Guards the few tables that threads share, each for some tens of instructions and never across a
/// call into user code. The engine starts no threads; its drivers do.
class spin_lock {
public:
  void lock() noexcept {
    while (locked_.exchange(true, std::memory_order_acquire))
      while (locked_.load(std::memory_order_relaxed)) __builtin_ia32_pause();
  }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

private:
  std::atomic<bool> locked_{false};
};

class spin_guard {
public:
  explicit spin_guard(spin_lock& lock) noexcept : lock_{lock} { lock_.lock(); }
  ~spin_guard() { lock_.unlock(); }
  spin_guard(const spin_guard&) = delete;
  spin_guard& operator=(const spin_guard&) = delete;

private:
  spin_lock& lock_;
};

} // namespace actors::detail
