// SPDX-License-Identifier: BSD-3-Clause
//
// A few directories and the messages between them, by hand: everything arrives at once and in order
// unless a test takes it away.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "protocol/directory/directory.hpp"

namespace actors::protocol::test {

using namespace std::chrono_literals;

inline member up_member(std::uint64_t id) {
  member m;
  m.id = node_id{id};
  m.name = m.address = "n" + std::to_string(id);
  m.state = member_state::up;
  m.up_number = static_cast<std::uint32_t>(id);
  return m;
}

inline actor_id actor_of(std::uint64_t node, std::uint32_t slot) { return {node << 16, slot, 1}; }

class directory_stage {
public:
  /// Nodes 1 to `count`, all up, in this order of age; 1 is the registrar.
  explicit directory_stage(std::uint64_t count, directory_options options = {})
      : options_{options} {
    for (std::uint64_t id = 1; id <= count; ++id)
      add(id);
    for (std::uint64_t id = 1; id <= count; ++id)
      for (std::uint64_t other = 1; other <= count; ++other)
        meet(id, other);
    settle();
  }

  directory& operator[](std::uint64_t id) { return *nodes_.at(node_id{id}); }
  [[nodiscard]] duration now() const noexcept { return now_; }

  void add(std::uint64_t id) {
    nodes_.emplace(node_id{id}, std::make_unique<directory>(node_id{id}, options_));
  }
  /// `id` hears that `other` is up.
  void meet(std::uint64_t id, std::uint64_t other) {
    see(id, other, member_event::joined);
    see(id, other, member_event::up);
  }
  void see(std::uint64_t id, std::uint64_t other, member_event what) {
    (*this)[id].observe(now_, what, up_member(other));
  }
  /// The process is gone; nobody knows yet.
  void crash(std::uint64_t id) { nodes_.erase(node_id{id}); }
  /// All others hear that `id` is down, and is removed.
  void remove(std::uint64_t id) {
    for (auto& [self, node] : nodes_)
      for (const member_event what : {member_event::down, member_event::removed})
        if (self != node_id{id})
          see(static_cast<std::uint64_t>(self), id, what);
  }

  /// Passes messages on until there are none.
  void settle() {
    for (bool is_quiet = false; !is_quiet;) {
      is_quiet = true;
      for (auto& [self, node] : nodes_)
        is_quiet &= !collect(self, *node);
      while (!wires_.empty()) {
        is_quiet = false;
        auto batch = std::exchange(wires_, {});
        for (send_directory& out : batch)
          if (const auto found = nodes_.find(out.to); found != nodes_.end())
            found->second->receive(now_, std::move(out.what));
      }
    }
  }
  /// Lets time pass.
  void run(duration time) {
    for (const duration end = now_ + time; now_ < end;) {
      now_ += 5ms;
      for (auto& [self, node] : nodes_)
        if (node->wake_at() <= now_)
          node->tick(now_);
      settle();
    }
  }

  /// What the node was told since the last call.
  template <class Order>
  std::vector<Order> take(std::uint64_t id) {
    std::vector<Order> result;
    std::vector<directory_order> rest;
    for (directory_order& o : told_[node_id{id}])
      if (auto* found = std::get_if<Order>(&o))
        result.push_back(std::move(*found));
      else
        rest.push_back(std::move(o));
    told_[node_id{id}] = std::move(rest);
    return result;
  }

  /// False: the message is lost.
  std::function<bool(const directory_message&)> passes = [](const directory_message&) {
    return true;
  };

private:
  bool collect(node_id self, directory& node) {
    bool has_sent = false;
    for (directory_order& o : node.take_orders()) {
      auto* out = std::get_if<send_directory>(&o);
      if (out == nullptr)
        told_[self].push_back(std::move(o));
      else if (passes(out->what)) {
        wires_.push_back(std::move(*out));
        has_sent = true;
      }
    }
    return has_sent;
  }

  directory_options options_;
  duration now_ = 1s;
  std::map<node_id, std::unique_ptr<directory>> nodes_;
  std::map<node_id, std::vector<directory_order>> told_;
  std::vector<send_directory> wires_;
};

} // namespace actors::protocol::test
