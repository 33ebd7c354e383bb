// SPDX-License-Identifier: BSD-3-Clause
//
// What other nodes must be told about actors, until each has acknowledged it or is lost. For a node
// and an actor only the last word counts; it replaces what was said before.
//
//   put -> sent -> (sent again: by time, when the link opens) -> noted | lost | replaced
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "desk.hpp"

namespace actors::protocol {

struct migration_notice {
  migration_kind kind = migration_kind::intent;
  move_id move{};
  node_id target = node_id::none;
  migration_item what{};
};

class migration_notices {
public:
  explicit migration_notices(migration_desk& desk) noexcept : desk_{&desk} {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool is_full() const noexcept { return size_ >= desk_->options.max_notices; }
  [[nodiscard]] duration wake_at() const noexcept;
  /// The nodes that have something to hear about the actor.
  [[nodiscard]] std::vector<node_id> owed(const actor_id& id) const;
  [[nodiscard]] const migration_notice* find(node_id to, const actor_id& id) const;

  void put(node_id to, migration_notice what);
  /// True if that is what the node was told about the actor, and is not to be told any more.
  bool noted(const migration_message& text, const migration_item& item);
  /// What it was to be told.
  std::vector<migration_notice> node_lost(node_id id);
  void link_opened(node_id id);
  void tick();
  /// Sends what is new.
  void flush();

private:
  struct box {
    std::map<actor_id, migration_notice> open;
    std::vector<actor_id> fresh;
    resend_timer again;
  };

  void send_all(node_id to, const box& from);

  migration_desk* desk_;
  std::map<node_id, box> boxes_;
  std::size_t size_ = 0;
};

} // namespace actors::protocol
