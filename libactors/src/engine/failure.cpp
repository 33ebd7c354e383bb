// SPDX-License-Identifier: BSD-3-Clause
#include <actors/failure.hpp>
#include <actors/migration.hpp>

#include <fmt/format.h>

namespace actors {

std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::none: return "none";
    case errc::timeout: return "timeout";
    case errc::no_such_actor: return "no_such_actor";
    case errc::actor_failed: return "actor_failed";
    case errc::actor_stopped: return "actor_stopped";
    case errc::node_lost: return "node_lost";
    case errc::overloaded: return "overloaded";
    case errc::unhandled: return "unhandled";
    case errc::wrong_type: return "wrong_type";
    case errc::name_taken: return "name_taken";
    case errc::name_unknown: return "name_unknown";
    case errc::invalid_argument: return "invalid_argument";
    case errc::shutting_down: return "shutting_down";
    case errc::not_serializable: return "not_serializable";
    case errc::cancelled: return "cancelled";
    case errc::immovable: return "immovable";
  }
  return "unknown";
}

std::string_view to_string(move_outcome outcome) noexcept {
  switch (outcome) {
    case move_outcome::moved: return "moved";
    case move_outcome::stayed: return "stayed";
    case move_outcome::ended: return "ended";
    case move_outcome::lost: return "lost";
  }
  return "unknown";
}

std::string_view to_string(exit_kind kind) noexcept {
  switch (kind) {
    case exit_kind::normal: return "normal";
    case exit_kind::shutdown: return "shutdown";
    case exit_kind::killed: return "killed";
    case exit_kind::failed: return "failed";
    case exit_kind::unknown: return "unknown";
  }
  return "unknown";
}

std::string to_string(const actor_id& id) {
  if (!id) return "nobody";
  return fmt::format("{:x}/{}/{}.{}", id.node(), id.shard(), id.slot, id.generation);
}

std::string to_string(const failure& error) {
  std::string text{to_string(error.code)};
  if (error.who) text += fmt::format(" (actor {})", to_string(error.who));
  if (!error.what.empty()) text += ": " + error.what;
  if (!error.value.empty()) text += fmt::format(" [{}]", error.value);
  return text;
}

} // namespace actors
