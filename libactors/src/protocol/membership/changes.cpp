// SPDX-License-Identifier: BSD-3-Clause
//
// What changes in the table, and what follows from it.
#include <algorithm>

#include "membership.hpp"

namespace actors::protocol {

/// The one way into the table. False if it knew all that.
bool membership::learn(const member& news) {
  if (news.id == self_.id && table_.find(self_.id) != nullptr && learn_about_self(news))
    return true;
  const member* known = table_.find(news.id);
  const bool was_known = known != nullptr;
  const member before = was_known ? *known : news;
  const auto digest = table_.digest();
  switch (table_.merge(news)) {
  case member_table::outcome::full:
    ++refused_.members;
    return false;
  case member_table::outcome::unchanged:
    return false;
  case member_table::outcome::changed:
    break;
  }
  if (digest != table_.digest())
    seen_.reset(table_, self_.id);
  // After a pause the first news goes out at once.
  if (rumours_.empty())
    next_gossip_ = std::min(next_gossip_, clock_.now());
  // Of a stranger's end nobody needs to hear.
  if (was_known || news.state != member_state::removed)
    rumours_.add(news.id, table_.size());
  note_change(before, was_known, table_.find(news.id));
  return true;
}

/// True if that was all: it was refuted, or is the end.
bool membership::learn_about_self(const member& news) {
  if (news.state >= member_state::down && self_.state < member_state::down) {
    stop(stop_reason::fenced);
    return true;
  }
  if (news.live != liveness::alive && news.incarnation >= self_.incarnation) {
    member refutation = self_;
    merge(refutation, news);
    refutation.incarnation = std::min(news.incarnation + 1, max_incarnation);
    refutation.live = liveness::alive;
    learn(refutation);
    tell_all(refutation);
    return true;
  }
  return false;
}

void membership::note_change(const member& before, bool was_known, const member* after) {
  const member end = after != nullptr ? *after : tombstone(before.id);
  if (before.id == self_.id && after != nullptr)
    self_ = end;
  detector_.noted(end, clock_.now());
  if (was_known || after != nullptr)
    publish_states(before, was_known, end);
  if (end.state == member_state::down && (!was_known || is_present(before)))
    removals_[end.id] =
        clock_.now() + (options_.planted == planted_bug::early_take_over ? duration::zero()
                        : end.live == liveness::gone ? options_.downing.take_over_after_gone
                                                   : options_.downing.take_over_after);
  else if (end.state == member_state::removed)
    removals_.erase(end.id);
}

/// Every step from one record to the other, also those that were missed.
void membership::publish_states(const member& before, bool was_known, const member& after) {
  const bool is_removed = after.state == member_state::removed;
  const member& about = is_removed ? before : after;
  const auto passes = [&](member_state state) {
    return after.state >= state && (!was_known || before.state < state);
  };
  if (!was_known)
    publish(member_event::joined, about);
  if (passes(member_state::up) && about.up_number != 0)
    publish(member_event::up, about);
  if (passes(member_state::leaving) && about.state == member_state::leaving)
    publish(member_event::leaving, about);
  const bool was_reachable = !was_known || is_reachable(before);
  if (is_present(after) && was_reachable != is_reachable(after))
    publish(was_reachable ? member_event::unreachable : member_event::reachable, about);
  if (passes(member_state::down))
    publish(member_event::down, about);
  if (passes(member_state::removed))
    publish(member_event::removed, about);
}

void membership::publish(member_event what, const member& about) {
  orders_.emplace_back(publish_event{what, about});
}

void membership::mark(node_id id, liveness live) {
  const member* m = table_.find(id);
  if (m == nullptr || !is_present(*m) || m->live >= live)
    return;
  member worse = *m;
  worse.live = live;
  learn(worse);
}

void membership::mark(node_id id, member_state state) {
  const member* m = table_.find(id);
  if (m == nullptr || m->state >= state)
    return;
  member next = *m;
  next.state = state;
  if (state == member_state::up)
    next.up_number = table_.next_up_number();
  learn(state == member_state::removed ? tombstone(id) : next);
}

/// The leader lets in who joins, once all voters know of it.
void membership::promote() {
  if (self_.state == member_state::joining && table_.voters() == 0)
    return stop(stop_reason::abandoned);
  if (self_.state != member_state::up || table_.joining() == 0)
    return;
  const member* leader = table_.leader();
  if (leader == nullptr || leader->id != self_.id || is_divided(table_) ||
      !seen_.has_voters(table_))
    return;
  std::vector<node_id> next;
  for (const member& m : table_.members())
    if (m.state == member_state::joining && m.live == liveness::alive && seen_.has(table_, m.id))
      next.push_back(m.id);
  for (const node_id id : next)
    mark(id, member_state::up);
}

/// Leaves step by step: say so; wait until the actors are away and all voters know; be gone.
void membership::depart() {
  if (departure_ == departure::none)
    return;
  if (self_.state == member_state::up)
    return mark(self_.id, member_state::leaving);
  if (departure_ != departure::drained || !seen_.has_voters(table_))
    return;
  tell_all(tombstone(self_.id));
  stop(stop_reason::left);
}

/// All that are not alive are gone for certain.
bool membership::is_certain() const noexcept {
  const auto& all = table_.members();
  return std::all_of(all.begin(), all.end(), [](const member& m) {
    return !is_present(m) || m.live == liveness::alive || m.live == liveness::gone;
  });
}

/// Who is lost now. One more that is gone for certain, a loser that has stopped perhaps, delays no
/// decision; any other change may be the beginning of more.
void membership::watch_lost() {
  std::vector<node_id> lost;
  bool is_calm = true;
  if (table_.ailing() != 0)
    for (const member& m : table_.members())
      if (is_present(m) && !is_reachable(m)) {
        const bool was_lost = std::binary_search(lost_.begin(), lost_.end(), m.id);
        is_calm &= was_lost || (m.live == liveness::gone && !lost_.empty());
        lost.push_back(m.id);
      }
  if (!is_calm || !std::includes(lost.begin(), lost.end(), lost_.begin(), lost_.end()))
    lost_since_ = clock_.now();
  lost_ = std::move(lost);
}

/// Decides when nobody was lost or came back for long enough.
void membership::judge() {
  watch_lost();
  const auto& o = options_.downing;
  const duration wait = is_certain() ? o.stable_after_gone : o.stable_after;
  if (lost_.empty() || clock_.now() < lost_since_ + wait)
    return;
  division sides = divide(table_);
  if (options_.planted == planted_bug::quorum_off_by_one)
    ++sides.own;
  if (decide(o.rule, sides) == verdict::stop)
    return stop(stop_reason::lost_partition);
  for (const node_id id : lost_)
    mark(id, member_state::down);
  lost_.clear();
}

void membership::remove_old() {
  while (true) {
    const auto due = std::find_if(removals_.begin(), removals_.end(),
                                  [&](const auto& r) { return r.second <= clock_.now(); });
    if (due == removals_.end())
      return;
    mark(due->first, member_state::removed);
  }
}

/// Others need not find out: they are told. Not that it is down, which would change how they count.
void membership::stop(stop_reason why, join_refusal refused) {
  if (why == stop_reason::lost_partition) {
    member last = self_;
    last.live = liveness::gone;
    tell_all(last);
  }
  phase_ = phase::stopped;
  orders_.emplace_back(stop_all{why, refused});
}

} // namespace actors::protocol
