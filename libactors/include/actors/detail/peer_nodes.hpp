// SPDX-License-Identifier: BSD-3-Clause
//
// The other nodes, as the engine sees them: somewhere that messages go to, and that can be lost. What
// lies behind it (links, membership) is not the engine's concern.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <actors/detail/actor_image.hpp>
#include <actors/detail/envelope.hpp>
#include <actors/failure.hpp>

namespace actors::placement {
struct spec;
}

namespace actors::detail {

struct open_request;

/// Messages of one shard on their way to one other node. Threading: only the shard's thread.
class far_outbox {
public:
  virtual ~far_outbox() = default;
  /// Serialises a message; the payload stays the caller's. `none`: taken. Otherwise why not: node_lost,
  /// overloaded, not_serializable, unhandled (the node does not know the type). Errors: what the
  /// message's own functions throw; nothing has been added then.
  [[nodiscard]] virtual errc add(const message_head& head, const message_type& type, const void* payload) = 0;
  /// What has been added may leave.
  virtual void flush() = 0;
  /// Nothing can be added any more, for good.
  [[nodiscard]] virtual bool closed() const noexcept = 0;
};

class peer_nodes {
public:
  virtual ~peer_nodes() = default;
  /// Never null. Threading: any shard's.
  [[nodiscard]] virtual std::unique_ptr<far_outbox> open(std::uint64_t node) = 0;
  /// An id on that node for an actor to be born there; null when none is at hand. Threading: any.
  [[nodiscard]] virtual actor_id reserve(std::uint64_t node) = 0;
  /// Where an actor is to live. Errors: as `check(spec)`, no_such_actor, and where no node will do, with
  /// the constraint that the closest ones fail. Threading: any.
  [[nodiscard]] virtual expected<std::uint64_t> place(const placement::spec& wanted) = 0;
  // Names and entities of the whole cluster, and who has subscribed to what. Threading: any.

  /// Then `engine::name_granted` or `name_refused`.
  virtual void claim_name(const std::string& name, const actor_id& holder, std::string_view type,
                          const open_request& asked_by) = 0;
  virtual void release_name(const std::string& name, const actor_id& holder) = 0;
  /// The actor held names, or was an entity.
  virtual void ended(const actor_id& id) = 0;
  /// Then the gate is told.
  virtual void resolve_entity(const std::string& key, const actor_id& gate) = 0;
  virtual void subscribed(const std::string& topic, const actor_id& who, bool is_on) = 0;

  /// Then `asked_by` is answered with a `move_report`. Threading: any.
  virtual void migrate(const std::vector<actor_id>& /*who*/, std::uint64_t /*to*/, const open_request& /*asked_by*/) {}
  // Actors that move; see shard::depart. Threading: any shard's.

  /// All that were to leave with this move and live in the shard of this place: those that are ready, and
  /// those that stay.
  virtual void leaving(std::uint64_t /*move*/, std::uint64_t /*place*/, std::vector<actor_image> /*ready*/,
                       std::vector<stuck_actor> /*stuck*/) {}
  /// One that came with this move of `source` is ready to run here, or why it cannot.
  virtual void has_arrived(std::uint64_t /*source*/, std::uint64_t /*move*/, const actor_id& /*who*/, expected<void> /*how*/) {}
  /// It was ready and ends: the move is over for it, and `shard::stay` lets it end.
  virtual void ends_in_move(std::uint64_t /*move*/, const actor_id& /*who*/) {}

  /// The nodes that take new actors, this one first, then by id. Threading: any.
  [[nodiscard]] virtual std::vector<std::uint64_t> members() const = 0;
  /// Whether this node is a member that can be reached. Threading: any.
  [[nodiscard]] virtual bool reaches(std::uint64_t node) const = 0;
};

} // namespace actors::detail
