// SPDX-License-Identifier: BSD-3-Clause
#include "restart_budget.hpp"

#include <algorithm>

namespace actors::supervision::detail {

restart_budget::restart_budget(std::uint32_t intensity, duration period) noexcept
    : intensity_{intensity}, period_{period}, width_{intensity > exact_up_to ? period / exact_up_to
                                                                             : duration::zero()} {}

std::uint32_t restart_budget::left(duration now) const noexcept {
  const auto oldest = first_within(now);
  const std::uint64_t recent = oldest == groups_.end() ? 0 : total_ - oldest->before;
  return static_cast<std::uint32_t>(intensity_ - recent);
}

bool restart_budget::spend(duration now) {
  groups_.erase(groups_.cbegin(), first_within(now));
  if (left(now) == 0)
    return false;
  if (!groups_.empty() && now - groups_.back().first <= width_)
    groups_.back().last = now;
  else
    groups_.push_back({now, now, total_});
  ++total_;
  return true;
}

std::deque<restart_budget::group>::const_iterator
restart_budget::first_within(duration now) const noexcept {
  return std::partition_point(groups_.begin(), groups_.end(),
                              [&](const group& g) { return now - g.last > period_; });
}

} // namespace actors::supervision::detail
