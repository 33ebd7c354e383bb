// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "../protocol/link/types.hpp"

namespace actors::cluster {

/// The message types of this process that can leave it, as links number them. Built once, when the
/// node starts; types that a library brings later stay in the process. Threading: any.
struct type_numbers {
  std::shared_ptr<const protocol::type_table> table;
  /// By index in this process; `protocol::no_number` for those that cannot leave.
  std::vector<std::uint16_t> by_index;

  [[nodiscard]] std::uint16_t of(std::uint32_t index) const noexcept {
    return index < by_index.size() ? by_index[index] : protocol::no_number;
  }
};

/// Of two types of one name (in unnamed namespaces of two files) neither can leave: the other side
/// could not tell them apart.
[[nodiscard]] std::shared_ptr<const type_numbers> number_types();

} // namespace actors::cluster
