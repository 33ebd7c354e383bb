// SPDX-License-Identifier: BSD-3-Clause
//
// What shards tell each other about actors. Each is sent with `flag::system` to the slot of the actor
// concerned and handled by its shard, in order with that actor's messages.
#pragma once

#include <memory>

#include <actors/detail/shard.hpp>

namespace actors::detail {

/// Wants to know how much of what it handed over has been handled.
class receipt {
public:
  virtual ~receipt() = default;
  /// Threading: any shard's.
  virtual void handled(std::uint32_t messages, std::uint32_t bytes) noexcept = 0;
};

/// Messages wait aside for this actor; its turn has come.
struct token {};
/// Ends a stretch of chunks that were sorted into mailboxes.
struct order_mark {};
struct watch_request {
  actor_id watcher;
};
struct unwatch_request {
  actor_id watcher;
};
struct stop_request {
  exit_kind kind;
  slot_after after = slot_after::kept_if_kept;
  /// With `kept_by_parent`: the instance of the parent.
  std::uint32_t awaited_by = 0;
};
/// To be handled in its turn among the actor's messages.
struct stop_in_order_request {};
struct kill_request {
  slot_after after = slot_after::kept_if_kept;
  std::uint32_t awaited_by = 0;
};
/// To a parent on another shard.
struct child_born {
  actor_id child;
  nanoseconds_t shutdown;
};
struct child_ended_notice {
  actor_id child;
  exit_kind kind;
  failure reason;
};
struct child_failed_notice {
  actor_id child;
  failure reason;
  std::string message_type;
};
struct child_halted_notice {
  child_halted what;
  /// The instance of the parent that waits for this; 0: it comes unasked.
  std::uint32_t answered_to = 0;
};
struct child_started_notice {
  actor_id child;
};
/// The target's mailbox is full: the receiver of this handles nothing more until released.
struct throttle_notice {};
struct release_notice {};

/// What a moving actor takes along; owned by whoever holds it.
struct parcel {
  actor_id home;
  const actor_type* type = nullptr;
  alignas(16) std::byte storage[inline_state];
  std::uint32_t handled = 0;
  mailbox_options mailbox;
  bool bounded = false;
  bool kept = false;
};
/// The host to the home: the actor now lies in this slot.
struct parcel_arrived {
  actor_id at;
};
/// The home to itself: what the actor sent before it left has been handled up to here.
struct parcel_settled {
  actor_id at;
};
/// The host to the home: the guest has ended.
struct guest_ended_notice {
  exit_kind kind;
  failure reason;
};

/// At the end of a chunk that came over a link: what was in it has been handled, or has its place in a
/// mailbox.
struct handled_mark {
  std::shared_ptr<receipt> whose;
  std::uint32_t messages;
  std::uint32_t bytes;
};

/// A message that is still bytes: too large to be built by whoever hands it over. It becomes the message
/// in its place among the others, on the shard's own thread.
struct packed_message {
  message_head head;
  /// Builds the payload at `to`, once. Anything but `none`: there is no message, for this reason.
  unique_function<errc(void* to)> unpack;
};

/// The types of actors without a class: the root of a shard, and one whose constructor threw.
[[nodiscard]] const actor_type& root_type();
[[nodiscard]] const actor_type& unborn_type();

} // namespace actors::detail
