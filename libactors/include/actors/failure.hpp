// SPDX-License-Identifier: BSD-3-Clause
//
// Expected failures are values: an `expected<T>` holds a result or a `failure`, which says what went
// wrong, with whom, and which value was to blame.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include <actors/id.hpp>

namespace actors {

/// The manual's index of what can go wrong.
enum class errc : std::uint16_t {
  /// No error.
  none = 0,
  /// No reply came within the time given with the ask.
  timeout,
  /// The id names no living actor: it stopped, or never existed.
  no_such_actor,
  /// The actor threw while it worked on the request; `what` holds the exception's type and text.
  actor_failed,
  /// The actor stopped before it answered.
  actor_stopped,
  /// The node that holds the actor left the cluster or cannot be reached.
  node_lost,
  /// The mailbox, link or inbox is at its bound and its policy refuses more.
  overloaded,
  /// The actor has no handler for this message type.
  unhandled,
  /// The reply is of another type than the asker expects.
  wrong_type,
  /// The name is registered for another living actor.
  name_taken,
  /// No actor is registered under this name.
  name_unknown,
  /// A value is outside what was expected; `value` quotes it.
  invalid_argument,
  /// The node is shutting down.
  shutting_down,
  /// The message type cannot be serialized, so it cannot leave the process.
  not_serializable,
  /// The work was given up by its owner.
  cancelled,
  /// The actor does not move; `what` says why.
  immovable,
};

/// The name of an error code, as written in `errc`.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// An expected failure: what happened, to whom, and the value to blame.
struct failure {
  errc code = errc::none;
  actor_id who{};
  std::string what;
  std::string value;

  friend bool operator==(const failure&, const failure&) = default;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(code, who, what, value);
  }
};

/// One line for people: code, actor, text and value.
[[nodiscard]] std::string to_string(const failure& error);

template <class T>
using expected = tl::expected<T, failure>;
using tl::unexpected;

/// The failed `expected<T>` of any `T`: `return fail(errc::invalid_argument, "must not be 0", "0");`.
[[nodiscard]] inline unexpected<failure> fail(errc code, std::string what, std::string value = {}) {
  return unexpected<failure>{failure{code, {}, std::move(what), std::move(value)}};
}

/// Why an actor ended.
enum class exit_kind : std::uint8_t {
  /// It called `stop()`, or was asked to stop in order.
  normal,
  /// Its parent or node is going down.
  shutdown,
  /// It was killed: no orderly end.
  killed,
  /// A handler threw and nobody restarted it.
  failed,
  /// Nobody knows: it was gone already, or its node was lost.
  unknown,
};

[[nodiscard]] std::string_view to_string(exit_kind kind) noexcept;

/// The end of a watched actor; delivered as a message to those that `watch` it.
struct down {
  actor_id who{};
  exit_kind kind = exit_kind::unknown;
  failure reason;
};

/// A child's handler threw. Delivered to a parent that handles it; the child is held, its waiting
/// messages kept, until the parent calls `restart_child`, `resume_child` or `stop_child`. A parent
/// without a handler for it lets the child stop.
struct child_failed {
  actor_id child{};
  failure reason;
  std::string message_type;
};

/// A child has ended. Delivered to a parent that handles it.
struct child_stopped {
  actor_id child{};
  exit_kind kind = exit_kind::unknown;
  failure reason;
};

} // namespace actors
