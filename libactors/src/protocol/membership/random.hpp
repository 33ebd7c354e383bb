// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace actors::protocol {

/// Chance, from a seed that the caller gives.
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
class random_bits {
public:
  explicit random_bits(std::uint64_t seed) noexcept : state_{seed} {}

  std::uint64_t next() noexcept {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
  }
  /// Uniform in [0, bound). Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }

  /// The first `count` elements become a random choice of all, in random order.
  template <class T>
  void choose(std::vector<T>& all, std::size_t count) noexcept {
    for (std::size_t i = 0; i < count && i + 1 < all.size(); ++i)
      std::swap(all[i], all[i + below(all.size() - i)]);
    if (all.size() > count)
      all.resize(count);
  }

private:
  std::uint64_t state_;
};

} // namespace actors::protocol
