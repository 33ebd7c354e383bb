// SPDX-License-Identifier: BSD-3-Clause
#include "downing.hpp"

#include <algorithm>
#include <tuple>

namespace actors::protocol {

namespace {

bool counts_against(const member& m, bool has_voters) noexcept {
  return is_present(m) && !is_reachable(m) && (is_voter(m) || has_voters);
}

bool is_own_vote(const member& m) noexcept {
  return m.state == member_state::up && is_reachable(m);
}

bool is_older(const member& a, const member& b) noexcept {
  return std::tie(a.up_number, a.id) < std::tie(b.up_number, b.id);
}

void take(const member*& best, const member& m, bool is_better) noexcept {
  if (best == nullptr || is_better)
    best = &m;
}

/// The members of whom something hangs on who they are.
struct notable {
  const member* lowest = nullptr;
  const member* oldest = nullptr;
  /// Of those that do not leave.
  const member* oldest_up = nullptr;
};

void consider(notable& who, const member& m) noexcept {
  take(who.lowest, m, who.lowest != nullptr && m.address < who.lowest->address);
  if (!is_voter(m))
    return;
  take(who.oldest, m, who.oldest != nullptr && is_older(m, *who.oldest));
  if (m.state == member_state::up)
    take(who.oldest_up, m, who.oldest_up != nullptr && is_older(m, *who.oldest_up));
}

verdict verdict_of(bool survives) noexcept { return survives ? verdict::survive : verdict::stop; }

verdict keep_oldest(const downing_rule& rule, const division& sides) noexcept {
  const bool alone_goes = rule.oldest_alone == alone::goes_down;
  if (sides.has_oldest)
    return verdict_of(!(alone_goes && sides.own <= 1 && sides.others >= 2));
  return verdict_of(alone_goes && sides.lacks_oldest && sides.others == 1 && sides.own >= 2);
}

} // namespace

std::string_view to_string(downing_strategy strategy) noexcept {
  constexpr std::string_view names[] = {"keep_majority", "static_quorum", "keep_oldest"};
  return names[static_cast<std::size_t>(strategy)];
}

bool is_divided(const member_table& table) noexcept {
  return table.ailing() != 0 &&
         std::any_of(table.members().begin(), table.members().end(),
                     [](const member& m) { return is_present(m) && !is_reachable(m); });
}

division divide(const member_table& table) {
  const auto& all = table.members();
  const bool has_voters = std::any_of(all.begin(), all.end(), [](const member& m) {
    return m.state == member_state::up && !is_reachable(m);
  });
  division sides;
  notable who;
  for (const member& m : all) {
    const bool against = counts_against(m, has_voters);
    sides.own += is_own_vote(m) ? 1 : 0;
    sides.others += against ? 1 : 0;
    if (against || (is_voter(m) && is_reachable(m)))
      consider(who, m);
  }
  // A lowest address that leaves may be removed already for the others: then nobody has it.
  sides.has_lowest = who.lowest != nullptr && is_own_vote(*who.lowest);
  if (who.oldest != nullptr && who.oldest_up != nullptr) {
    sides.has_oldest = is_reachable(*who.oldest) && is_reachable(*who.oldest_up);
    sides.lacks_oldest = !is_reachable(*who.oldest) && !is_reachable(*who.oldest_up);
  }
  return sides;
}

verdict decide(const downing_rule& rule, const division& sides) noexcept {
  switch (rule.strategy) {
  case downing_strategy::keep_majority:
    if (sides.own == sides.others)
      return verdict_of(sides.own != 0 && sides.has_lowest);
    return verdict_of(sides.own > sides.others);
  case downing_strategy::static_quorum:
    return verdict_of(sides.own >= rule.quorum && sides.own + sides.others < 2 * rule.quorum);
  case downing_strategy::keep_oldest:
    return keep_oldest(rule, sides);
  }
  return verdict::stop;
}

} // namespace actors::protocol
