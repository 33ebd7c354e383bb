// SPDX-License-Identifier: BSD-3-Clause
#include "rumours.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace actors::protocol {

namespace {

std::optional<member> record_of(const member_table& table, node_id id) {
  if (table.is_removed(id))
    return tombstone(id);
  if (const member* known = table.find(id))
    return *known;
  return std::nullopt;
}

} // namespace

void rumours::add(node_id about, std::size_t size) {
  // SWIM's lambda is 3; a rumour reaches all with high probability after lambda log(n) rounds.
  left_[about] = 3 * static_cast<std::uint32_t>(std::bit_width(size + 1));
}

std::vector<member> rumours::take(const member_table& table, std::size_t count) {
  std::vector<member> result;
  if (left_.empty())
    return result;
  std::vector<std::pair<std::uint32_t, node_id>> order;
  for (const auto& [id, left] : left_)
    order.emplace_back(left, id);
  if (order.size() > count) {
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
                      order.end(), std::greater<>{});
    order.resize(count);
  }
  for (const auto& [left, id] : order) {
    if (left <= 1)
      left_.erase(id);
    else
      left_[id] = left - 1;
    if (auto record = record_of(table, id))
      result.push_back(std::move(*record));
  }
  return result;
}

} // namespace actors::protocol
