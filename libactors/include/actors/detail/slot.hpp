// SPDX-License-Identifier: BSD-3-Clause
//
// One actor, as the shard sees it: a cache line that holds what every message touches, and a cold
// part on the heap for what few actors need.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <actors/detail/actor_type.hpp>
#include <actors/detail/envelope.hpp>
#include <actors/detail/far_children.hpp>
#include <actors/detail/function.hpp>
#include <actors/detail/timer_wheel.hpp>
#include <actors/failure.hpp>
#include <actors/mailbox.hpp>

namespace actors::detail {

struct pending_ask;
struct actor_timer;
class task_frame;

namespace state {
// Holds: messages wait aside until the last hold is released.
inline constexpr std::uint16_t awaiting = 1;  // a coroutine of a non-reentrant actor is suspended
inline constexpr std::uint16_t failed = 2;    // waits for its parent's decision
inline constexpr std::uint16_t throttled = 4; // slowed by a full mailbox downstream
inline constexpr std::uint16_t reserved = 8;  // the id is given out, the object is still under way
inline constexpr std::uint16_t moving = 8;     // on its way to another shard (a born actor is not reserved)
inline constexpr std::uint16_t hold = awaiting | failed | throttled | reserved;

inline constexpr std::uint16_t moved = 16;        // works on another shard; this slot forwards
inline constexpr std::uint16_t stopping = 32;     // takes no more messages
inline constexpr std::uint16_t vacant = 64;       // nobody lives here
inline constexpr std::uint16_t guest = 128;       // lives here, but its id belongs to another shard
inline constexpr std::uint16_t has_held = 256;    // messages wait aside, older than those in the FIFO
inline constexpr std::uint16_t backlogged = 512;  // messages wait aside, younger than those in the FIFO
inline constexpr std::uint16_t bounded = 1024;    // has a mailbox limit of its own
inline constexpr std::uint16_t throttling = 2048; // slows senders down
inline constexpr std::uint16_t departed = 4096;   // lives on another node; see src/engine/departures.cpp
inline constexpr std::uint16_t stop_soon = 8192;  // stops after the current handler
inline constexpr std::uint16_t parent_waits = 16384; // the parent wants to know of the end

inline constexpr std::uint16_t slow_dispatch =
    hold | moved | departed | stopping | vacant | guest | has_held | throttling;
inline constexpr std::uint16_t slow_admission = backlogged | bounded | vacant;
} // namespace state

namespace mark {
inline constexpr std::uint16_t chosen = 1;  // looked at for a move already
inline constexpr std::uint16_t kept = 2;    // its parent decides whether a new instance follows the old one
inline constexpr std::uint16_t keeping = 4; // stops, and its slot stays
inline constexpr std::uint16_t halted = 8;  // has no instance; waits for its parent's decision
inline constexpr std::uint16_t named = 32;  // somebody may find it by a name
inline constexpr std::uint16_t orphan = 16; // halted with its parent, whose next instance has not taken it yet
inline constexpr std::uint16_t immigrant = 64; // was born on this place, or its twin, and has come from another node
} // namespace mark

/// An asker to whom an answer is owed.
struct open_request {
  actor_id asker{};
  std::uint64_t request = 0;
  friend bool operator==(const open_request&, const open_request&) = default;
};

/// The answers an actor owes, oldest first. Mostly the oldest or the youngest is given: those are O(1).
class open_requests {
public:
  void add(const open_request& r) { list_.push_back(r); }
  bool remove(const open_request& r) {
    if (empty()) return false;
    if (list_.back() == r) {
      list_.pop_back();
    } else {
      auto first = list_.begin() + static_cast<std::ptrdiff_t>(done_);
      auto at = std::find(first, list_.end(), r);
      if (at == list_.end()) return false;
      std::move_backward(first, at, at + 1);
      ++done_;
    }
    if (done_ * 2 > list_.size()) {
      list_.erase(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(done_));
      done_ = 0;
    }
    return true;
  }
  [[nodiscard]] bool empty() const noexcept { return done_ == list_.size(); }
  [[nodiscard]] std::vector<open_request> take_all() {
    list_.erase(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(std::exchange(done_, 0)));
    return std::exchange(list_, {});
  }

private:
  std::vector<open_request> list_;
  std::size_t done_ = 0;
};

/// How far an ordered stop has come.
struct stop_progress {
  exit_kind kind = exit_kind::normal;
  failure reason;
  bool hook_called = false;
  /// Ends without hooks, now and whatever `kind` will be reported.
  bool kill = false;
  /// Of an actor that has moved: what its host has been told.
  bool host_told = false;
  bool host_told_to_kill = false;
  /// Set where the slot gets a new instance instead of being released.
  unique_function<void(shard&, slot&)> rebuild;
  const actor_type* rebuild_type = nullptr;
  /// When the child being stopped is killed, or given up.
  timer_node child_timer;
  actor_id child;
  std::uint32_t owner = 0;
  bool child_killed = false;
  /// When this actor is killed for stopping too slowly.
  timer_node own_timer;
  /// Of a parent that is kept itself: its kept children that have halted already, oldest first.
  std::uint32_t halted_first = 0xffffffff;
  std::uint32_t halted_last = 0xffffffff;
};

/// The cold part: allocated when first needed, freed with the actor.
struct extras {
  envelope_queue held{0};
  envelope_queue backlog{0};
  envelope_queue stash{0};
  std::uint32_t held_count = 0;
  std::uint32_t backlog_count = 0;
  std::uint32_t stash_count = 0;
  /// Tokens in the FIFO that will look after held and backlog.
  std::uint32_t tokens = 0;
  mailbox_options mailbox;

  std::vector<actor_id> watchers;
  std::unordered_set<actor_id> watched;
  std::vector<actor_id> throttled_senders;
  open_requests owed;
  std::unique_ptr<far_children> far;
  actor_id remote_parent;
  /// Of a guest: the id it was born with. Of one that moved: its slot at the host.
  actor_id elsewhere;

  actor_timer* timers = nullptr;
  pending_ask* asks = nullptr;
  task_frame* tasks = nullptr;
  std::unique_ptr<stop_progress> stop;
  /// Of a failed or halted actor that waits for a decision.
  std::unique_ptr<failure> why;
  /// Of a halted one: how its instance ended, and the type of the message it failed in.
  exit_kind ended_how = exit_kind::unknown;
  /// Of one that has moved: its host has halted it.
  bool guest_halted = false;
  std::string ended_in;
  /// Of a kept child: the instance of its parent that halts and waits for word that this one has halted,
  /// and the last one that was given it; counted from 1.
  std::uint32_t awaited_by = 0;
  std::uint32_t answered_to = 0;
  std::string name;
  /// How long an ordered stop may take before it becomes a kill; negative: for ever.
  nanoseconds_t shutdown = 5'000'000'000;
  timer_node throttle_timer;
  std::uint32_t throttle_slot = 0;
  std::uint32_t restarts = 0;
  std::uint32_t failures = 0;
  /// How often it has moved to another node.
  std::uint64_t epoch = 0;
  /// The move that it readies itself for, or is part of; 0: none.
  std::uint64_t move = 0;
  /// Its image has been made: what changes it now waits.
  bool is_exported = false;
  /// Nodes that send on what comes for it, or did.
  std::vector<std::uint64_t> visited;
  /// Of those held, so many are in its image.
  std::uint32_t in_image = 0;
  /// Why it does not move; empty: it does.
  std::string pinned;
  std::uint32_t handled_wraps = 0;
  std::uint32_t peak = 0;
  /// Of an id given out whose actor has been told to end before its birth.
  exit_kind ended_early = exit_kind::normal;
  bool subscribed = false;
};

inline constexpr std::uint32_t nobody = 0xffffffff;

struct alignas(64) slot {
  union {
    void* object;
    alignas(16) std::byte storage[inline_state];
  };
  const actor_type* type;
  extras* cold;
  std::uint32_t generation;
  std::uint32_t waiting;
  std::uint32_t handled;
  std::uint16_t flags;
  std::uint16_t marks;
  std::uint32_t parent;
  std::uint32_t last_child;
  std::uint32_t next_sibling;
  std::uint32_t previous_sibling;
};
static_assert(sizeof(slot) == 64);

template <class A>
A& object_of(slot& s) noexcept {
  if constexpr (lies_in_slot<A>)
    return *std::launder(reinterpret_cast<A*>(s.storage));
  else
    return *static_cast<A*>(s.object);
}

} // namespace actors::detail
