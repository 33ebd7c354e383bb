// SPDX-License-Identifier: BSD-3-Clause
//
// What a supervisor knows of one child: plain data that archives carry, so that a lost sub-tree can be
// built again elsewhere. The words are those of Erlang/OTP's `supervisor`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <actors/mailbox.hpp>
#include <actors/placement.hpp>
#include <actors/spawn_options.hpp>
#include <actors/time.hpp>

namespace actors::supervision {

/// Which ends of a child are followed by a restart.
enum class restart : std::uint8_t {
  /// All.
  permanent,
  /// The abnormal ones: it threw or was killed. Not `exit_kind::normal` and `exit_kind::shutdown`.
  transient,
  /// None; its specification goes with it.
  temporary,
};
inline constexpr restart permanent = restart::permanent;
inline constexpr restart transient = restart::transient;
inline constexpr restart temporary = restart::temporary;

/// How long a child may take to stop when told to; then it is killed.
struct shutdown {
  duration within = std::chrono::seconds{5};

  friend bool operator==(const shutdown&, const shutdown&) = default;
};
/// Killed at once, without `on_stop`.
inline constexpr shutdown brutal_kill{duration::zero()};
/// Never killed; what a child that is a supervisor itself gets when nothing is said.
inline constexpr shutdown infinity{duration::max()};

enum class child_type : std::uint8_t { worker, supervisor };

/// The pauses before restarts: `first`, then each `factor` times the one before up to `maximum`, each
/// made up to `jitter` (a share of it) longer by chance, so that what fails together does not come back
/// together. After `reset_after` without a failure it begins anew.
/// Source: Akka's BackoffSupervisor.
struct backoff {
  duration first = std::chrono::milliseconds{100};
  duration maximum = std::chrono::seconds{10};
  double factor = 2.0;
  double jitter = 0.2;
  /// Zero: as long as `maximum`.
  duration reset_after{};

  friend bool operator==(const backoff&, const backoff&) = default;
};

/// How to make a child: the name of its maker, which every process with the same code knows, and the
/// archived arguments of its constructor.
struct factory {
  /// The actor's type and what its constructor takes, such as `shop::payments(std::string, int)`.
  std::string maker;
  std::vector<std::byte> arguments;
  /// The function that gives a restarted child its state; empty: it starts empty.
  std::string restore;

  friend bool operator==(const factory&, const factory&) = default;
};

/// Where a child runs, and how much may wait for it.
struct placement {
  spawn_options::where place = spawn_options::where::here;
  /// For `given_shard`; modulo the number of shards.
  std::uint32_t shard = 0;
  std::uint64_t mailbox_limit = 0;
  overflow_policy overflow = overflow_policy::refuse;
  /// On which node of the cluster, each time it starts; none: with its supervisor. A child whose node is
  /// lost starts anew where this says, with a new id: what waited for it is lost with its node.
  std::optional<actors::placement::spec> node{};

  friend bool operator==(const placement&, const placement&) = default;
};

/// One child.
struct child_spec {
  /// Unique among its siblings; the last part of its path.
  std::string id;
  factory start;
  supervision::restart restart = restart::permanent;
  supervision::shutdown shutdown;
  child_type type = child_type::worker;
  /// Its end by itself counts for the supervisor's `auto_shutdown`.
  bool significant = false;
  placement where;
  /// Instead of the supervisor's.
  std::optional<supervision::backoff> backoff;

  friend bool operator==(const child_spec&, const child_spec&) = default;
};

} // namespace actors::supervision
