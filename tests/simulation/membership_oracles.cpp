// SPDX-License-Identifier: BSD-3-Clause
//
// What is held against a history.
#include <algorithm>

#include <fmt/format.h>

#include "membership_world.hpp"

namespace actors::protocol::test {

namespace {

constexpr std::string_view names[] = {"joined",    "up",   "leaving", "unreachable",
                                      "reachable", "down", "removed"};
constexpr std::string_view reasons[] = {"left",    "lost_partition", "fenced",
                                        "refused", "abandoned",      "second_cluster"};

} // namespace

void world::say(const std::string& text) const {
  if (narrate)
    narrate(fmt::format("{:9.3f} {}", static_cast<double>(network_.now().count()) / 1e9, text));
}

void world::error(const std::string& text) {
  say("ERROR " + text);
  errors_.push_back(
      fmt::format("{:.3f} s: {}", static_cast<double>(network_.now().count()) / 1e9, text));
}

void world::take_event(std::size_t at, const publish_event& news) {
  ++totals_.events;
  say(fmt::format("{}: {} {} {}", network_.hosts()[at].address, news.about.name,
                  to_string(news.about.id), names[static_cast<std::size_t>(news.what)]));
  check_order(at, news);
  if (news.what == member_event::up)
    check_steps(at, news.about);
  if (news.what == member_event::removed)
    check_take_over(at, news.about);
  totals_.unreachable += news.what == member_event::unreachable ? 1 : 0;
  const bool is_wrong = news.what == member_event::unreachable || news.what >= member_event::down;
  if (kind_ == history::healthy && is_wrong)
    error(fmt::format("{} holds {} for lost", at, news.about.name));
}

void world::check_order(std::size_t at, const publish_event& news) {
  const auto key = std::pair{network_.hosts()[at].process->self(), news.about.id};
  const auto [found, is_new] = told_.try_emplace(key);
  told& t = found->second;
  const bool is_lasting =
      news.what != member_event::unreachable && news.what != member_event::reachable;
  if (is_new != (news.what == member_event::joined))
    return error("joined is not the first event");
  if (!is_lasting) {
    const bool is_lost = news.what == member_event::unreachable;
    if (is_lost == t.is_unreachable || t.last >= member_event::down)
      error("unreachable and reachable do not alternate");
    t.is_unreachable = is_lost;
    return;
  }
  if (!is_new && news.what <= t.last)
    error("an event comes twice or late");
  if (news.what == member_event::removed && t.last != member_event::down)
    error("removed before down");
  t.last = news.what;
}

/// Strict where nobody is stalled and there is one cut at most.
void world::check_take_over(std::size_t at, const member& about) {
  if (about.id == network_.hosts()[at].process->self())
    return;
  ++totals_.take_overs;
  const bool is_strict = kind_ != history::chaos;
  if (const std::size_t owner = network_.find(about.id);
      is_strict && owner != network_.size() && network_.runs(owner) &&
      network_.hosts()[owner].process->cluster() == network_.hosts()[at].process->cluster())
    error(fmt::format("{} takes over from {}, which runs", at, about.name));
}

/// Who founds has heard from all seeds.
void world::check_founding() {
  for (std::size_t i = 0; i < network_.options().seeds; ++i)
    if (network_.hosts()[i].lives == 0)
      error(fmt::format("founded before seed {} has started", i));
}

void world::check_steps(std::size_t at, const member& about) {
  if (about.up_number == 1 && host_of(about.id) == at)
    check_founding();
  if (kind_ == history::chaos || about.up_number == 1)
    return;
  const auto& table = network_.hosts()[at].process->table();
  for (const member& m : table.members()) {
    const std::size_t other = network_.find(m.id);
    if (!is_voter(m) || !is_reachable(m) || other == network_.size() || !network_.runs(other))
      continue;
    const auto& theirs = network_.hosts()[other].process->table();
    if (theirs.find(about.id) == nullptr && !theirs.is_removed(about.id))
      error(fmt::format("{} is up for {}, and {} has not heard of it", about.name, at, other));
  }
}

void world::take_stop(std::size_t at, const stop_all& end) {
  ++totals_.stops;
  say(fmt::format("{} stops: {}", network_.hosts()[at].address,
                  reasons[static_cast<std::size_t>(end.why)]));
  if (kind_ == history::healthy)
    error(fmt::format("{} stops for reason {}", at, static_cast<int>(end.why)));
  if (!winners_.empty() && winners_[at] && !is_over_)
    error(fmt::format("{} stops and should have won", at));
  network_.later(some_time(3s), [this, at] {
    if (network_.hosts()[at].is_stopped)
      network_.start(at);
  });
}

bool world::is_settled() {
  for (std::size_t i = 0; i < network_.size(); ++i) {
    if (!network_.runs(i))
      return false;
    const auto& table = network_.hosts()[i].process->table();
    const auto is_up = [](const member& m) {
      return m.state == member_state::up && m.live == liveness::alive;
    };
    if (table.size() != network_.size() ||
        !std::all_of(table.members().begin(), table.members().end(), is_up))
      return false;
  }
  return true;
}

/// Counted anew, from all that are up, by the rule as users know it.
bool world::is_to_win(const std::vector<bool>& side) {
  std::size_t own = 0;
  std::uint32_t oldest = 0;
  std::size_t oldest_at = 0;
  for (std::size_t i = 0; i < side.size(); ++i) {
    own += side[i] ? 1 : 0;
    const std::uint32_t number =
        network_.hosts()[i].process->table().find(network_.hosts()[i].process->self())->up_number;
    if (oldest == 0 || number < oldest) {
      oldest = number;
      oldest_at = i;
    }
  }
  const std::size_t others = side.size() - own;
  const auto& rule = network_.options().membership.downing.rule;
  if (others == 0 || own == 0)
    return others == 0;
  if (rule.strategy == downing_strategy::keep_majority)
    return own > others || (own == others && side[0]);
  if (rule.strategy == downing_strategy::static_quorum)
    return own >= rule.quorum;
  const bool oldest_goes = rule.oldest_alone == alone::goes_down && side.size() > 2;
  const bool alone_here = side[oldest_at] && own == 1;
  const bool alone_there = !side[oldest_at] && others == 1;
  return oldest_goes && (alone_here || alone_there) ? alone_there : side[oldest_at];
}

/// The cut has lasted: both have decided.
void world::check_sides() {
  const auto begin = side_.begin();
  const auto seeds_end = begin + static_cast<std::ptrdiff_t>(network_.options().seeds);
  const bool has_split_seeds = std::find(begin, seeds_end, !side_[0]) != seeds_end;
  bool runs[2] = {false, false};
  for (std::size_t i = 0; i < network_.size(); ++i) {
    const auto& h = network_.hosts()[i];
    if (!network_.runs(i) || h.process->now_in() != membership::phase::member)
      continue;
    if (h.process->cluster() == cluster_)
      runs[side_[i] ? 1 : 0] = true;
    else if (has_split_seeds)
      error("a second cluster, without all seeds");
  }
  ++totals_.cuts_decided;
  totals_.winners += winners_.empty() ? 0 : 1;
  if (runs[0] && runs[1])
    error("both sides go on");
}

void world::check_calm() {
  for (std::size_t i = 0; i < network_.size(); ++i) {
    if (!network_.runs(i)) {
      error(fmt::format("{} does not run in the end", i));
      continue;
    }
    const membership& p = *network_.hosts()[i].process;
    totals_.rejoined += network_.hosts()[i].lives > 1 ? 1 : 0;
    if (p.table().size() != network_.size())
      error(fmt::format("{} knows {} members of {}", i, p.table().size(), network_.size()));
    for (const member& m : p.table().members())
      if (m.state != member_state::up || m.live != liveness::alive ||
          network_.find(m.id) == network_.size())
        error(fmt::format("for {} in the end {} is {}, {}", i, m.name, to_string(m.state),
                          to_string(m.live)));
  }
}

} // namespace actors::protocol::test
