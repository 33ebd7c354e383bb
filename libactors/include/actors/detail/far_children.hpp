// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
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
    if (at == index_.end()) return std::erase_if(aside_, [&](const child& c) { return c.id == id; }) != 0;
    list_[at->second].id = {};
    index_.erase(at);
    while (!list_.empty() && !list_.back().id) list_.pop_back();
    if (list_.size() > 64 && index_.size() < list_.size() / 2) compact();
    return true;
  }
  /// Takes the youngest one out, until all come back in their old order.
  void set_aside(const actor_id& id) {
    auto at = index_.find(id);
    if (at == index_.end()) return;
    aside_.push_back(list_[at->second]);
    remove(id);
  }
  void bring_back() {
    for (; !aside_.empty(); aside_.pop_back()) add(aside_.back());
  }
  [[nodiscard]] std::optional<child> take(const actor_id& id) {
    auto at = index_.find(id);
    if (at == index_.end()) return std::nullopt;
    child c = list_[at->second];
    remove(id);
    return c;
  }
  [[nodiscard]] std::vector<actor_id> all() const {
    std::vector<actor_id> ids;
    for (const child& c : list_)
      if (c.id) ids.push_back(c.id);
    return ids;
  }
  /// Without those set aside.
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
  std::vector<child> aside_;
};

} // namespace actors::detail
