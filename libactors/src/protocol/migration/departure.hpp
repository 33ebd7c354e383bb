// SPDX-License-Identifier: BSD-3-Clause
//
// The source's side: the actors that this node gives away. Each actor of a move has a fate of its
// own; the move is over when all have one.
//
//   move -> freezing --frozen--> offered --copy ready, kin know--> handed over --started--> moved
//              |                    |                                  |
//              +--------------------+ stuck, refused, patience over,   +--target lost--> lost
//              |                    | target lost
//              |                    +----------------------> stayed
//              +-- the actor ends -------------------------> ended
//
// Only the source decides. Until it orders `hand_over_actors` the actor is its own, whatever the
// others do; from then on it is the target's, whatever happens. So it thaws only before, and says
// `commit` only after. A move is not handed over before all kin have heard of it: when the source
// is lost afterwards, they know whom to ask.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "notices.hpp"

namespace actors::protocol {

class departure {
public:
  explicit departure(migration_desk& desk) noexcept : desk_{desk}, notices_{desk} {}

  [[nodiscard]] std::size_t moves() const noexcept { return moves_.size(); }
  [[nodiscard]] std::size_t actors() const noexcept { return busy_.size(); }
  [[nodiscard]] std::size_t notices() const noexcept { return notices_.size(); }
  [[nodiscard]] duration wake_at() const noexcept;
  /// Nodes that have not acknowledged what became of a move of it.
  [[nodiscard]] std::vector<node_id> owed(const actor_id& id) const { return notices_.owed(id); }

  // Events; `flush` follows each.
  /// `refused`: those that may not go, with why.
  move_id begin(std::vector<actor_id> ids, node_id to, std::vector<moved_actor> refused);
  void frozen(move_id id, std::vector<parcel> parcels, const std::vector<failure>& stuck);
  void ended(move_id id, actor_id who);
  void receive(const migration_message& text);
  void node_lost(node_id id);
  void link_opened(node_id id);
  void tick();
  void flush();

private:
  enum class stage : std::uint8_t { freezing, offered, handed_over };
  struct traveller {
    stage now = stage::freezing;
    /// With the epoch at the target; its bytes go when the copy is ready.
    parcel what{};
    std::size_t offer = 0;
    bool is_ready = false;
    actor_id address{};
    std::size_t open_intents = 0;
  };
  struct offer {
    std::vector<actor_id> ids;
    std::uint64_t bytes = 0;
    /// So many have no answer yet.
    std::size_t open = 0;
    bool is_sent = false;
  };
  struct move_record {
    move_id id;
    node_id target = node_id::none;
    duration deadline{};
    std::map<actor_id, traveller> open;
    /// Of these, not handed over.
    std::size_t undecided = 0;
    std::vector<moved_actor> results;
    std::vector<offer> offers;
    std::size_t next_offer = 0;
    std::size_t under_way = 0;
    std::vector<actor_id> ready;
    resend_timer again;
  };
  using traveller_at = std::map<actor_id, traveller>::iterator;

  // Parts of events (departure_steps.cpp).
  [[nodiscard]] move_record* find(move_id id);
  /// Null also if the message's sender is not the target.
  [[nodiscard]] move_record* find(const migration_message& text);
  move_record& touch(move_record& m);
  [[nodiscard]] failure obstacle(const parcel& p) const;
  void add(move_record& m, traveller& t, parcel p);
  void add_to_offer(move_record& m, traveller& t);
  void tell_kin(const move_record& m, const traveller& t, migration_kind what);
  void note_ready(move_record& m, const actor_id& id, traveller& t);
  void answered(move_record& m, traveller& t);
  void stay(move_record& m, std::vector<actor_id> ids, const failure& why);
  void leave_target(move_record& m, const std::vector<actor_id>& ids);
  void lose(move_record& m);
  void conclude(move_record& m, traveller_at at, move_outcome outcome, failure why);
  void expire(move_record& m);
  void hand_over(move_record& m);
  void send_offers(move_record& m);
  void send_offer(const move_record& m, const offer& o);
  void send_again(move_record& m);
  void close(move_record& m);

  // Messages.
  void take_prepared(const migration_message& text);
  void take_prepared(move_record& m, traveller_at at, const migration_item& item,
                     std::vector<migration_item>& commits);
  void take_refused(const migration_message& text);
  void take_started(const migration_message& text);
  void take_noted(const migration_message& text);
  void answer(const migration_message& text);

  migration_desk& desk_;
  migration_notices notices_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, move_record> moves_;
  std::unordered_map<actor_id, std::uint64_t> busy_;
  /// Moves in which something has changed since `flush`.
  std::vector<std::uint64_t> touched_;
};

} // namespace actors::protocol
