// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <actors/detail/timer_wheel.hpp>
#include <actors/failure.hpp>
#include <actors/id.hpp>
#include <actors/mailbox.hpp>

namespace actors::detail {

/// A message that waits, without its target.
struct carried_message {
  std::string type;
  std::uint16_t flags = 0;
  actor_id sender{};
  std::uint64_t request = 0;
  std::vector<std::byte> bytes;
};

struct carried_timer {
  /// What the actor knows it by.
  std::uint64_t ticket = 0;
  actor_id target{};
  nanoseconds_t left = 0;
  nanoseconds_t period = 0;
  std::string type;
  std::vector<std::byte> bytes;
};

struct carried_child {
  actor_id id{};
  nanoseconds_t shutdown = 0;
};

struct carried_request {
  actor_id asker{};
  std::uint64_t request = 0;
};

/// An actor outside of any shard: all that has to be known to go on with it elsewhere. One form for moves,
/// checkpoints and the console.
struct actor_image {
  actor_id id{};
  std::string type;
  std::uint64_t digest = 0;
  /// How often it has moved.
  std::uint64_t epoch = 0;
  std::vector<std::byte> state;
  /// Oldest first.
  std::vector<carried_message> waiting;
  std::vector<carried_message> stash;
  std::vector<carried_timer> timers;
  std::vector<actor_id> watchers;
  std::vector<actor_id> watched;
  /// The answers it owes, oldest first.
  std::vector<carried_request> owed;
  /// Null: it belongs to its node.
  actor_id parent{};
  /// In the order of their start.
  std::vector<carried_child> children;
  nanoseconds_t shutdown = 0;
  std::uint64_t mailbox_limit = 0;
  overflow_policy mailbox_policy = overflow_policy::refuse;
  bool has_mailbox = false;
  bool kept = false;
  std::uint64_t handled = 0;
  /// Nodes that send on what comes for it.
  std::vector<std::uint64_t> visited;
  std::uint32_t restarts = 0;
  std::uint32_t failures = 0;
  std::uint32_t peak = 0;
  std::uint32_t awaited_by = 0;
  std::uint32_t answered_to = 0;
};

/// One that stays where it is, and why.
struct stuck_actor {
  actor_id id{};
  std::string why;
};

} // namespace actors::detail
