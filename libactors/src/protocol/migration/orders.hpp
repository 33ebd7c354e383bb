// SPDX-License-Identifier: BSD-3-Clause
//
// What migration asks its driver to do, in this order.
#pragma once

#include <variant>
#include <vector>

#include "message.hpp"

namespace actors::protocol {

/// An actor and where it is at the node that has it, or is to have it.
struct placed_actor {
  actor_id id{};
  actor_id address{};
  std::uint64_t epoch = 0;

  friend bool operator==(const placed_actor&, const placed_actor&) = default;
};

/// What became of one actor of a move.
enum class move_outcome : std::uint8_t {
  /// It lives at the target.
  moved,
  /// It goes on where it was; `why` says what was in the way.
  stayed,
  /// It ended before it was handed over.
  ended,
  /// It was lost with the target, after it had been handed over.
  lost,
};

struct moved_actor {
  actor_id id{};
  move_outcome outcome = move_outcome::stayed;
  /// At the target, if it moved.
  actor_id address{};
  failure why{};
};

/// Send to the node, on its link; if there is none, drop it or connect. Links keep the order. If
/// the node is known to be lost, call `node_lost`.
struct send_migration {
  node_id to;
  migration_message what;
};

// At the source.

/// Stop these at a message boundary, then call `frozen`. `ended` for those that end meanwhile.
struct freeze_actors {
  move_id move;
  std::vector<actor_id> ids;
};
/// They stay: let them run, also those that are not frozen yet; then `frozen` need not be called.
struct thaw_actors {
  move_id move;
  std::vector<actor_id> ids;
  failure why;
};
/// The point of no return: from here on the copies here only forward, to the target.
struct hand_over_actors {
  move_id move;
  node_id target;
  std::vector<placed_actor> actors;
};
/// They live at the target: the copies may go.
struct release_actors {
  move_id move;
  std::vector<actor_id> ids;
};
/// They were handed over and have died with the target.
struct lost_with_target {
  move_id move;
  node_id target;
  std::vector<actor_id> ids;
};
/// All is over. Exactly once for each `move`.
struct report_move {
  move_id move;
  node_id target;
  std::vector<moved_actor> results;
};

// At the target.

/// Make copies that do not run, then call `installed`. The hash has been looked at.
struct install_actors {
  move_id move;
  std::vector<parcel> parcels;
};
/// They are this node's: let them run.
struct start_actors {
  move_id move;
  std::vector<placed_actor> actors;
};
/// They will not run; also when `installed` has not been called yet. Then it need not be.
struct discard_actors {
  move_id move;
  std::vector<actor_id> ids;
};

// At nodes that know the actor.

/// It lives there, from this epoch on.
struct actor_moved {
  node_id where;
  placed_actor actor;
};
/// It was lost while it moved.
struct actor_gone {
  actor_id id;
  std::uint64_t epoch;
};

using migration_order = std::variant<send_migration, freeze_actors, thaw_actors, hand_over_actors,
                                     release_actors, lost_with_target, report_move, install_actors,
                                     start_actors, discard_actors, actor_moved, actor_gone>;

} // namespace actors::protocol
