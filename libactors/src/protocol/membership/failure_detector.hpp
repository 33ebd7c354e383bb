// SPDX-License-Identifier: BSD-3-Clause
//
// Who is pinged when, and what follows from silence. Source: Das, Gupta and Motivala, "SWIM:
// Scalable weakly-consistent infection-style process group membership protocol", 2002.
//
// One probe:
//
//   direct --direct_timeout--> indirect --probe_timeout--> [suspect]
//     |  ack: over               |  ack: over
//
//   quick (its connection was closed, or its host refuses one): ask others at once
//     an ack                                                          over
//     its host refuses, and so it does to all who were asked          [gone]
//     its host refuses, and nobody reaches it within quick_timeout    [gone]
//     otherwise                                                       as indirect
//
// A suspect that does not refute within `suspicion` is [unreachable]. While some member does not
// answer, many are pinged in a period: whoever is behind the same cut is found together.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "member_table.hpp"
#include "options.hpp"
#include "random.hpp"

namespace actors::protocol {

class failure_detector {
public:
  struct action {
    enum class what : std::uint8_t { ping, ping_request, connect, suspect, unreachable, gone };
    what kind;
    node_id target;
    node_id mediator = node_id::none;
    std::uint64_t sequence = 0;
  };

  failure_detector(node_id self, detector_options options, std::uint64_t seed, planted_bug bug = planted_bug::none);

  /// When `tick` has something to do.
  [[nodiscard]] duration due() const noexcept;
  [[nodiscard]] std::uint64_t next_sequence() noexcept { return ++last_sequence_; }
  [[nodiscard]] bool is_probing(node_id id) const noexcept { return probes_.contains(id); }

  void tick(duration now, const member_table& table);
  void acked(node_id target, std::uint64_t sequence);
  void nacked(node_id target, std::uint64_t sequence);
  /// The connection to it has closed.
  void link_down(node_id target, duration now, const member_table& table);
  /// Its host refuses connections.
  void refused(node_id target, duration now, const member_table& table);
  /// The table says this of it now.
  void noted(const member& m, duration now);
  void forget(node_id id);

  [[nodiscard]] std::vector<action> take_actions() { return std::exchange(actions_, {}); }

private:
  struct probe {
    enum class step : std::uint8_t { direct, quick, indirect };
    std::uint64_t sequence;
    step at;
    duration next;
    duration end;
    /// That have not answered.
    std::uint32_t mediators = 0;
    bool is_refused = false;
  };

  struct suspicion {
    std::uint64_t incarnation;
    duration deadline;
  };

  void ping_round(duration now, const member_table& table);
  void ping(node_id id, duration now, probe::step how);
  void ask_mediators(node_id id, probe& p, const member_table& table);
  void step(node_id id, probe& p, duration now, const member_table& table);
  bool settle_refused(node_id id, const probe& p);
  [[nodiscard]] std::optional<node_id> next_target(const member_table& table);
  void refill(const member_table& table);
  void add(action::what kind, node_id target);

  // Constant after construction.
  node_id self_;
  detector_options options_;
  planted_bug planted_;

  random_bits random_;
  std::uint64_t last_sequence_ = 0;
  duration next_round_{};
  bool is_alert_ = false;
  /// The rest of this turn through all members.
  std::vector<node_id> turn_;
  std::map<node_id, probe> probes_;
  std::map<node_id, suspicion> suspicions_;
  std::vector<action> actions_;
};

} // namespace actors::protocol
