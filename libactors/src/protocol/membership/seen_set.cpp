// SPDX-License-Identifier: BSD-3-Clause
#include "seen_set.hpp"

namespace actors::protocol {

bool seen_set::has(const member_table& table, node_id id) const noexcept {
  const auto at = table.index(id);
  return at && *at < bits_.size() && bits_[*at];
}

bool seen_set::has_voters(const member_table& table) const noexcept {
  if (count_ == table.size())
    return true;
  for (std::size_t i = 0; i < table.size(); ++i)
    if (is_voter(table.members()[i]) && !bits_[i])
      return false;
  return true;
}

bool seen_set::has_reachable(const member_table& table) const noexcept {
  if (count_ == table.size())
    return true;
  for (std::size_t i = 0; i < table.size(); ++i)
    if (const member& m = table.members()[i]; is_present(m) && is_reachable(m) && !bits_[i])
      return false;
  return true;
}

void seen_set::reset(const member_table& table, node_id self) {
  bits_.assign(table.size(), false);
  count_ = 0;
  add(table, self);
}

void seen_set::add(const member_table& table, node_id id) {
  const auto at = table.index(id);
  if (!at || bits_[*at])
    return;
  bits_[*at] = true;
  ++count_;
}

void seen_set::merge(const std::vector<bool>& bits) {
  if (bits.size() != bits_.size())
    return;
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i] && !bits_[i]) {
      bits_[i] = true;
      ++count_;
    }
}

} // namespace actors::protocol
