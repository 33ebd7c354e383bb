// SPDX-License-Identifier: BSD-3-Clause
//
// What a directory asks its driver to do. Every request has exactly one outcome.
#pragma once

#include <string>
#include <variant>

#include "message.hpp"
#include "replica.hpp"
#include "requests.hpp"

namespace actors::protocol {

/// Send to the node, on its link; if there is none, drop it or connect. Links keep the order.
struct send_directory {
  node_id to;
  directory_message what;
};
/// A request's outcome: the name belongs to the actor that claimed it.
struct name_granted {
  request_id request;
  std::string name;
  actor_id holder;
};
/// A request's outcome: another actor has the name.
struct name_taken {
  request_id request;
  std::string name;
  actor_id holder;
};
/// A request's outcome: the entity lives.
struct entity_at {
  request_id request;
  std::string key;
  actor_id id;
};
/// A request's outcome.
struct request_failed {
  request_id request;
  failure why;
};
/// The replica has changed. A name that changes hands goes first.
struct name_known {
  known_name what;
};
struct name_gone {
  std::string name;
  actor_id id;
};
/// Start an instance, then call `activated` or `activation_failed` with the ticket.
struct activate_entity {
  std::string key;
  std::uint64_t ticket;
};
/// What was told about the entity holds no longer: it has ended, or this node knows too many.
struct entity_gone {
  std::string key;
  actor_id id;
};
/// Another node has it, because membership could not keep its word: stop the actor.
struct name_revoked {
  std::string name;
  actor_id holder;
};
struct stop_entity {
  std::string key;
  actor_id id;
};
using directory_order =
    std::variant<send_directory, name_granted, name_taken, entity_at, request_failed, name_known,
                 name_gone, activate_entity, entity_gone, name_revoked, stop_entity>;

} // namespace actors::protocol
