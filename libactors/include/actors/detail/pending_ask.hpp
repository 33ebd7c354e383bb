// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <actors/detail/envelope.hpp>
#include <actors/detail/timer_wheel.hpp>
#include <actors/failure.hpp>

namespace actors::detail {

class shard;

/// How an ask ended: with a reply, or with a failure. Exactly one of the two is set.
struct answer_view {
  envelope* reply;
  failure* error;
};

/// The reply as a value; takes it out of the envelope. The payload itself is ended by the shard.
template <class R>
expected<R> take_answer(answer_view answer);

/// An ask of an actor here that waits for its outcome. Ends exactly once: answered, failed, timed
/// out, or dropped with its actor.
struct pending_ask {
  timer_node timer;
  std::uint32_t index = 0;
  std::uint32_t sequence = 0;
  std::uint32_t owner_slot = 0;
  std::uint32_t owner_generation = 0;
  /// Where it was sent to.
  actor_id whom{};
  pending_ask* next = nullptr;
  pending_ask* previous = nullptr;
  /// Consumes the continuation, closes the ask, goes on with the outcome.
  void (*complete)(pending_ask&, shard&, answer_view) = nullptr;
  /// Ends the continuation without calling it.
  void (*drop)(pending_ask&) noexcept = nullptr;
  alignas(16) std::byte storage[64];
};

/// A timer of an actor here; holds the message it will send.
struct actor_timer {
  timer_node timer;
  std::uint32_t index = 0;
  std::uint32_t sequence = 0;
  std::uint32_t owner_slot = 0;
  std::uint32_t owner_generation = 0;
  actor_timer* next = nullptr;
  actor_timer* previous = nullptr;
  nanoseconds_t period = 0;
  /// What the actor knows it by: its ticket, or that of the shard it has come from.
  std::uint64_t known_as = 0;
  message_head head;
  void* heap = nullptr;
  alignas(16) std::byte storage[64];

  [[nodiscard]] void* payload() noexcept { return heap != nullptr ? heap : storage; }
};

} // namespace actors::detail
