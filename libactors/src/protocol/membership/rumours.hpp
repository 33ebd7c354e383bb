// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "member_table.hpp"

namespace actors::protocol {

/// Members about whom there is news to pass on, and how often yet. What is said is looked up in
/// the table when it is said, so it is never stale. Source: SWIM, section 4.1.
class rumours {
public:
  [[nodiscard]] bool empty() const noexcept { return left_.empty(); }

  /// Pass on what the table says of `about`, as often as `size` members need.
  void add(node_id about, std::size_t size);
  /// Up to `count` of those that were told least often; each is told once more.
  [[nodiscard]] std::vector<member> take(const member_table& table, std::size_t count);

private:
  std::map<node_id, std::uint32_t> left_;
};

} // namespace actors::protocol
