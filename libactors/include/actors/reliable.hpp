// SPDX-License-Identifier: BSD-3-Clause
//
// Tells that survive broken connections: acknowledged by the other node, sent again until they are,
// taken once and in order.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <actors/actor.hpp>

namespace actors {

namespace detail {

/// To the courier of this node: bring it there.
struct consignment {
  actor_id to;
  actor_id from;
  std::string type;
  std::vector<std::byte> message;
};

/// Hands it to the courier. Threading: any.
void consign(const actor_id& to, consignment what);
/// False where the actor is of this node, or no cluster is there: an ordinary tell does.
[[nodiscard]] bool is_elsewhere(const actor_id& to);

} // namespace detail

/// As `tell`, and a broken connection between the two nodes loses nothing: what is not acknowledged is sent
/// again, duplicates are removed, and a sender's order is kept among its reliable tells to one actor. Acknowledged
/// is what the actor's node has put into its mailbox; what that refuses is a dead letter there. A node that cannot
/// be reached for a minute, or has left 65,536 of them unanswered, makes them dead letters here (`node_lost`,
/// `overloaded`). Costs two copies of the message and a round trip of the couriers, in batches. Reliable and
/// ordinary tells to one actor do not keep an order among each other.
/// Requires: `M` can be archived. Threading: any; inside a handler the sender is the running actor.
template <class A, class M>
void tell_reliably(const ref<A>& to, const M& message) {
  detail::check_handled<A, M>();
  static_assert(archivable<M>, "a message that is told reliably is kept as bytes until it is acknowledged");
  if (!detail::is_elsewhere(to.id())) {
    to.tell(M{message});
    return;
  }
  buffer bytes;
  encode(bytes, message);
  const actor_id from = detail::current_shard != nullptr ? detail::current_shard->self() : actor_id{};
  detail::consign(to.id(), {to.id(), from, std::string{type_name<M>()}, {bytes.data(), bytes.data() + bytes.size()}});
}

} // namespace actors
