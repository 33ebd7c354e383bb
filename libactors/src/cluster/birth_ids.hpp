// SPDX-License-Identifier: BSD-3-Clause
//
// Ids of actors that are to be born on other nodes. A spawn gives its handle at once, so each node gives
// the others ids ahead of time, and more when half of them are used.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <actors/detail/id_requests.hpp>

namespace actors::cluster {

using detail::id_range;

/// To a hub: give me more. The answer is `ids_granted`.
struct ids_wanted {};
using detail::ids_granted;

class birth_ids {
public:
  /// `granted_at_once`: ids that a node gives to one other at a time, over its shards.
  explicit birth_ids(std::uint32_t granted_at_once) noexcept : granted_at_once_{granted_at_once} {}

  /// Threading: any.
  struct taken {
    actor_id id;
    /// It is time to ask for more.
    bool is_low = false;
  };
  [[nodiscard]] taken take(std::uint64_t node) {
    std::lock_guard guard{mutex_};
    auto at = stocks_.find(node);
    if (at == stocks_.end() || at->second.ranges.empty()) return {};
    stock& s = at->second;
    // In turn from each shard of the node.
    id_range& r = s.ranges.front();
    taken t{{r.place, r.first, r.generation}, false};
    ++r.first;
    id_range rest = r;
    s.ranges.pop_front();
    if (--rest.count != 0) s.ranges.push_back(rest);
    t.is_low = --s.left < granted_at_once_ / 2 && !s.asked;
    s.asked = s.asked || t.is_low;
    s.is_wanted = s.is_wanted || t.is_low;
    return t;
  }
  /// Once after `is_low`.
  [[nodiscard]] bool is_wanted(std::uint64_t node) {
    std::lock_guard guard{mutex_};
    auto at = stocks_.find(node);
    return at != stocks_.end() && std::exchange(at->second.is_wanted, false);
  }
  void add(std::uint64_t node, const id_range& range) {
    std::lock_guard guard{mutex_};
    if (range.count == 0) return;
    stock& s = stocks_[node];
    s.ranges.push_back(range);
    s.left += range.count;
    s.asked = false;
  }
  void forget(std::uint64_t node) {
    std::lock_guard guard{mutex_};
    stocks_.erase(node);
  }

private:
  struct stock {
    std::deque<id_range> ranges;
    std::uint64_t left = 0;
    bool asked = false;
    bool is_wanted = false;
  };
  const std::uint32_t granted_at_once_;
  std::mutex mutex_; // guards stocks_: once a birth on another node
  std::unordered_map<std::uint64_t, stock> stocks_;
};

} // namespace actors::cluster
