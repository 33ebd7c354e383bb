// SPDX-License-Identifier: BSD-3-Clause
//
// Moving actors to other nodes while they are at work. Handles stay good, no message is lost, doubled or
// reordered, and whatever dies on the way, there is never a second live copy. What moves is told in
// libactors/README.md, "Actors that move".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <actors/failure.hpp>
#include <actors/id.hpp>
#include <actors/time.hpp>

namespace actors {

/// A little more than what nodes give a move before they call it off.
inline constexpr duration default_move_patience = std::chrono::seconds{15};

/// What became of an actor that was to move.
enum class move_outcome : std::uint8_t {
  /// It lives on the target.
  moved,
  /// It goes on where it was; `why` says what was in the way.
  stayed,
  /// It ended before it could leave.
  ended,
  /// It had been handed over, and was lost with the target.
  lost,
};

[[nodiscard]] std::string_view to_string(move_outcome outcome) noexcept;

struct moved_actor {
  actor_id who{};
  move_outcome outcome = move_outcome::stayed;
  /// Unless it moved.
  failure why;
};

/// One entry for each actor that was to move.
struct move_report {
  std::vector<moved_actor> actors;

  [[nodiscard]] bool all_moved() const noexcept {
    for (const moved_actor& a : actors)
      if (a.outcome != move_outcome::moved) return false;
    return true;
  }
};

} // namespace actors
