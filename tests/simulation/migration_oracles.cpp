// SPDX-License-Identifier: BSD-3-Clause
//
// What is held against a history.
#include <fmt/format.h>

#include "migration_world.hpp"

namespace actors::protocol::test {

void migration_world::say(const std::string& text) const {
  if (narrate)
    narrate(fmt::format("{:9.4f} {}", static_cast<double>(now_.count()) / 1e9, text));
}

void migration_world::error(const std::string& text) {
  say("ERROR " + text);
  errors_.push_back(fmt::format("{:.3f} s: {}", static_cast<double>(now_.count()) / 1e9, text));
}

std::size_t migration_world::running(const actor_id& id) const {
  std::size_t count = 0;
  for (const host& h : hosts_) {
    if (h.lives == nullptr)
      continue;
    const auto found = h.lives->copies.find(id);
    count += found != h.lives->copies.end() && found->second.now == copy_state::running ? 1 : 0;
  }
  return count;
}

/// It has just begun to run here, again or anew.
void migration_world::check_running(std::size_t at, const actor_id& id) {
  const truth& t = actors_.at(id);
  if (running(id) > 1)
    error(fmt::format("{} runs twice", to_string(id)));
  if (t.has_ended)
    error(fmt::format("{} runs at {}, and has ended", to_string(id), at + 1));
  const copy& c = hosts_[at].lives->copies.at(id);
  if (c.count != t.count || c.hash != t.hash)
    error(fmt::format("{} begins at {} with another state", to_string(id), at + 1));
}

void migration_world::check_result(std::size_t at, const report_move& o, const moved_actor& r) {
  say(fmt::format("{} reports of move {}: {} {} {}", at + 1, o.move.number, to_string(r.id),
                  static_cast<int>(r.outcome), r.why.what));
  const auto& copies = hosts_[at].lives->copies;
  const auto found = copies.find(r.id);
  const bool runs = found != copies.end() && found->second.now == copy_state::running;
  switch (r.outcome) {
  case move_outcome::moved:
    ++totals_.moved;
    if (r.address.node() != static_cast<std::uint64_t>(o.target))
      error("an actor has moved to another node than it was to");
    return;
  case move_outcome::stayed:
    ++totals_.stayed;
    if (r.why.code == errc::none || r.why.who != r.id)
      error("an actor stayed without a reason");
    if (is_gentle_ && r.why.code == errc::timeout)
      error("patience was lost, and nobody to blame");
    if (found != copies.end() && found->second.move == o.move && !runs)
      error(
          fmt::format("{} is said to have stayed at {} and does not run", to_string(r.id), at + 1));
    return;
  case move_outcome::ended:
    ++totals_.ended;
    if (!actors_.at(r.id).has_ended)
      error("an actor is said to have ended");
    return;
  case move_outcome::lost:
    ++totals_.lost;
    if (!actors_.at(r.id).may_be_lost)
      error("an actor is said to be lost");
    return;
  }
}

void migration_world::check_calm() {
  for (std::size_t at = 0; at < hosts_.size(); ++at) {
    if (hosts_[at].lives == nullptr)
      continue;
    const process& p = *hosts_[at].lives;
    const migration_load l = p.machine.load();
    if (l != migration_load{})
      error(fmt::format("{} has open: {} moves, {} departing, {} arriving, {} intents, {} notices",
                        at + 1, l.moves, l.departing, l.arriving, l.intents, l.notices));
    if (!p.guests.empty())
      error(fmt::format("{} keeps a copy that never started", at + 1));
    for (const auto& [id, c] : p.copies)
      if (c.now != copy_state::running)
        error(
            fmt::format("{} keeps {} in state {}", at + 1, to_string(id), static_cast<int>(c.now)));
    const auto& refused = p.machine.refusals();
    if (refused.version + refused.malformed + refused.misaddressed != 0)
      error(fmt::format("{} has refused messages", at + 1));
  }
  for (const auto& [id, w] : wishes_)
    if (!w.is_reported && hosts_[host_of(id.source)].lives != nullptr)
      error(fmt::format("move {} of {} has no report", id.number,
                        static_cast<std::uint64_t>(id.source)));
  for (const auto& [id, t] : actors_)
    check_actor(id, t);
}

void migration_world::check_actor(const actor_id& id, const truth& t) {
  if (t.has_ended)
    return;
  const std::size_t count = running(id);
  if (count > 1 || (count == 0 && !t.may_be_lost))
    error(fmt::format("{} runs {} times in the end", to_string(id), count));
  for (const node_id k : t.kin) {
    const host& h = hosts_[host_of(k)];
    if (h.lives == nullptr || k == t.owner)
      continue;
    const knowledge& about = h.lives->knows[id];
    const bool is_at_dead = about.is_gone || hosts_[host_of(about.where)].lives == nullptr;
    if (count == 1 ? about.where != t.owner || about.is_gone : !is_at_dead)
      error(fmt::format("{} does not know where {} is", static_cast<std::uint64_t>(k),
                        to_string(id)));
  }
}

} // namespace actors::protocol::test
