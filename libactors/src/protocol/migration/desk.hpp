// SPDX-License-Identifier: BSD-3-Clause
//
// What the roles of one node share: its orders, its time, what it remembers of nodes and actors.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "options.hpp"
#include "orders.hpp"

namespace actors::protocol {

/// How often something from outside was not accepted, or meant nothing any more.
struct migration_refusals {
  std::uint64_t version = 0;
  std::uint64_t malformed = 0;
  std::uint64_t misaddressed = 0;
  /// From a node that is lost.
  std::uint64_t lost_nodes = 0;
  /// Of a move that is over at its source.
  std::uint64_t late = 0;
  /// About an actor or a move that is not open here; most often said twice.
  std::uint64_t unknown = 0;
  /// An epoch that is not newer than what was seen.
  std::uint64_t epochs = 0;
  std::uint64_t hashes = 0;
  /// A limit was met.
  std::uint64_t overloaded = 0;
};

/// When to say something again.
class resend_timer {
public:
  [[nodiscard]] duration at() const noexcept { return at_; }
  [[nodiscard]] bool is_due(duration now) const noexcept { return at_ <= now; }
  void start(duration now, const migration_options& o) noexcept {
    pause_ = o.resend_after;
    at_ = now + pause_;
  }
  void ensure(duration now, const migration_options& o) noexcept {
    if (at_ == duration::max())
      start(now, o);
  }
  void again(duration now, const migration_options& o) noexcept {
    pause_ = std::min(2 * pause_, o.resend_at_most);
    at_ = now + pause_;
  }
  void stop() noexcept { at_ = duration::max(); }

private:
  duration at_ = duration::max();
  duration pause_{};
};

/// Of two moves of an actor, the later one has the greater stamp.
struct move_stamp {
  std::uint64_t epoch = 0;
  /// Of the move that led there; 0: unknown. In one epoch all moves have the same source.
  std::uint64_t number = 0;

  friend bool operator==(const move_stamp&, const move_stamp&) = default;
  friend auto operator<=>(const move_stamp&, const move_stamp&) = default;
};

/// The latest stamps of actors that were seen here; the oldest entries give way.
class stamp_book {
public:
  explicit stamp_book(std::size_t most) noexcept : most_{most} {}

  /// Epoch 0: none.
  [[nodiscard]] move_stamp of(const actor_id& id) const {
    const auto found = stamps_.find(id);
    return found != stamps_.end() ? found->second : move_stamp{};
  }
  void note(const actor_id& id, move_stamp stamp) {
    const auto [at, is_new] = stamps_.try_emplace(id, stamp);
    if (!is_new) {
      at->second = std::max(at->second, stamp);
      return;
    }
    order_.push_back(id);
    if (order_.size() <= most_)
      return;
    stamps_.erase(order_.front());
    order_.pop_front();
  }

private:
  std::size_t most_;
  std::unordered_map<actor_id, move_stamp> stamps_;
  std::deque<actor_id> order_;
};

/// Shared by departure, arrival and kin of a node.
class migration_desk {
public:
  migration_desk(node_id self, const migration_options& o)
      : self{self}, options{o}, epochs{o.max_epochs} {}
  migration_desk(const migration_desk&) = delete;
  migration_desk& operator=(const migration_desk&) = delete;

  [[nodiscard]] bool is_lost(node_id id) const { return lost_.contains(id); }
  [[nodiscard]] bool has(migration_plant plant) const noexcept { return options.plant == plant; }

  void order(migration_order what) { orders.push_back(std::move(what)); }
  /// In as many messages as it takes.
  void send(migration_kind kind, node_id to, move_id move, node_id target,
            std::vector<migration_item> items, migration_kind about = migration_kind::done);
  void send(node_id to, migration_message text);
  void note_lost(node_id id);
  /// False: the move that the message is about is over at its source.
  [[nodiscard]] bool note_oldest(const migration_message& text);

  // Constant after construction.
  const node_id self;
  const migration_options options;

  duration now{};
  /// Of the moves of this node, the oldest that is open.
  std::uint64_t oldest = 1;
  std::vector<migration_order> orders;
  migration_refusals refused;
  /// Where actors went, as this node did it or heard of it.
  stamp_book epochs;

private:
  std::set<node_id> lost_;
  std::deque<node_id> lost_order_;
  /// Of nodes that have moved something, as they say.
  std::map<node_id, std::uint64_t> oldest_of_;
};

/// The parts of a move, for a message about some of its actors.
using items_by_move = std::map<std::pair<move_id, node_id>, std::vector<migration_item>>;

} // namespace actors::protocol
