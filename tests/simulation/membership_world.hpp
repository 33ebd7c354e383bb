// SPDX-License-Identifier: BSD-3-Clause
//
// A history of a small cluster, from one seed, and what is held against it:
//
//   agreement   once all is calm, every node that runs is up, and all agree on who is
//   patience    with delays, stalls and clocks as they may be, nobody is ever lost
//   one side    when a cut has lasted, the cluster goes on on one side at most, and a second one
//   was
//               not founded unless one side has all seeds
//   winner      the side that is to win by the rule loses nobody
//   take-over   an identity is not taken over while its owner runs
//   founding    only after all seeds have started
//   steps       a member is up only when all voters have seen it join
//   events      come once each and in order; nothing follows stop_all
#pragma once

#include <map>
#include <string>
#include <vector>

#include "membership_network.hpp"

namespace actors::protocol::test {

/// What happened in many histories, so that a test can tell that it saw enough.
struct world_totals {
  std::uint64_t deliveries = 0;
  std::uint64_t stops = 0;
  std::uint64_t events = 0;
  std::uint64_t unreachable = 0;
  std::uint64_t take_overs = 0;
  std::uint64_t cuts_decided = 0;
  std::uint64_t winners = 0;
  std::uint64_t rejoined = 0;
};

enum class history : std::uint8_t { healthy, crashes, cut, one_way_cut, chaos };

class world {
public:
  world(std::uint64_t seed, world_totals& totals);

  /// The first line is the first promise that was broken.
  std::vector<std::string> run();
  [[nodiscard]] history kind() const noexcept { return kind_; }

  /// Hears what happens, if set: one line each.
  std::function<void(const std::string&)> narrate;

private:
  /// What one node has said of another.
  struct told {
    member_event last = member_event::joined;
    bool is_unreachable = false;
  };

  // What happens.
  static network_options some_options(testing::random_source& random, history kind);
  void start_all();
  void begin_healthy();
  void begin_crashes();
  void begin_cut();
  void begin_chaos();
  void crash(std::size_t at);
  void some_departure();
  void restart_missing();
  duration some_time(duration most);
  std::size_t some_host() { return random_.below(network_.size()); }

  // What is held against it.
  void error(const std::string& text);
  void say(const std::string& text) const;
  void take_event(std::size_t at, const publish_event& news);
  void check_order(std::size_t at, const publish_event& news);
  void check_take_over(std::size_t at, const member& about);
  void check_founding();
  void check_steps(std::size_t at, const member& about);
  void take_stop(std::size_t at, const stop_all& end);
  void check_sides();
  void check_calm();
  [[nodiscard]] bool is_settled();
  [[nodiscard]] bool is_to_win(const std::vector<bool>& side);

  history kind_;
  testing::random_source random_;
  world_totals& totals_;
  network network_;
  /// Whom the present cut separates; empty without one.
  std::vector<bool> side_;
  /// The cluster that is cut.
  node_id cluster_ = node_id::none;
  /// The hosts that must live through it.
  std::vector<bool> winners_;
  bool is_over_ = false;
  std::map<std::pair<node_id, node_id>, told> told_;
  std::vector<std::string> errors_;
};

} // namespace actors::protocol::test
