// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include <actors/time.hpp>

namespace actors::protocol {

/// The time by which a node judges others. It passes only while the node is at work: if a call
/// comes much later than it was due, the node was stalled or its clock jumped, and the time
/// in between is no evidence against anybody. It never goes back.
class local_clock {
public:
  explicit local_clock(duration stall) noexcept : stall_{stall} {}

  [[nodiscard]] duration now() const noexcept { return now_; }
  /// When the outer clock will show `inner`, if nothing happens.
  [[nodiscard]] duration outer(duration inner) const noexcept { return outer_ + (inner - now_); }
  /// Deadlines wait: what arrived during a stall is to be heard first.
  [[nodiscard]] bool is_settling() const noexcept { return now_ < settled_; }
  [[nodiscard]] duration settled() const noexcept { return settled_; }
  [[nodiscard]] std::uint64_t stalls() const noexcept { return stalls_; }

  /// Requires: `due` (inner) is when the next call was asked for at the latest.
  void advance(duration outer, duration due) noexcept {
    if (!has_begun_) {
      has_begun_ = true;
      outer_ = outer;
      return;
    }
    const duration passed = std::max(outer - outer_, duration::zero());
    const duration expected = std::max(due - now_, duration::zero());
    outer_ = outer;
    if (passed <= expected + stall_) {
      now_ += passed;
      return;
    }
    ++stalls_;
    now_ += expected;
    // Not again and again, or a node that is always late would never judge.
    if (now_ >= settled_ + 10 * stall_ || settled_ == duration::zero())
      settled_ = now_ + settling;
  }

private:
  static constexpr duration settling = std::chrono::milliseconds{20};

  duration stall_;
  duration outer_{};
  duration now_{};
  duration settled_{};
  std::uint64_t stalls_ = 0;
  bool has_begun_ = false;
};

} // namespace actors::protocol
