// SPDX-License-Identifier: BSD-3-Clause
//
// Placement counts in whole numbers, so that sums do not depend on their order and every node of a
// cluster comes to the same answer.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <actors/placement.hpp>

namespace actors::placement::detail {

/// Units: billionths of the currency, per hour.
using cost = std::int64_t;

inline constexpr double largest_cores = 1e6;
inline constexpr std::uint64_t largest_memory = std::uint64_t{1} << 50;
inline constexpr std::uint32_t largest_gpus = 1'000'000;
/// Of a node. Units: currency per hour.
inline constexpr double largest_price = 1e4;

[[nodiscard]] inline cost to_cost(double currency) { return std::llround(currency * 1e9); }
[[nodiscard]] inline double to_currency(cost c) { return static_cast<double>(c) / 1e9; }
[[nodiscard]] inline std::int64_t to_millicores(double cores) { return std::llround(cores * 1e3); }

/// Millicores, bytes of memory, GPUs.
using amounts = std::array<std::int64_t, 3>;
inline constexpr std::size_t resources = 3;

[[nodiscard]] inline amounts amounts_of(double cores, std::uint64_t memory, std::uint32_t gpus) {
  return {to_millicores(cores), static_cast<std::int64_t>(memory), std::int64_t{gpus}};
}
[[nodiscard]] inline amounts amounts_of(const requirements& r) {
  return amounts_of(r.cores, r.memory, r.gpus);
}
[[nodiscard]] inline amounts amounts_of(const node_labels& l) {
  return amounts_of(l.cores, l.memory, l.gpus);
}

/// What is asked for is there. Asking for nothing succeeds even where more is used than there is.
[[nodiscard]] constexpr bool covers(const amounts& there, const amounts& asked) noexcept {
  for (std::size_t r = 0; r < resources; ++r)
    if (asked[r] > 0 && asked[r] > there[r])
      return false;
  return true;
}

} // namespace actors::placement::detail
