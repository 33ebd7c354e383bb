// SPDX-License-Identifier: BSD-3-Clause
#include "member_table.hpp"

#include <algorithm>

#include "random.hpp"

namespace actors::protocol {

namespace {

std::uint64_t hash_of(const member& m) noexcept {
  const auto id = static_cast<std::uint64_t>(m.id) << 8 | static_cast<std::uint64_t>(m.state);
  return random_bits{id * 0x9e3779b97f4a7c15 + m.up_number}.next();
}

} // namespace

std::vector<member>::iterator member_table::place(node_id id) noexcept {
  return members_.begin() + (std::lower_bound(ids_.begin(), ids_.end(), id) - ids_.begin());
}

std::optional<std::size_t> member_table::index(node_id id) const noexcept {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (at == ids_.end() || *at != id)
    return std::nullopt;
  return static_cast<std::size_t>(at - ids_.begin());
}

const member* member_table::find(node_id id) const noexcept {
  const auto at = index(id);
  return at ? &members_[*at] : nullptr;
}

const member* member_table::at_address(std::string_view address) const noexcept {
  for (const member& m : members_)
    if (is_present(m) && m.address == address)
      return &m;
  return nullptr;
}

std::vector<member> member_table::tombstones(std::size_t count) const {
  std::vector<member> result;
  for (auto at = removed_in_order_.rbegin(); at != removed_in_order_.rend(); ++at)
    if (result.size() < count)
      result.push_back(tombstone(*at));
  return result;
}

std::size_t member_table::voters() const noexcept {
  return static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(), is_voter));
}

std::size_t member_table::reachable_voters() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(),
                    [](const member& m) { return is_voter(m) && is_reachable(m); }));
}

std::uint32_t member_table::next_up_number() const noexcept {
  std::uint32_t last = 0;
  for (const member& m : members_)
    last = std::max(last, m.up_number);
  return last + 1;
}

const member* member_table::leader() const noexcept {
  const member* best = nullptr;
  for (const member& m : members_)
    if (m.state == member_state::up && is_reachable(m) &&
        (best == nullptr || m.address < best->address))
      best = &m;
  return best;
}

/// Adds a record to the sums, or takes it out again: `step` is 1 or -1.
void member_table::account(const member& m, std::size_t step) noexcept {
  digest_ ^= hash_of(m);
  if (is_present(m) && m.live != liveness::alive)
    ailing_ += step;
  if (m.state == member_state::joining)
    joining_ += step;
}

member_table::outcome member_table::bury(node_id id) {
  const bool is_new = removed_.insert(id).second;
  if (is_new)
    removed_in_order_.push_back(id);
  if (removed_in_order_.size() > max_tombstones) {
    removed_.erase(removed_in_order_.front());
    removed_in_order_.pop_front();
  }
  return is_new ? outcome::changed : outcome::unchanged;
}

member_table::outcome member_table::merge(const member& news) {
  if (is_removed(news.id))
    return outcome::unchanged;
  const auto at = place(news.id);
  const bool is_known = at != members_.end() && at->id == news.id;
  if (news.state == member_state::removed) {
    if (is_known) {
      account(*at, std::size_t(-1));
      ids_.erase(ids_.begin() + (at - members_.begin()));
      members_.erase(at);
    }
    return bury(news.id);
  }
  if (!is_known) {
    if (members_.size() >= max_members)
      return outcome::full;
    ids_.insert(ids_.begin() + (at - members_.begin()), news.id);
    account(*members_.insert(at, news), 1);
    return outcome::changed;
  }
  member merged = *at;
  protocol::merge(merged, news);
  if (merged == *at)
    return outcome::unchanged;
  account(*at, std::size_t(-1));
  account(*at = std::move(merged), 1);
  return outcome::changed;
}

} // namespace actors::protocol
