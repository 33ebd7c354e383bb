// SPDX-License-Identifier: BSD-3-Clause
//
// The operation on many children: the first start of all, and the restart of a group.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "decisions.hpp"
#include "supervisor_core.hpp"
#include "words.hpp"

namespace actors::supervision::detail {

bool supervisor_core::is_covered(child_key child) const noexcept {
  return group_ && group_->at == group_operation::step::halting && child >= group_->first;
}

/// Begins a group restart, or begins the one under way anew.
void supervisor_core::begin_group(child_key culprit, const incident& what, duration pause,
                                  duration now) {
  group_operation next;
  next.why = group_operation::purpose::restart;
  next.at = group_operation::step::halting;
  next.next =
      what.when == failed_in::start ? group_operation::turn::yield : group_operation::turn::at_once;
  next.first = scope_of(spec_.strategy) == scope::all ? 1 : culprit;
  next.cursor = ~child_key{0};
  // A pause as long as a duration holds ends at the end of time.
  next.not_before = pause > duration::max() - now ? duration::max() : now + pause;
  if (group_)
    next.not_before = std::max(next.not_before, group_->not_before);
  const child_key covered_from = group_ ? group_->first : next.cursor;
  group_ = next;
  cover(next.first, covered_from, now);
  step_halting(now);
}

/// Takes the children from `first` on into the group. Those that were stopped before it began start
/// with it, as in OTP; those from `covered_from` on were members already and have been stopped
/// since.
void supervisor_core::cover(child_key first, child_key covered_from, duration now) {
  for (auto* member = children_.at_or_after(first); member != nullptr;) {
    auto& [key, child] = *member;
    const child_key next = key + 1;
    const bool goes = child.undecided != 0 && child.spec->restart == restart::temporary;
    forget_undecided(child, goes ? response::leave : response::restart_group, now);
    if (goes)
      settle(key, child);
    else if (child.phase == phase::stopped && key < covered_from)
      children_.set_phase(child, phase::halted);
    member = children_.at_or_after(next);
  }
}

void supervisor_core::step_halting(duration now) {
  for (auto* member = children_.before(group_->cursor); member && member->first >= group_->first;
       member = children_.before(group_->cursor)) {
    auto& [key, child] = *member;
    group_->cursor = key;
    if (child.phase == phase::running)
      halt(key, child);
    if (child.phase == phase::stopping || child.phase == phase::starting) {
      group_->current = key;
      return;
    }
  }
  pause_group(now);
}

void supervisor_core::pause_group(duration now) {
  if (group_->not_before <= now && group_->next == group_operation::turn::at_once)
    return start_group();
  group_->at = group_operation::step::pausing;
  group_->alarm = wake(std::max(group_->not_before - now, duration::zero()));
}

void supervisor_core::start_group() {
  group_->at = group_operation::step::starting;
  group_->cursor = group_->first;
  group_->alarm = 0;
  step_starting();
}

bool supervisor_core::is_to_start(const child_record& child) const noexcept {
  if (group_->why == group_operation::purpose::start_all)
    return child.phase == phase::waiting;
  return child.phase == phase::halted || child.phase == phase::restarting;
}

void supervisor_core::step_starting() {
  for (auto* member = children_.at_or_after(group_->cursor); member != nullptr;
       member = children_.at_or_after(group_->cursor)) {
    auto& [key, child] = *member;
    group_->cursor = key + 1;
    if (!is_to_start(child))
      continue;
    group_->current = key;
    return start(key, child);
  }
  group_is_through();
}

void supervisor_core::group_is_through() {
  if (group_->why == group_operation::purpose::start_all)
    add(order::what::ready);
  group_.reset();
}

/// The member whose answer was awaited has given it.
void supervisor_core::continue_group(child_key answered, duration now) {
  if (!group_ || group_->current != answered)
    return;
  group_->current = 0;
  if (group_->at == group_operation::step::halting)
    step_halting(now);
  else
    step_starting();
}

void supervisor_core::fail_first_start(child_record& child, const incident& what, duration now) {
  report(child, what, response::give_up, now);
  const failure why{
      errc::actor_failed, what.who,
      fmt::format("cannot start child '{}': {}", name_of(what.child, child), text_of(what.how)),
      what.how.reason.value};
  settle(what.child, child);
  add(order::what::ready).why = why;
  finish(exit_kind::failed, why, now);
}

} // namespace actors::supervision::detail
