// SPDX-License-Identifier: BSD-3-Clause
//
// Before a node is a member: it looks for a cluster through the seeds, and if there is none one of
// the seeds founds it.
//
//   seeking --welcome--> member
//      |
//      | is a seed; every other seed has said that it is not a member either and has given its
//      | vote; has the lowest address of all that were heard
//      v
//   founder
//
// Why all seeds: with a majority of them two groups cannot found at once, but after a partition the
// losers, who stop and start again, could found a second cluster if they held a majority of the
// seeds. With all of them somebody is on the other side and cannot be heard. The price: the first
// start waits until all seeds run. `found_quorum` buys it back for those who prefer that.
//
// Why votes: nodes with different lists, or that hear only some seeds, may each think that they are
// to found. A seed that is not a member gives its vote to one candidate and keeps to it for
// `vote_lease`; who founds has used only votes younger than half of that, and answers with a
// welcome from then on.
//
// An only seed that has crashed and starts again hears of nobody while the others live on. So
// members call at seeds that are not members (`join_hint`); a node that still seeks joins there,
// and none founds before it has listened for `found_after`. If
// a second cluster is found so, the one that has let in fewer members stops, node
// by node.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "options.hpp"

namespace actors::protocol {

class seeking {
public:
  /// Addresses learned beside the list of seeds; more are ignored.
  static constexpr std::size_t max_hints = 16;

  seeking(node_id self, std::string address, joining_options options, duration now);

  /// Whom to ask.
  [[nodiscard]] const std::vector<std::string>& contacts() const noexcept { return contacts_; }
  [[nodiscard]] duration due() const noexcept { return next_call_; }
  /// Whether to ask for votes.
  [[nodiscard]] bool is_candidate(duration now) const;
  [[nodiscard]] bool may_found(duration now) const;

  /// True when the contacts are to be asked now.
  [[nodiscard]] bool tick(duration now);
  /// A node at this address looks for a cluster, too.
  void heard(std::string_view address, duration now);
  /// It has voted for `vote`; it was asked at `asked`.
  void voted(std::string_view address, node_id vote, duration asked);
  /// Somebody asks for a vote; returns who has it.
  node_id vote_for(node_id candidate, duration now);
  /// The one who has this node's vote.
  [[nodiscard]] node_id vote(duration now) const;
  /// There is a cluster at this address.
  void hint(const std::string& address);

private:
  struct other {
    duration heard;
    /// It has voted for this node: when it was asked. The vote binds it from then on at least.
    std::optional<duration> voted;
  };
  [[nodiscard]] std::size_t quorum() const noexcept;
  [[nodiscard]] bool is_fresh(duration then, duration now) const noexcept;

  // Constant after construction.
  node_id self_;
  std::string address_;
  joining_options options_;
  duration begun_;
  bool is_seed_;
  /// The seeds without this node.
  std::vector<std::string> seeds_;

  std::vector<std::string> contacts_;
  duration next_call_;
  std::map<std::string, other, std::less<>> others_;
  node_id vote_ = node_id::none;
  duration vote_until_{};
};

} // namespace actors::protocol
