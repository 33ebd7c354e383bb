// SPDX-License-Identifier: BSD-3-Clause
//
// The mechanism under supervisors. A parent that handles `child_halted` and `child_started` may have
// children whose slots it keeps (`birth::kept`):
//
//   running --fails, stops or is killed--> halted --restart--> running
//                                                 --release--> ended
//
// However the instance ends (its own children first, in order), the slot stays: its id, name, watchers and
// waiting messages. The parent hears `child_halted` and decides. Watchers hear `down` only of the end of
// the slot. When the parent ends for good, so do its children; when it is kept itself and halts, its kept
// children halt with it and wait for its next instance, which may restart them behind their old ids
// (`adopt_halted_child`) or release them.
#pragma once

#include <string>

#include <actors/failure.hpp>
#include <actors/id.hpp>

namespace actors::detail {

/// To the parent: the instance of this kept child has ended.
struct child_halted {
  actor_id child{};
  exit_kind kind = exit_kind::unknown;
  failure reason;
  /// What it worked on when it failed; empty: its constructor, or nothing.
  std::string message_type;
};

/// To the parent: an instance that was made on another shard, or again, has begun.
struct child_started {
  actor_id child{};
};

} // namespace actors::detail
