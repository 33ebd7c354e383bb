// SPDX-License-Identifier: BSD-3-Clause
//
// How many restarts a supervisor still allows: at most `intensity` within any `period`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include <actors/time.hpp>

namespace actors::supervision::detail {

/// Counts restarts over a sliding window. Times must not go back.
///
/// A restart one whole `period` ago still counts, as in OTP. Exact up to an intensity of 65,536;
/// above, restarts closer together than 1/65,536 of the period are remembered as one group at the
/// time of its youngest. They count up to that much too long, never too short, and memory stays
/// bounded.
class restart_budget {
public:
  static constexpr std::uint32_t exact_up_to = 65'536;

  restart_budget(std::uint32_t intensity, duration period) noexcept;

  [[nodiscard]] std::uint32_t left(duration now) const noexcept;
  /// For the tests of its bound.
  [[nodiscard]] std::size_t remembered() const noexcept { return groups_.size(); }

  /// Allows one more restart, or none: then it is not counted.
  [[nodiscard]] bool spend(duration now);

private:
  struct group {
    duration first;
    duration last;
    /// Restarts before this group, ever: the sum over a range of groups is one subtraction.
    std::uint64_t before;
  };

  [[nodiscard]] std::deque<group>::const_iterator first_within(duration now) const noexcept;

  // Constant after construction.
  std::uint32_t intensity_;
  duration period_;
  duration width_;
  // Oldest first.
  std::deque<group> groups_;
  std::uint64_t total_ = 0;
};

} // namespace actors::supervision::detail
