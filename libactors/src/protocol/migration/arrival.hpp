// SPDX-License-Identifier: BSD-3-Clause
//
// The target's side: the actors that come to this node.
//
//   offer -> installing --installed--> ready --commit--> started --done, or source lost-->
//   (forgotten)
//               |                        |
//               +------------------------+ drop, source lost, a later offer  --> discarded
//               +-- refused
//
// A copy starts on `commit` only: before, the source may still take the actor back. Who is ready
// and hears nothing says `prepared` again, which asks the source; it answers commit or drop. When
// the source is lost, no commit can come any more, so the copy is discarded; the actor went with
// its owner. While a copy is undecided, questions about it are not answered.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "notices.hpp"

namespace actors::protocol {

/// What became of one copy: its address, or why there is none.
struct installed_actor {
  actor_id id{};
  expected<actor_id> address{};
};

class arrival {
public:
  explicit arrival(migration_desk& desk) noexcept : desk_{desk}, notices_{desk} {}

  [[nodiscard]] std::size_t actors() const noexcept { return guests_.size(); }
  [[nodiscard]] std::size_t notices() const noexcept { return notices_.size(); }
  [[nodiscard]] duration wake_at() const noexcept;
  /// Its source has not heard yet that it lives here; until then it may not move on, for if this
  /// node were lost now, the source would say that the actor was lost with it.
  [[nodiscard]] bool is_arriving(const actor_id& id) const { return guests_.contains(id); }
  /// Nodes that have not acknowledged yet that it lives here.
  [[nodiscard]] std::vector<node_id> owed(const actor_id& id) const { return notices_.owed(id); }

  // Events; `flush` follows each.
  void installed(move_id move, const std::vector<installed_actor>& results);
  void receive(migration_message& text);
  void node_lost(node_id id);
  void link_opened(node_id id);
  void tick();
  void flush() { notices_.flush(); }
  /// Actors that have been started since the last call.
  [[nodiscard]] std::vector<placed_actor> take_started();

private:
  enum class stage : std::uint8_t { installing, ready, started };
  struct guest {
    move_id move;
    std::uint64_t epoch = 0;
    stage now = stage::installing;
    actor_id address{};
    std::uint64_t hash = 0;
    std::vector<node_id> kin;
  };
  /// A node from which actors come.
  struct source {
    std::set<actor_id> guests;
    resend_timer again;
  };
  using guest_at = std::map<actor_id, guest>::iterator;

  void take_offer(migration_message& text);
  [[nodiscard]] errc obstacle(const parcel& p, move_id move, std::string& why);
  void admit(const parcel& p, move_id move);
  void take_commit(const migration_message& text);
  void take_drop(const migration_message& text);
  void take_done(const migration_message& text);
  void answer(const migration_message& text);
  void start(guest& g, const actor_id& id, start_actors& order);
  [[nodiscard]] guest_at find(const migration_message& text, const migration_item& item);
  [[nodiscard]] static move_stamp stamp_of(const guest& g) noexcept {
    return {g.epoch, g.move.number};
  }
  [[nodiscard]] static migration_item state_of(const actor_id& id, const guest& g);
  void forget(guest_at at);
  void send_again(node_id to, source& s);

  migration_desk& desk_;
  migration_notices notices_;
  std::map<actor_id, guest> guests_;
  std::map<node_id, source> sources_;
  std::vector<placed_actor> started_;
};

} // namespace actors::protocol
