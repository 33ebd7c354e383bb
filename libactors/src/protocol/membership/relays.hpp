// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <actors/time.hpp>

#include "member.hpp"

namespace actors::protocol {

/// Pings on behalf of others.
class relays {
public:
  struct entry {
    node_id asker;
    std::uint64_t their_sequence;
    node_id target;
    duration until;
  };
  /// More at a time are not taken on.
  static constexpr std::size_t capacity = 1024;

  /// False when there are too many.
  bool add(std::uint64_t own_sequence, entry what) {
    return open_.size() < capacity && open_.emplace(own_sequence, what).second;
  }
  [[nodiscard]] std::optional<entry> answered(std::uint64_t own_sequence, node_id by) {
    const auto found = open_.find(own_sequence);
    if (found == open_.end() || found->second.target != by)
      return std::nullopt;
    return open_.extract(found).mapped();
  }
  /// All that wait for `target`, which cannot be reached.
  [[nodiscard]] std::vector<entry> take(node_id target) {
    std::vector<entry> result;
    for (auto at = open_.begin(); at != open_.end();)
      if (at->second.target == target) {
        result.push_back(at->second);
        at = open_.erase(at);
      } else
        ++at;
    return result;
  }
  /// Sequences grow with time, so the oldest are in front.
  void expire(duration now) {
    while (!open_.empty() && open_.begin()->second.until <= now)
      open_.erase(open_.begin());
  }

private:
  std::map<std::uint64_t, entry> open_;
};

} // namespace actors::protocol
