// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <actors/detail/timer_wheel.hpp>
#include <actors/id.hpp>

namespace actors::detail {

/// The children that an actor has on other shards, in the order of their start. Everything is O(1) on
/// average: parents with a hundred thousand children are ordinary.
///
/// Where they stand among the children on the parent's own shard: those that started after the same one of
/// these make up a run. When it ends, its run joins that of the one before it.
class far_children {
public:
  struct child {
    actor_id id;
    /// How long its ordered stop may take.
    nanoseconds_t shutdown;
    std::uint32_t run = 0;
  };

  /// `after`: the last child on the parent's own shard now; none: generation 0. Does nothing for a child
  /// that is known already.
  void add(const actor_id& id, const actor_id& after, nanoseconds_t shutdown) {
    if (index_.contains(id)) return;
    if (runs_.size() > 64 && runs_.size() / 2 > list_.size() + aside_.size()) compact_runs();
    auto [run, fresh] = run_after_.try_emplace(after, static_cast<std::uint32_t>(runs_.size()));
    if (fresh) runs_.push_back({after, run->second});
    add({id, shutdown, run->second});
  }
  /// The child on the parent's own shard that stands before this one; generation 0 for none.
  [[nodiscard]] actor_id after(const child& c) { return runs_[root_of(c.run)].after; }
  /// `near`, on the parent's own shard, leaves the line; `before` stood before it.
  void close_gap(const actor_id& near, const actor_id& before) {
    const auto run = run_after_.find(near);
    if (run == run_after_.end()) return;
    const std::uint32_t joins = run->second;
    run_after_.erase(run);
    auto [other, fresh] = run_after_.try_emplace(before, joins);
    if (fresh)
      runs_[joins].after = before;
    else
      runs_[joins].joined = other->second;
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
    for (; !aside_.empty(); aside_.pop_back())
      if (!index_.contains(aside_.back().id)) add(aside_.back());
  }
  [[nodiscard]] std::optional<child> take(const actor_id& id) {
    auto at = index_.find(id);
    if (at == index_.end()) return std::nullopt;
    child c = list_[at->second];
    remove(id);
    return c;
  }
  /// As they started, without those set aside.
  [[nodiscard]] std::vector<child> in_order() const {
    std::vector<child> all;
    std::copy_if(list_.begin(), list_.end(), std::back_inserter(all), [](const child& c) { return bool{c.id}; });
    return all;
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
  struct run {
    actor_id after;
    /// Itself, or the run that it is part of by now.
    std::uint32_t joined;
  };

  void add(const child& c) {
    index_.emplace(c.id, list_.size());
    list_.push_back(c);
  }
  std::uint32_t root_of(std::uint32_t r) {
    while (runs_[r].joined != r) r = runs_[r].joined = runs_[runs_[r].joined].joined;
    return r;
  }
  void compact() {
    std::size_t to = 0;
    for (const child& c : list_)
      if (c.id) {
        index_[c.id] = to;
        list_[to++] = c;
      }
    list_.resize(to);
    compact_runs();
  }
  /// Runs without children go.
  void compact_runs() {
    std::vector<run> kept;
    std::unordered_map<actor_id, std::uint32_t> run_after;
    const auto keep = [&](child& c) {
      const actor_id behind = after(c);
      auto [at, fresh] = run_after.try_emplace(behind, static_cast<std::uint32_t>(kept.size()));
      if (fresh) kept.push_back({behind, at->second});
      c.run = at->second;
    };
    // Reads the old runs until all have been seen to.
    std::for_each(list_.begin(), list_.end(), keep);
    std::for_each(aside_.begin(), aside_.end(), keep);
    runs_ = std::move(kept);
    run_after_ = std::move(run_after);
  }

  std::vector<child> list_; // the last one is alive; others may have ended: null ids
  std::unordered_map<actor_id, std::size_t> index_;
  std::vector<child> aside_;
  std::vector<run> runs_;
  /// Of children on the parent's own shard that live.
  std::unordered_map<actor_id, std::uint32_t> run_after_;
};

} // namespace actors::detail
