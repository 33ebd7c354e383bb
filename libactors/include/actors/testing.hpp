// SPDX-License-Identifier: BSD-3-Clause
//
// Actors under virtual time, in one thread, from one seed: the same engine as in production, driven so
// that every run of a seed is the same history. For tests of the library and of its users.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <actors/node.hpp>

namespace actors::testing {

/// The seed in the environment variable `ACTORS_SEED`, else `otherwise`. A failing test prints the
/// seed it ran with; set the variable to see the same history again.
[[nodiscard]] std::uint64_t seed_from_environment(std::uint64_t otherwise = 1);

/// Random numbers that are the same everywhere. Source: Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators" (splitmix64), 2014.
class random_source {
public:
  explicit random_source(std::uint64_t seed) noexcept : state_{seed} {}
  std::uint64_t next() noexcept;
  /// Uniform in [0, bound). Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
  /// True once in `n` times.
  bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

private:
  std::uint64_t state_;
};

struct simulation_options {
  std::uint64_t seed = 1;
  std::uint32_t shards = 2;
  mailbox_options mailbox{mailbox_options::default_limit, overflow_policy::refuse};
  std::size_t inbox_bytes = std::size_t{256} << 20;
  /// Now and then actors move between shards, as the balancer would move them.
  bool moves = true;
  /// Keep what actors log; see `node::logged`.
  log_level level = log_level::warning;
};

/// A node whose shards run when the simulation says so. The order of shards, the length of their
/// turns and the moves between them come from the seed; time passes only when nobody has work.
/// Threading: everything in one thread.
class node final : public basic_node {
public:
  explicit node(const simulation_options& options = {});
  ~node() override;

  /// Runs until no message is left that could be handled now. Timers that are due later stay.
  void run_until_idle();
  /// Runs for a stretch of virtual time, timers included.
  void run_for(duration time);
  /// Runs one turn of one shard. False when there is nothing to do at the present time.
  bool step();
  /// Runs until `done()`, through virtual time as needed; false when nothing is left to happen or
  /// `limit` of virtual time has passed.
  bool run_until(const std::function<bool()>& done, duration limit = std::chrono::hours{1});

  /// Asks and runs until the outcome is there.
  template <class Ref, class M>
  auto ask_result(const Ref& to, M message, duration timeout = default_ask_timeout) {
    return ask(to, std::move(message), timeout).result();
  }

  /// Virtual time since the start.
  [[nodiscard]] duration now() const noexcept;
  [[nodiscard]] random_source& random() noexcept;
  [[nodiscard]] const std::vector<std::string>& logged() const noexcept;
  /// Stops all actors in order and runs until they have ended; false if some did not within `limit`.
  bool shutdown(duration limit = std::chrono::seconds{60});
  using basic_node::counters;
  [[nodiscard]] node_counters counters() const override;

private:
  struct body;
  std::unique_ptr<body> body_;
};

} // namespace actors::testing
