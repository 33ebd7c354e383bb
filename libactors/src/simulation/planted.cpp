// SPDX-License-Identifier: BSD-3-Clause
#include "planted.hpp"

namespace actors::simulation {

namespace {

using protocol::planted_bug;

constexpr plant bugs[] = {
    {planted_bug::quorum_off_by_one, "quorum-off-by-one", "a side of a cut counts one member too many for itself"},
    {planted_bug::fence_lost, "fence-lost", "a node that is down for the others is not told so"},
    {planted_bug::refutation_unheeded, "refutation-unheeded", "a suspicion goes on whatever incarnation refutes it"},
    {planted_bug::acknowledged_early, "acknowledged-early", "messages are acknowledged that have not come"},
    {planted_bug::bulk_overtaken, "bulk-overtaken", "small messages overtake large ones of the same sender"},
    {planted_bug::watchers_not_told, "watchers-not-told", "the loss of a node is not told to those who watch"},
    {planted_bug::early_take_over, "early-take-over", "identities are taken over before their owner has stopped"},
    {planted_bug::reliable_repeated, "reliable-repeated", "reliable tells that come twice are taken twice"},
    {planted_bug::reliable_gap_acknowledged, "reliable-gap-acknowledged", "reliable tells are acknowledged that have not come"},
    {planted_bug::none, "freed-at-down", "what a node held is given away before its actors have stopped",
     protocol::planted::frees_at_down},
    {planted_bug::none, "names-not-swept", "names that a new registrar does not know stay where they are known",
     protocol::planted::names_not_swept},
    {planted_bug::none, "unreachable-replaced", "entities of a node that does not answer are made again elsewhere",
     protocol::planted::replaces_unreachable},
};

} // namespace

std::span<const plant> all_planted() noexcept { return bugs; }

const plant* planted_by_name(std::string_view name) noexcept {
  for (const plant& b : bugs)
    if (b.name == name) return &b;
  return nullptr;
}

} // namespace actors::simulation
