// SPDX-License-Identifier: BSD-3-Clause
//
// A world for a supervisor's core, in virtual time and from one seed: children that start late,
// fail at every point and end when nobody expects it, and strangers with requests. It carries out
// what the core orders, and keeps its own accounts of what it may order: see the errors it knows.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <actors/testing.hpp>

#include "supervisor_core.hpp"

namespace actors::supervision::detail::test {

/// What happened in many worlds, so that a test can tell that it saw enough.
struct world_totals {
  std::uint64_t orders = 0;
  std::uint64_t group_restarts = 0;
  std::uint64_t covered_ends = 0;
  std::uint64_t retries = 0;
  std::uint64_t crossed_halts = 0;
  std::uint64_t settled = 0;
  std::map<std::string, std::uint64_t> finishes;
};

class world {
public:
  world(std::uint64_t seed, world_totals& totals);

  /// The first line is the first promise that was broken.
  std::vector<std::string> run();

private:
  enum class state { none, starting, running, stopping, held };
  enum class asked { start, terminate, restart, erase };
  struct child {
    state at = state::none;
    actor_id id{};
    std::uint64_t instance = 0;
    std::uint64_t automatic_starts = 0;
    /// Halts on their way to an instance that has ended meanwhile.
    int crossed_halts = 0;
    bool has_lived = false;
    /// There is a reason for it not to run.
    bool may_rest = false;
    std::shared_ptr<const child_spec> spec;
  };
  struct request {
    asked what;
    child_key key = 0;
  };

  // What the world does.
  void carry_out();
  void perform(const order& o);
  void begin_start(const order& o);
  void end_start(child_key key, std::uint64_t instance);
  void begin_halt(const order& o);
  void end(child_key key, std::uint64_t instance, exit_kind kind);
  void end_someone();
  void ask();
  void later(duration delay, std::function<void()> what);
  duration some_time();
  actor_id new_id();
  ending ending_of(exit_kind kind);
  child_key some_key();

  // What it holds against the core.
  void error(std::string text);
  void check_order_of_start(child_key key);
  void check_order_of_halt(child_key key);
  void take_report(const supervision::report& news);
  void take_reply(const order& o);
  void take_finish(const order& o);
  void check_settled();
  [[nodiscard]] std::uint32_t restarts_left() const;
  [[nodiscard]] bool lives(const child& c) const;
  [[nodiscard]] bool lives_after(child_key key) const;
  [[nodiscard]] bool is_asked(asked what, child_key key) const;
  [[nodiscard]] bool is_group() const;

  testing::random_source random_;
  world_totals& totals_;
  supervisor_spec spec_;
  supervisor_core core_;
  duration now_{};
  /// From then on nothing fails any more.
  duration calm_;
  /// One in so many starts fails.
  std::uint64_t failed_starts_;
  std::uint64_t last_number_ = 0;
  bool is_carrying_out_ = false;
  bool was_ready_ = false;
  bool has_finished_ = false;
  std::multimap<duration, std::function<void()>> events_;
  std::map<child_key, child> children_;
  std::map<ticket, request> requests_;
  /// Failures that wait for their report, by text.
  std::set<std::string> unreported_;
  std::vector<duration> spent_;
  std::vector<std::string> errors_;
};

} // namespace actors::supervision::detail::test
