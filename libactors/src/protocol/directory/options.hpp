// SPDX-License-Identifier: BSD-3-Clause
//
// The parameters of the directory.
#pragma once

#include <cstdint>

#include <actors/failure.hpp>
#include <actors/time.hpp>

namespace actors::protocol {

/// Faults on purpose, for tests and the simulator: each must be found.
enum class planted : std::uint8_t {
  none,
  /// What a former registrar sent is taken as if it were of this term.
  term_not_checked,
  /// A new registrar does not wait for the reports.
  serves_early,
  /// What a node held is free when it is down, not when it is removed.
  frees_at_down,
  /// What comes twice is taken twice.
  duplicates_taken,
  /// What comes after a gap is taken.
  gaps_taken,
  /// A report leaves out the activations under way.
  activations_unreported,
  /// Names that a new registrar does not mention stay in the replicas.
  names_not_swept,
  /// Entities on an unreachable node are activated elsewhere.
  replaces_unreachable,
  /// What a request was about is not asked again in the next term.
  requests_forgotten,
  /// Those who know where an entity is are not told that it ended.
  ends_untold,
};

struct directory_options {
  /// What is not acknowledged for so long is sent again; twice as long each time it was in vain.
  duration resend_after = std::chrono::milliseconds{150};
  duration resend_at_most = std::chrono::seconds{1};
  /// How often a registrar calls a node that has not answered yet.
  duration call_interval = std::chrono::milliseconds{100};
  /// An acknowledgement waits so long for something to travel with.
  duration acknowledge_after = std::chrono::milliseconds{20};
  /// The grain of all these times.
  duration grain = std::chrono::milliseconds{10};

  /// Items under way on one stream.
  std::uint32_t window = 4096;
  /// Answers that wait for their stream; at more nothing is taken from the node that causes them.
  std::uint32_t max_answers = 16384;
  /// Requests of this node that have no answer yet.
  std::uint32_t max_requests = 65536;
  /// Entities of other nodes that this node keeps in mind.
  std::uint32_t max_known = 65536;
  /// Names in the cluster, and entities.
  std::uint32_t max_names = 1U << 20;
  std::uint32_t max_entities = 1U << 24;
  /// Names that have gone, kept for replicas that lag. Those that lag more get all names anew.
  std::uint32_t max_gone = 65536;
  /// What one event may do of the work that comes in bulk.
  std::uint32_t piece = 4096;

  planted plant = planted::none;
};

/// Errors: invalid_argument with the field, its value and what it must be.
[[nodiscard]] expected<void> check(const directory_options& options);

} // namespace actors::protocol
