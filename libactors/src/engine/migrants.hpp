// SPDX-License-Identifier: BSD-3-Clause
//
// What a shard knows of actors that live on other nodes than they were born on.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <actors/detail/actor_image.hpp>
#include <actors/detail/shard.hpp>

namespace actors::detail {

/// Where this shard sends what is for one actor. The order of routes.cpp holds for each on its own.
struct route {
  enum class state : std::uint8_t {
    /// Learnt, and nothing has been sent since: what was sent before may still be on the old way.
    fresh,
    /// A mark is on the old way; what is sent waits for it to arrive.
    holding,
    direct,
  };

  std::uint64_t node = 0;
  std::uint64_t epoch = 0;
  /// The way before.
  std::uint64_t old = 0;
  state now = state::fresh;
  /// Something has been sent on this way.
  bool is_used = false;
  std::uint64_t serial = 0;
  nanoseconds_t give_up_at = 0;
  std::uint32_t count = 0;
  std::unique_ptr<envelope_queue> held;
};

/// One that readies itself for a move.
struct leaving_actor {
  actor_id id;
  std::uint64_t move = 0;
  /// What it has sent inside of this shard has been handled or has left.
  bool is_settled = false;
  bool is_exported = false;
};

/// One that has come and does not run yet: it lies beside the slots until it may.
struct newcomer {
  slot body{};
  actor_image rest;
  /// Which move it came with.
  std::uint64_t source = 0;
  std::uint64_t move = 0;
  /// What came for it at its old shard after its image was made.
  std::vector<carried_message> late;
};

struct migrants {
  std::unordered_map<actor_id, route> routes;
  std::vector<leaving_actor> leaving;
  struct departure {
    std::size_t open = 0;
    std::vector<actor_image> ready;
    std::vector<stuck_actor> stuck;
  };
  std::unordered_map<std::uint64_t, departure> departures;
  std::unordered_map<actor_id, std::unique_ptr<newcomer>> newcomers;
  /// Of this place and not here, to whom something has been sent the plain way.
  std::unordered_set<actor_id> sent_home;
  bool has_sent_many = false;
  std::uint64_t last_serial = 0;
  std::size_t detours = 0;
  timer_node detour_timer;
  /// Who has been told of the way to whom, so that a burst does not tell each message's sender.
  std::unordered_set<std::uint64_t> hinted;
  nanoseconds_t forget_hints_at = 0;
};

/// To an actor, on the old way to it: all that came before has arrived. Answered to `back`.
struct route_mark {
  actor_id back{};
  std::uint64_t serial = 0;
};
/// To the shard that waits for it.
struct route_clear {
  actor_id who{};
  std::uint64_t serial = 0;
};
/// To a sender: whom it sends to lives elsewhere.
struct route_hint {
  actor_id who{};
  std::uint64_t node = 0;
  std::uint64_t epoch = 0;
};
/// To an actor that has not begun yet, from its old shard: what came there while it moved, oldest first.
struct late_messages {
  std::vector<carried_message> messages;
};
/// Behind that, and in front of what its old shard sends on: it runs where it is now.
struct handed_over {
  std::uint64_t epoch = 0;
};
/// To the shard of birth.
struct ended_elsewhere_notice {
  actor_id who{};
};
/// To an actor that readies itself, through the FIFO.
struct leave_mark {
  std::uint64_t move = 0;
};

} // namespace actors::detail
