// SPDX-License-Identifier: BSD-3-Clause
//
// A history of a small cluster whose nodes run membership and a directory, from one seed: actors
// claim and release names, resolve entities and end, while hosts crash, leave, stall and are cut
// off. What is held against it:
//
//   one holder    a name never has two live holders, from the grant until it is released, its
//   holder
//                 has ended or its process has stopped
//   one instance  an entity never has two live instances; nobody is told to stop one
//   one outcome   every request ends once; in the end none is open
//   replicas      show one holder at a time; in the end all show what is true
//   entities      in the end everybody finds every entity where it lives, so none has moved
//
// Nodes that others have removed while they ran (membership may not keep its word in chaos) and
// clusters that were founded twice do not count against each other.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "membership_network.hpp"
#include "protocol/directory/directory.hpp"

namespace actors::protocol::test {

/// What happened in many histories, so that a test can tell that it saw enough.
struct directory_totals {
  std::uint64_t deliveries = 0;
  std::uint64_t granted = 0;
  std::uint64_t taken = 0;
  std::uint64_t resolved = 0;
  std::uint64_t failed = 0;
  std::uint64_t activations = 0;
  std::uint64_t ended = 0;
  std::uint64_t terms = 0;
  std::uint64_t revoked = 0;
};

enum class directory_history : std::uint8_t {
  healthy,
  crashes,
  departures,
  cut,
  one_way_cut,
  chaos
};
inline constexpr std::size_t directory_histories = 6;

class directory_world {
public:
  directory_world(std::uint64_t seed, planted plant, directory_totals& totals);

  /// The first line is the first promise that was broken.
  std::vector<std::string> run();
  [[nodiscard]] directory_history kind() const noexcept { return kind_; }

  /// Hears what happens, if set: one line each.
  std::function<void(const std::string&)> narrate;

private:
  struct place {
    actor_id id;
    node_id node;
    friend bool operator==(const place&, const place&) = default;
  };
  /// A process: its directory and what its driver knows.
  struct process {
    process(node_id self, const directory_options& options) : files{self, options} {}
    directory files;
    std::map<request_id, std::string> open;
    std::vector<actor_id> actors;
    /// As orders have told.
    std::map<std::string, actor_id> replica;
    /// Answers to the last questions.
    std::map<std::string, actor_id> found;
    std::uint32_t last_slot = 0;
    std::uint32_t last_term = 0;
    duration next_tick = duration::max();
  };

  // What happens (directory_world.cpp).
  static network_options some_network(testing::random_source& random);
  static directory_options some_options(testing::random_source& random, planted plant);
  void start(std::size_t at);
  void end_process(std::size_t at);
  void kill(std::size_t at, bool with_power);
  void begin_faults();
  void begin_healthy();
  void begin_crashes();
  void begin_departures();
  void begin_cut();
  void begin_chaos();
  void some_chaos();
  void calm_down();
  duration some_time(duration most);
  std::size_t some_host() { return random_.below(network_.size()); }
  [[nodiscard]] bool works(std::size_t at) const;

  // What actors do.
  void schedule_work(std::size_t at);
  void work(std::size_t at);
  void claim_something(process& p);
  void end_some_actor(std::size_t at);
  void resolve(process& p, const std::string& key);
  void ask_last_questions();
  actor_id some_actor(process& p);
  actor_id new_actor(process& p);

  // The driver (directory_driver.cpp).
  void after(std::size_t at);
  void schedule_tick(std::size_t at);
  void tick(std::size_t at, node_id id);
  void send(std::size_t at, const send_directory& out);
  void deliver(std::size_t from, node_id to, const std::shared_ptr<directory_message>& text);
  void carry_out(std::size_t at, directory_order& order);
  void activate(std::size_t at, const activate_entity& what);
  void take_event(std::size_t at, const publish_event& news);
  void take_stop(std::size_t at);

  // What is held against it (directory_oracles.cpp).
  void error(const std::string& text);
  void say(const std::string& text) const;
  void close_request(process& p, request_id request);
  void take_grant(process& p, const name_granted& order);
  void take_known(process& p, const name_known& order);
  void take_gone(process& p, const name_gone& order);
  void add_live(std::map<std::string, std::vector<place>>& all, const std::string& what, place now);
  static void drop_live(std::map<std::string, std::vector<place>>& all,
                        const std::function<bool(const std::string&, const place&)>& is_over);
  [[nodiscard]] bool counts(const place& a, const place& b);
  void check_calm();
  void check_process(std::size_t at);
  [[nodiscard]] bool is_strict() const noexcept { return kind_ != directory_history::chaos; }

  directory_history kind_;
  testing::random_source random_;
  directory_totals& totals_;
  directory_options options_;
  network network_;
  std::vector<std::unique_ptr<process>> processes_;
  /// Of messages between directories, lost or doubled in a thousand.
  std::uint64_t loss_ = 0;
  std::uint64_t doubled_ = 0;
  bool is_calm_ = false;
  bool is_over_ = false;
  /// What is true.
  std::map<std::string, std::vector<place>> holders_;
  std::map<std::string, std::vector<place>> instances_;
  /// Removed by others while they ran.
  std::set<node_id> undead_;
  std::vector<std::string> errors_;
};

} // namespace actors::protocol::test
