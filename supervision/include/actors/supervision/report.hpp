// SPDX-License-Identifier: BSD-3-Clause
//
// What a supervisor says about a failure. Every failure makes exactly one report; it goes to the log and
// to the subscribers of the topic `reports`.
#pragma once

#include <cstdint>
#include <string>

#include <actors/actor.hpp>
#include <actors/failure.hpp>
#include <actors/id.hpp>
#include <actors/time.hpp>

namespace actors::supervision {

/// When it went wrong.
enum class failed_in : std::uint8_t {
  /// Its constructor or `restore` threw, or one of its children could not be started.
  start,
  /// It failed, was killed, or ended although it is permanent.
  run,
  /// It did not stop in time and was killed, or its end was not an orderly one.
  stop,
};

/// What the supervisor does about it.
enum class response : std::uint8_t {
  /// A new instance, now or after `report::pause`.
  restart,
  /// The same for it and those that go with it (`one_for_all`, `rest_for_one`).
  restart_group,
  /// Nothing: it stays ended.
  leave,
  /// It has failed too often: the supervisor stops its children and ends.
  give_up,
};

/// One failure.
struct report {
  actor_id supervisor{};
  /// Where in the tree: `shop/checkout/payments`.
  std::string path;
  actor_id child{};
  failed_in when = failed_in::run;
  exit_kind kind = exit_kind::failed;
  /// Of an exception: its type and text. Otherwise the type is empty and the text says why.
  std::string exception_type;
  std::string text;
  /// The message it worked on, if it did.
  std::string message_type;
  supervision::response response = response::leave;
  /// Until the new instance starts; zero: at once.
  duration pause{};
  /// How many restarts the supervisor still allows within its period.
  std::uint32_t restarts_left = 0;
  /// How often this child has been restarted so far.
  std::uint32_t restarts = 0;
};

/// One line for people.
[[nodiscard]] std::string to_string(const report& r);

/// Where reports are published: `subscribe(sup::reports)` in an actor that handles `sup::report`.
inline const topic<report> reports{"supervision"};

} // namespace actors::supervision
