// SPDX-License-Identifier: BSD-3-Clause
//
// A history of a few nodes whose actors move, from one seed, or from a list of faults. An actor's
// state is the list of the steps it has made, as a number and a hash. What is held against it:
//
//   one copy    at no time do two copies of an actor run; in the end one does, unless the actor
//               ended or a node died that owned it
//   state       a copy that runs has made each step once, whoever made it
//   orders      each fits what was ordered before: nothing thaws that was handed over
//   kin         in the end they know where the actor is, or that it is gone
//   reports     one for each move, in time, about all of its actors
//   memory      in the end nothing is open
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <actors/testing.hpp>

#include "protocol/migration/migration.hpp"

namespace actors::protocol::test {

using namespace std::chrono_literals;

/// What happened in many histories, so that a test can tell that it saw enough.
struct migration_totals {
  std::uint64_t histories = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t moved = 0;
  std::uint64_t stayed = 0;
  std::uint64_t ended = 0;
  std::uint64_t lost = 0;
  std::uint64_t told = 0;
  std::uint64_t gone = 0;
  std::uint64_t crashes = 0;
};

enum class migration_fault : std::uint8_t {
  none,
  crash,
  /// Shorter than patience, and longer.
  short_stall,
  long_stall,
  /// The step is not made, if it is a message; then the link breaks.
  lose_message,
  lose_and_break,
  /// Again, much later.
  repeat_message,
  /// The first of the actors ends, if it is still at its source.
  end_actor,
};

/// Just before the step with this number.
struct planned_fault {
  std::size_t step = 0;
  migration_fault what = migration_fault::none;
  std::size_t node = 0;
};

class migration_world {
public:
  /// A random history.
  migration_world(std::uint64_t seed, migration_plant plant, migration_totals& totals);
  /// Four nodes; three actors move from 0 to 1 while 2 and 3 know them. `refusing`: one of them
  /// does not fit at the target.
  migration_world(std::uint64_t seed, std::vector<planned_fault> faults, bool refusing,
                  migration_plant plant, migration_totals& totals);

  /// The first line is the first promise that was broken.
  std::vector<std::string> run();
  /// Those made since the planned move began.
  [[nodiscard]] std::size_t steps() const noexcept { return steps_; }

  /// Hears what happens, if set: one line each.
  std::function<void(const std::string&)> narrate;

private:
  enum class copy_state : std::uint8_t {
    running,
    freezing,
    frozen,
    forwarding,
    installing,
    installed
  };
  struct copy {
    copy_state now = copy_state::running;
    move_id move{};
    std::uint64_t epoch = 0;
    std::uint64_t count = 0;
    std::uint64_t hash = 0;
  };
  struct knowledge {
    node_id where = node_id::none;
    std::uint64_t epoch = 0;
    bool is_gone = false;
  };
  struct process {
    process(node_id self, const migration_options& o) : machine{self, o} {}
    migration machine;
    std::map<actor_id, copy> copies;
    /// Not started.
    std::map<std::pair<move_id, actor_id>, copy> guests;
    std::map<actor_id, knowledge> knows;
    std::uint32_t last_slot = 1000;
    duration next_tick = duration::max();
  };
  struct host {
    std::unique_ptr<process> lives;
    duration stalled_until{};
  };
  /// What is true.
  struct truth {
    std::uint64_t count = 0;
    std::uint64_t hash = 0;
    std::set<node_id> kin;
    node_id owner = node_id::none;
    /// Who has handed it over, until it has started.
    node_id giver = node_id::none;
    bool has_ended = false;
    bool may_be_lost = false;
  };
  struct wish {
    std::set<actor_id> ids;
    duration begun{};
    bool is_reported = false;
  };
  struct event {
    duration at;
    std::uint64_t number;
    std::size_t node;
    bool is_step;
    bool is_message;
    std::size_t from;
    std::function<void()> what;
  };
  struct later_first {
    bool operator()(const event& a, const event& b) const noexcept {
      return std::pair{a.at, a.number} > std::pair{b.at, b.number};
    }
  };
  struct link {
    bool is_open = true;
    std::uint64_t session = 0;
    duration last[2]{};
  };

  static constexpr std::size_t nobody_ = SIZE_MAX;

  // What happens (migration_world.cpp).
  static migration_options some_options(testing::random_source& random, migration_plant plant);
  void be_gentle();
  void start(std::size_t nodes);
  void add_actor(std::size_t at, const std::set<node_id>& kin);
  void plan_history();
  void calm_down();
  void some_fault(std::size_t at);
  void some_move();
  void move(std::size_t at, const std::vector<actor_id>& ids, node_id to);
  void some_steps();
  void make_step(const actor_id& id);
  void crash(std::size_t at);
  void stall(std::size_t at, duration time);
  void break_link(std::size_t a, std::size_t b);
  void open_link(std::size_t a, std::size_t b);
  void later(duration in, std::size_t node, std::function<void()> what, bool is_step = false);
  void push(event e);
  bool run_next(duration end);
  bool inject(const event& e);
  duration some_time(duration most);
  [[nodiscard]] bool works(std::size_t at) const;
  [[nodiscard]] static node_id node_of(std::size_t at) { return node_id{at + 1}; }
  [[nodiscard]] static std::size_t host_of(node_id id) { return static_cast<std::size_t>(id) - 1; }
  [[nodiscard]] link& link_of(std::size_t a, std::size_t b) { return links_[std::minmax(a, b)]; }

  // The driver (migration_driver.cpp).
  void after(std::size_t at);
  void tick(std::size_t at);
  void send(std::size_t at, send_migration& out);
  void deliver(std::size_t from, std::size_t to, const std::shared_ptr<migration_message>& text,
               duration in, bool is_late);
  void corrupt(migration_message& text);
  void carry_out(std::size_t at, const freeze_actors& o);
  void carry_out(std::size_t at, const thaw_actors& o);
  void carry_out(std::size_t at, const hand_over_actors& o);
  void carry_out(std::size_t at, const release_actors& o);
  void carry_out(std::size_t at, const lost_with_target& o);
  void carry_out(std::size_t at, const report_move& o);
  void carry_out(std::size_t at, const install_actors& o);
  void carry_out(std::size_t at, const start_actors& o);
  void carry_out(std::size_t at, const discard_actors& o);
  void carry_out(std::size_t at, const actor_moved& o);
  void carry_out(std::size_t at, const actor_gone& o);
  void carry_out(std::size_t at, send_migration& o) { send(at, o); }
  void freeze(std::size_t at, move_id move, const std::vector<actor_id>& ids);
  void install(std::size_t at, move_id move, const std::vector<parcel>& parcels);
  void end_actor(std::size_t at, const actor_id& id);
  [[nodiscard]] parcel pack(const actor_id& id, const copy& c);

  // What is held against it (migration_oracles.cpp).
  void error(const std::string& text);
  void say(const std::string& text) const;
  [[nodiscard]] std::size_t running(const actor_id& id) const;
  void check_running(std::size_t at, const actor_id& id);
  void check_result(std::size_t at, const report_move& o, const moved_actor& r);
  void check_calm();
  void check_actor(const actor_id& id, const truth& t);

  testing::random_source random_;
  migration_totals& totals_;
  migration_options options_;
  std::vector<planned_fault> faults_;
  bool is_planned_ = false;
  bool is_refusing_ = false;
  bool is_gentle_ = false;
  duration most_delay_ = 5ms;
  bool is_calm_ = false;
  duration now_{1s};
  /// The latest end of a fault.
  duration quiet_since_{};
  std::uint64_t events_made_ = 0;
  std::size_t steps_ = 0;
  bool has_begun_ = false;
  /// In a thousand.
  std::uint64_t loss_ = 0;
  std::uint64_t doubled_ = 0;
  std::uint64_t corrupted_ = 0;
  std::uint64_t refusals_ = 0;
  /// Faults that come with a move, at most.
  std::uint64_t fault_rate_ = 0;
  std::size_t crashes_ = 0;
  std::priority_queue<event, std::vector<event>, later_first> events_;
  std::vector<host> hosts_;
  std::map<std::pair<std::size_t, std::size_t>, link> links_;
  std::map<actor_id, truth> actors_;
  std::map<move_id, wish> wishes_;
  std::vector<std::string> errors_;
};

} // namespace actors::protocol::test
