// SPDX-License-Identifier: BSD-3-Clause
#include "restart_backoff.hpp"

#include <algorithm>

namespace actors::supervision::detail {

namespace {

/// Saturates: the product may be more than a duration holds, or more than a double holds.
duration times(duration d, double factor) noexcept {
  const double product = static_cast<double>(d.count()) * factor;
  // The largest duration is no double; the next larger power of two is.
  if (!(product < 0x1p63))
    return duration::max();
  return duration{static_cast<duration::rep>(product)};
}

/// Saturates. Requires: b >= 0.
duration sum(duration a, duration b) noexcept {
  return a > duration::max() - b ? duration::max() : a + b;
}

} // namespace

duration restart_backoff::next(const std::optional<backoff>& settings, duration now,
                               double chance) noexcept {
  if (!settings)
    return duration::zero();
  const backoff& s = *settings;
  const duration reset_after = s.reset_after > duration::zero() ? s.reset_after : s.maximum;
  const bool anew = last_ == duration::zero() || now >= sum(over_at_, reset_after);
  last_ = std::min(anew ? s.first : times(last_, s.factor), s.maximum);
  const duration pause = sum(last_, times(last_, s.jitter * chance));
  over_at_ = sum(now, pause);
  return pause;
}

} // namespace actors::supervision::detail
