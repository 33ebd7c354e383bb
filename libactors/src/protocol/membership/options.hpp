// SPDX-License-Identifier: BSD-3-Clause
//
// The parameters of membership. The README says how they were chosen, and what they cost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <actors/time.hpp>

#include "../planted.hpp"
#include "downing.hpp"

namespace actors::protocol {

using namespace std::chrono_literals;

/// SWIM. A silent node is unreachable after period + probe_timeout + suspicion at most, while few
/// members are probed at a time; a node that answers within suspicion - 2 delays never is.
struct detector_options {
  /// Between two pings of a node.
  duration period = 150ms;
  /// Then others are asked to ping it. More than a round trip takes.
  duration direct_timeout = 75ms;
  /// Then it is suspect.
  duration probe_timeout = 150ms;
  /// How long others have to say that they reach a node whose host refuses connections.
  duration quick_timeout = 50ms;
  /// How long a suspect has to refute it. More than the longest stall that is to be forgiven.
  duration suspicion = 600ms;
  /// Others that are asked to ping a node that does not answer.
  std::uint32_t mediators = 3;
  /// Members that are pinged in one period while some member does not answer.
  std::uint32_t alert_fanout = 32;
  /// A call that comes later than this after it was due means that this node was stalled.
  duration stall = 100ms;
};

struct gossip_options {
  /// Between two rounds while there is news.
  duration interval = 20ms;
  /// The same while it is only to be found out who has seen the table.
  duration confirm_interval = 50ms;
  /// At least so long between two transfers of the whole table.
  duration sync_interval = 500ms;
  std::uint32_t fanout = 4;
  /// Records in a message that carries news.
  std::uint32_t records = 24;
};

struct joining_options {
  /// Addresses. Empty: this node founds a cluster at once. All nodes should have the same list.
  std::vector<std::string> seeds{};
  duration retry = 200ms;
  /// Seeds, this one included, that must agree before a cluster is founded. 0: all of them. Fewer
  /// let a cluster start while some seeds are down, at the price that a part which has lost the
  /// rest may found a second one.
  std::uint32_t found_quorum = 0;
  /// How often members call at seeds that are not members.
  duration call_interval = 400ms;
  /// So long a seed listens for such calls before it founds; not if the list of seeds is empty.
  duration found_after = 600ms;
  /// A vote binds for so long.
  duration vote_lease = 3s;
};

struct downing_options {
  downing_rule rule{};
  duration stable_after = 1s;
  duration take_over_after = 1500ms;
  // The same if all that are lost are gone for certain.
  duration stable_after_gone = 120ms;
  duration take_over_after_gone = 300ms;
  /// A closed connection and a host that refuses new ones prove that a node is gone.
  bool trust_refusals = true;
};

struct membership_options {
  detector_options detector{};
  gossip_options gossip{};
  joining_options joining{};
  downing_options downing{};
  /// Of tests of the simulator.
  protocol::planted_bug planted = protocol::planted_bug::none;
};

/// Errors: invalid_argument with the field, its value and what it must be.
[[nodiscard]] expected<void> check(const membership_options& options);

} // namespace actors::protocol
