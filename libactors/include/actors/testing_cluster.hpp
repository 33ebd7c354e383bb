// SPDX-License-Identifier: BSD-3-Clause
//
// A whole cluster in one thread, under virtual time and from one seed: the engine, the links and the
// membership of production on a simulated network, with faults on order. Every run of a seed is the same
// history. For tests of the library and of its users.
//
//   actors::testing::cluster sim{{.nodes = 3, .seed = actors::testing::seed_from_environment()}};
//   auto counter = sim[0].spawn<tally>();
//   sim.partition({0}, {1, 2}).heal_after(1s);
//   sim.run_for(10s);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <actors/cluster.hpp>
#include <actors/testing.hpp>

namespace actors::testing {

/// Which side of a partition goes on.
enum class downing_strategy : std::uint8_t { keep_majority, static_quorum, keep_oldest };

struct cluster_options {
  std::size_t nodes = 3;
  std::uint64_t seed = 1;
  /// Of each node.
  std::uint32_t shards = 1;
  /// The first so many nodes are those that others join through.
  std::size_t seeds = 3;
  mailbox_options mailbox{mailbox_options::default_limit, overflow_policy::refuse};
  downing_strategy downing = downing_strategy::keep_majority;
  /// Of static_quorum.
  std::uint32_t quorum = 0;
  /// What nodes say of themselves to placement; nodes without an entry say nothing.
  std::vector<label_map> labels{};
  std::string secret{};

  /// One way.
  duration least_delay = std::chrono::microseconds{50};
  duration most_delay = std::chrono::milliseconds{1};
  /// Bytes that the network holds for one direction of a connection before the writer has to wait.
  std::uint64_t pipe_bytes = 256 << 10;
  /// Of one direction of a connection; 0: without bound.
  std::uint64_t bytes_per_second = 0;
  /// Bytes of messages that wait for one other node before senders are refused.
  std::uint64_t queue_bytes = 8 << 20;

  /// Keep what nodes log; see `cluster::logged`.
  log_level level = log_level::warning;
  /// Whether the constructor runs until all nodes are members.
  enum class beginning : std::uint8_t { formed, apart };
  beginning begin = beginning::formed;
  /// The name of a bug to have; for tests of the simulator itself. See tools/simulate.
  std::string planted{};
};

/// The outcome of an ask: an `expected<R>`, or the reply itself where that is asked for, which throws
/// `failure_error` for a failure.
template <class R>
class outcome_of : public actors::expected<R> {
public:
  using base = actors::expected<R>;
  outcome_of(base&& other) : base{std::move(other)} {}
  operator const R&() const {
    if (!this->has_value()) throw failure_error{this->error()};
    return this->value();
  }
};
template <>
class outcome_of<void> : public actors::expected<void> {
public:
  outcome_of(actors::expected<void>&& other) : actors::expected<void>{std::move(other)} {}
};

/// Something that ails the network until it is healed.
class fault {
public:
  void heal();
  void heal_after(duration time);

private:
  friend class cluster;
  struct body;
  explicit fault(std::shared_ptr<body> b) noexcept : body_{std::move(b)} {}
  std::shared_ptr<body> body_;
};

/// What one node has and has done so far in its present life.
struct cluster_counters {
  std::size_t connections = 0;
  /// Open links to other nodes.
  std::size_t links = 0;
  /// Other nodes that are known, lost ones included.
  std::size_t peers = 0;
  /// Bytes of messages that wait for other nodes.
  std::size_t waiting_bytes = 0;
  std::uint64_t nodes_lost = 0;
  /// Payloads that were not what their type says; messages to actors that cannot be.
  std::uint64_t malformed = 0;
  std::uint64_t misaddressed = 0;
  /// Connections that ended because the peer did not keep to the protocol.
  std::uint64_t protocol_errors = 0;
};

/// Threading: one thread, which also destroys it. Two at a time on one thread need different seeds.
/// Actors must not call it.
class cluster {
public:
  explicit cluster(const cluster_options& options = {});
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Of a node that has ended all that is asked fails. A node that is started again has lost its actors.
  [[nodiscard]] basic_node& operator[](std::size_t node);
  [[nodiscard]] std::size_t size() const noexcept;

  // -- faults ---------------------------------------------------------------------------------------

  /// Nothing passes between the two sides: bytes wait, and arrive late or not at all.
  fault partition(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other);
  /// Nothing passes from the one side to the other.
  fault silence(const std::vector<std::size_t>& from, const std::vector<std::size_t>& to);
  /// The connections between two nodes break; they may make new ones.
  void cut(std::size_t a, std::size_t b);
  /// The process dies; its host goes on and says so to whoever calls.
  void kill(std::size_t node);
  /// The host dies: nobody answers.
  void power_off(std::size_t node);
  /// The process stands still, as after SIGSTOP; its kernel goes on.
  void stall(std::size_t node, duration time);
  /// Starts a new life at the same address; one that still runs is killed first.
  void restart(std::size_t node);
  /// Leaves the cluster in order, then ends.
  void leave(std::size_t node);
  /// Requires: `by` is positive; steady clocks do not go back.
  void jump_clock(std::size_t node, duration by);

  // -- time -----------------------------------------------------------------------------------------

  /// Runs for a stretch of virtual time.
  void run_for(duration time);
  /// Runs until `done()`; false when `limit` of virtual time has passed.
  bool run_until(const std::function<bool()>& done, duration limit = std::chrono::minutes{10});
  /// Runs until all nodes that run agree that they, and nobody else, are the members.
  bool run_until_agreed(duration limit = std::chrono::seconds{60});
  /// `what` happens after this time, between two events. It may call the cluster, but not run it.
  void later(duration delay, std::function<void()> what);
  /// One event; false when nothing is left to happen.
  bool step();
  /// Asks from outside, on the node that the handle names where that runs, and runs until the outcome.
  template <class Ref, class M>
  auto ask(const Ref& to, M message, duration timeout = default_ask_timeout) {
    auto result = at(to.id()).ask(to, std::move(message), timeout).result();
    return outcome_of<typename decltype(result)::value_type>{std::move(result)};
  }

  // -- queries --------------------------------------------------------------------------------------

  /// Virtual time since the start.
  [[nodiscard]] duration now() const noexcept;
  [[nodiscard]] random_source& random() noexcept;
  /// Its process has neither ended nor been told to stop.
  [[nodiscard]] bool is_running(std::size_t node) const noexcept;
  /// It runs, and is a member as far as it knows.
  [[nodiscard]] bool is_member(std::size_t node) const noexcept;
  /// The cluster goes on without it: its actors have been ended.
  [[nodiscard]] bool is_expelled(std::size_t node) const noexcept;
  [[nodiscard]] bool is_stalled(std::size_t node) const noexcept;
  /// The present or last life: as in the ids of its actors.
  [[nodiscard]] std::uint64_t id_of(std::size_t node) const noexcept;
  /// Who was first in the cluster that this node is in; 0 when in none.
  [[nodiscard]] std::uint64_t founder_of(std::size_t node) const noexcept;
  /// Members as a node sees them, itself included.
  [[nodiscard]] std::vector<node_info> members(std::size_t node) const;
  /// All running nodes hold each other, and nobody else, for members that are up.
  [[nodiscard]] bool is_agreed() const;
  /// What a node has logged in all its lives.
  [[nodiscard]] std::vector<std::string> logged(std::size_t node) const;
  [[nodiscard]] cluster_counters counters(std::size_t node) const;
  /// Of everything that has happened so far: equal for equal histories.
  [[nodiscard]] std::uint64_t digest() const noexcept;
  [[nodiscard]] std::uint64_t events() const noexcept;

private:
  [[nodiscard]] basic_node& at(const actor_id& who);
  struct body;
  std::unique_ptr<body> body_;
};

} // namespace actors::testing
