// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "../membership/membership.hpp"
#include "registrar.hpp"

namespace actors::protocol {

/// The members that are not removed, as membership has told, and the oldest of them.
class member_view {
public:
  struct peer {
    standing now{};
    std::uint32_t up_number = 0;
  };

  [[nodiscard]] const std::map<node_id, peer>& peers() const noexcept { return peers_; }
  [[nodiscard]] const peer* find(node_id id) const {
    const auto found = peers_.find(id);
    return found != peers_.end() ? &found->second : nullptr;
  }
  /// The registrar's term, as far as this node can tell.
  [[nodiscard]] directory_term oldest() const {
    return ages_.empty() ? directory_term{} : *ages_.begin();
  }

  void note(member_event what, const member& about) {
    if (what == member_event::removed) {
      if (const auto found = peers_.find(about.id); found != peers_.end()) {
        ages_.erase({found->second.up_number, about.id});
        peers_.erase(found);
      }
      return;
    }
    peer& p = peers_[about.id];
    note_state(p.now, what);
    if (what == member_event::up && p.up_number == 0) {
      p.up_number = about.up_number;
      ages_.insert({p.up_number, about.id});
    }
  }

private:
  static void note_state(standing& now, member_event what) noexcept {
    switch (what) {
    case member_event::up:
      now.state = member_state::up;
      return;
    case member_event::leaving:
      now.state = member_state::leaving;
      return;
    case member_event::down:
      now.state = member_state::down;
      return;
    case member_event::unreachable:
    case member_event::reachable:
      now.is_reachable = what == member_event::reachable;
      return;
    case member_event::joined:
    case member_event::removed:
      return;
    }
  }

  std::map<node_id, peer> peers_;
  std::set<directory_term> ages_;
};

} // namespace actors::protocol
