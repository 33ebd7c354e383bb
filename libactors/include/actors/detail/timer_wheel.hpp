// SPDX-License-Identifier: BSD-3-Clause
//
// A hierarchical timer wheel: 8 levels of 64 slots, one tick is 2^17 ns (131 us), so it reaches
// 2^65 ns. Setting and cancelling are O(1); a bitmap per level makes skipping empty time O(1).
// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987.
#pragma once

#include <cstdint>

namespace actors::detail {

/// Nanoseconds since the driver's epoch.
using nanoseconds_t = std::int64_t;

/// `now + delay`, at most a time that no clock reaches; a negative delay counts as none.
[[nodiscard]] constexpr nanoseconds_t time_after(nanoseconds_t now, nanoseconds_t delay) noexcept {
  constexpr nanoseconds_t last = INT64_MAX / 2;
  if (delay <= 0) return now;
  return now >= last || delay >= last - now ? last : now + delay;
}

/// Embedded in whatever waits for a time.
struct timer_node {
  timer_node* next = nullptr;
  timer_node* previous = nullptr;
  nanoseconds_t deadline = 0;
  /// Called by `timer_wheel::advance` after the node has been unlinked.
  void (*fire)(timer_node*, void* owner) = nullptr;
  std::uint8_t level = 0;
  std::uint8_t slot = 0;

  [[nodiscard]] bool is_set() const noexcept { return next != nullptr; }
};

class timer_wheel {
public:
  static constexpr int tick_bits = 17;
  static constexpr nanoseconds_t never = INT64_MAX;

  timer_wheel() noexcept;
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// Arms `node` for `deadline`; a deadline in the past fires at the next `advance`.
  void set(timer_node& node, nanoseconds_t deadline) noexcept;
  void cancel(timer_node& node) noexcept;
  /// Moves time forward and fires what is due, in order of ticks; never early.
  void advance(nanoseconds_t now, void* owner);
  /// A time at or before which nothing fires; `never` when no timer is set.
  [[nodiscard]] nanoseconds_t next() const noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
  static constexpr int levels = 8;
  static constexpr int slots = 64;

  void link(timer_node& node, std::uint64_t tick) noexcept;
  void fire_slot(int slot, void* owner);
  void cascade(int level, int slot) noexcept;

  timer_node heads_[levels][slots];
  std::uint64_t busy_[levels] = {};
  std::uint64_t now_tick_ = 0;
  std::uint64_t size_ = 0;
};

} // namespace actors::detail
