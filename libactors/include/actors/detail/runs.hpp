// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

#include <actors/detail/layout.hpp>

namespace actors::detail {

/// Runs of neighbours of fixed size in a list of values: one check of the memory's end does for
/// each.
template <class... Ts>
struct runs {
  static constexpr std::size_t count = sizeof...(Ts);
  static constexpr layout layouts[count + 1] = {layout_of<Ts>..., layout{false, false, 0}};

  static constexpr bool starts_at(std::size_t i) {
    return layouts[i].fixed && (i == 0 || !layouts[i - 1].fixed);
  }
  static constexpr std::size_t bytes_from(std::size_t i) {
    std::size_t sum = 0;
    for (; i < count && layouts[i].fixed; ++i)
      sum += layouts[i].bytes;
    return sum;
  }
};

} // namespace actors::detail
