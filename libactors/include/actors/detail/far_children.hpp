// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <unordered_map>
#include <vector>

#include <actors/detail/timer_wheel.hpp>
#include <actors/id.hpp>

namespace actors::detail {

/// The children that an actor has on other shards, in the order of their start. Everything is O(1) on
/// average: parents with a hundred thousand children are ordinary.
class far_children {
public:
  struct child {
    actor_id id;
    /// The last child on the parent's own shard when this one started; generation 0 for none.
    actor_id after;
    /// How long its ordered stop may take.
    nanoseconds_t shutdown;
  };

  /// Does nothing for a child that is known already.
  void add(const child& c) {
    if (!index_.try_emplace(c.id, list_.size()).second) return;
    list_.push_back(c);
  }
  bool remove(const actor_id& id) {
    auto at = index_.find(id);
    if (at == index_.end()) return false;
    list_[at->second].id = {};
    index_.erase(at);
    while (!list_.empty() && !list_.back().id) list_.pop_back();
    if (list_.size() > 64 && index_.size() < list_.size() / 2) compact();
    return true;
  }
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  /// The youngest. Requires: not empty.
  [[nodiscard]] const child& back() const noexcept { return list_.back(); }

private:
  void compact() {
    std::size_t to = 0;
    for (const child& c : list_)
      if (c.id) {
        index_[c.id] = to;
        list_[to++] = c;
      }
    list_.resize(to);
  }

  std::vector<child> list_; // the last one is alive; others may have ended: null ids
  std::unordered_map<actor_id, std::size_t> index_;
};

} // namespace actors::detail
