// SPDX-License-Identifier: BSD-3-Clause
//
// What to do when some members have been unreachable for a while: is this side the one that goes
// on? Pure functions of the table: they know neither time nor who asks.
//
// The guarantee. If the cluster falls into two parts that cannot reach each other, and stays so
// until both have decided, at most one goes on; and an identity is taken over by the winner only
// after the loser has stopped its own. Three things carry it:
//
// 1. Both sides see the same cut. A side decides when the set of unreachable members has not
//    changed for `stable_after`, which is longer than the time between the first and the last of
//    them being found: the first suspicion makes every node probe all others at once. Who is gone
//    for certain does not begin the time anew, or losers that stop would hold up the others.
//
// 2. The answers exclude each other even if the tables differ by what was under way. A member is
//    promoted, or removed after leaving, only when all voters have seen the step before. So "up"
//    in one table is at least "joining" in the other, and "removed after leaving" at least
//    "leaving". A side counts for itself only who is up, and counts against itself whoever may
//    be up over there: up, leaving, and joining if a voter is there to promote it. Hence
//    own(A) <= others(B) and own(B) <= others(A); own(A) > others(A) and own(B) > others(B) cannot
//    both hold, and where equality decides, both have counted the same members.
//
// 3. Time. The cut is at 0. Every node of either side has decided by d_last + stable_after, where
//    d_last is the longest a node needs to find all it lost: waiting for a ping, probing, the word
//    going round, probing all, and suspicion (1.35 s by default). Nobody decides before
//    stable_after. So whoever takes over does so at stable_after + take_over_after at the
//    earliest, and the losers have stopped at d_last + stable_after at the latest: it is enough
//    that take_over_after > d_last. `check(options)` refuses less. The same holds for cuts that
//    refuse connections, with the shorter times for `gone`: there d_last is a period and two quick
//    probes.
//
// What it does not cover. A process that is stopped (SIGSTOP, a paused virtual machine) decides
// nothing meanwhile; it runs nothing either, and stops its actors as soon as it hears that it is
// down, which takes a round trip after it wakes: epochs fence what it sends until then. If it wakes
// cut off from the others it has to find that out first, and goes on for up to 2.4 s. A network
// whose parts change shape within stable_after is more than one cut. `gone` trusts the other host's
// word: a firewall that refuses in one direction and drops in the other breaks it, and
// `trust_refusals = false` is for such networks. Static quorum needs fewer than twice its quorum
// of members, and stops both sides when there are more.
#pragma once

#include <cstdint>
#include <string_view>

#include "member_table.hpp"

namespace actors::protocol {

enum class downing_strategy : std::uint8_t {
  /// The side with more voters; of two equal ones that with the lowest address.
  keep_majority,
  /// The side with at least `quorum` voters.
  static_quorum,
  /// The side with the oldest member; if it is alone there, the others, where they are two or more.
  keep_oldest,
};

enum class alone : bool { stays, goes_down };

struct downing_rule {
  downing_strategy strategy = downing_strategy::keep_majority;
  /// Of static_quorum.
  std::uint32_t quorum = 0;
  /// Of keep_oldest: what the oldest does when it is alone.
  alone oldest_alone = alone::goes_down;
};

/// The two sides as one of them has to count them; see 2. above.
struct division {
  std::size_t own = 0;
  std::size_t others = 0;
  bool has_lowest = false;
  /// The oldest is on this side, or on the other, with and without those that leave.
  bool has_oldest = false;
  bool lacks_oldest = false;
};

enum class verdict : std::uint8_t { survive, stop };

[[nodiscard]] std::string_view to_string(downing_strategy strategy) noexcept;
[[nodiscard]] division divide(const member_table& table);
[[nodiscard]] verdict decide(const downing_rule& rule, const division& sides) noexcept;
/// Some present member is unreachable.
[[nodiscard]] bool is_divided(const member_table& table) noexcept;

} // namespace actors::protocol
