// SPDX-License-Identifier: BSD-3-Clause
//
// A node's part in moving actors from node to node. Events go in, orders come out. It knows no
// socket, thread or clock. What it sends may be lost, doubled or late.
//
//   source                     target                      kin (each)
//   freeze, frozen
//   offer ------------------->  install
//   intent ------------------------------------------------> open
//           <------------------------------------------ noted
//           <-------- prepared  installed
//   hand over (commit point)
//   commit ------------------>  start
//           <--------- started  settled ------------------> moved
//   release, report                       <----------- noted
//   done -------------------->  forget
//
// Why there is never a second live copy: the source runs the actor only until it hands it over, the
// target only after it heard `commit`, which the source says only then; and a target takes an offer
// only with an epoch later than any it has seen. Why there is one while both nodes live: before the
// source hands over, it thaws when anything fails; after, it says `commit` until it hears
// `started`, and a target that is ready discards only when told to, or when the source is lost for
// good.
//
// The sides are in departure.hpp, arrival.hpp, kin.hpp; the words between them in message.hpp.
// Threading: one thread at a time.
#pragma once

#include <vector>

#include "arrival.hpp"
#include "departure.hpp"
#include "kin.hpp"

namespace actors::protocol {

/// What is open at a node; all 0 when nothing moves.
struct migration_load {
  std::size_t moves = 0;
  std::size_t departing = 0;
  std::size_t arriving = 0;
  std::size_t intents = 0;
  std::size_t notices = 0;

  friend bool operator==(const migration_load&, const migration_load&) = default;
};

class migration {
public:
  /// Requires: `check(options)` succeeds.
  migration(node_id self, const migration_options& options);

  [[nodiscard]] node_id self() const noexcept { return desk_.self; }
  [[nodiscard]] migration_load load() const noexcept;
  [[nodiscard]] const migration_refusals& refusals() const noexcept { return desk_.refused; }
  /// When `tick` is to be called at the latest.
  [[nodiscard]] duration wake_at() const noexcept;

  // Events. Each only appends to the orders. `now` is any steady clock.
  void tick(duration now);
  /// From whoever is at the other end of the link; a message that says another sender is refused.
  void message(duration now, node_id from, migration_message text);
  /// For good: it never comes back with this id.
  void node_lost(duration now, node_id id);
  /// Also when it was closed and is open again.
  void link_opened(duration now, node_id id);

  // At the source.
  /// Actors of this node are to move. Ends with one `report_move`, which may be among the orders at
  /// once; an actor that is moving already, or has just come, stays.
  move_id move(duration now, std::vector<actor_id> ids, node_id to);
  /// Answers `freeze_actors`; may come in several parts. Those that are stuck, each with why, run
  /// on without being thawed.
  void frozen(duration now, move_id id, std::vector<parcel> parcels, std::vector<failure> stuck);
  /// An actor that is to move has ended here: it stopped, was killed, or failed.
  void ended(duration now, move_id id, actor_id who);

  // At the target.
  /// Answers `install_actors`; may come in several parts.
  void installed(duration now, move_id id, const std::vector<installed_actor>& results);

  [[nodiscard]] std::vector<migration_order> take_orders();

private:
  [[nodiscard]] bool is_welcome(node_id from, const migration_message& text);
  void route(migration_message& text);
  void settle();

  migration_desk desk_;
  departure departure_;
  arrival arrival_;
  kin kin_;
};

} // namespace actors::protocol
