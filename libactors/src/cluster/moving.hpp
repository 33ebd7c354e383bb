// SPDX-License-Identifier: BSD-3-Clause
//
// What hubs say to each other about actors that are to move, beside protocol/migration.
#pragma once

#include <cstdint>
#include <vector>

#include <actors/migration.hpp>

namespace actors::cluster {

/// Asked of a hub: move these to that node. Answered by a `move_report` when all have settled.
struct move_wish {
  std::vector<actor_id> who;
  std::uint64_t to = 0;
  /// So many hubs have passed it on: an actor may move away while it is asked to.
  std::uint32_t hops = 0;
};

/// From hub to hub: answer when all that I have said before is with your shards, and what they send on of it
/// has got so far as well, so many times.
struct barrier {
  std::uint64_t serial = 0;
  std::uint32_t depth = 0;
};
struct barrier_passed {
  std::uint64_t serial = 0;
};

} // namespace actors::cluster
