// SPDX-License-Identifier: BSD-3-Clause
//
// Events, and what follows the ends and the failed starts of single children.
#include "supervisor_core.hpp"

#include <utility>

#include <fmt/format.h>

#include "decisions.hpp"
#include "words.hpp"

namespace actors::supervision::detail {

expected<void> order::outcome() const {
  if (why.code == errc::none)
    return {};
  return unexpected<failure>{why};
}

supervisor_core::supervisor_core(supervisor_spec spec, std::string path, std::uint64_t seed)
    : spec_{std::move(spec)}, path_{std::move(path)}, budget_{spec_.intensity, spec_.period},
      random_{seed}, group_{group_operation{}} {
  // One block for all of them, which each of them keeps alive.
  const auto specs =
      std::make_shared<const std::vector<child_spec>>(std::exchange(spec_.children, {}));
  if (spec_.strategy == strategy::dynamic) {
    pattern_ = {specs, &specs->front()};
    return;
  }
  children_.reserve(specs->size());
  for (const child_spec& child : *specs)
    children_.add({specs, &child}, child_table::naming::by_id);
}

std::optional<child_key> supervisor_core::find(std::string_view id) const {
  return children_.find(id);
}

std::optional<child_key> supervisor_core::find(actor_id id) const { return children_.find(id); }

const child_table::map& supervisor_core::children() const noexcept {
  return children_.all();
}

std::vector<order> supervisor_core::take_orders() { return std::exchange(orders_, {}); }

void supervisor_core::begin(duration now) {
  if (std::exchange(has_begun_, true))
    return;
  step_starting();
  drain(now);
}

void supervisor_core::child_started(child_key key, actor_id id, duration now) {
  child_record* child = children_.at(key);
  if (finished_ || child == nullptr || child->phase != phase::starting)
    return;
  children_.set_id(key, *child, id);
  children_.set_phase(*child, phase::running);
  child->restarts += std::exchange(child->has_lived, true) ? 1 : 0;
  answer_start(key, {});
  const bool is_awaited = group_ && group_->current == key;
  const bool falls_with_group = is_awaited && group_->at == group_operation::step::halting;
  if (falls_with_group || is_to_be_stopped(key))
    halt(key, *child);
  if (is_awaited && !falls_with_group)
    continue_group(key, now);
  drain(now);
}

void supervisor_core::start_failed(child_key key, ending how, duration now) {
  child_record* child = children_.at(key);
  if (finished_ || child == nullptr || child->phase != phase::starting)
    return;
  const incident what{key, child->id, failed_in::start, std::move(how)};
  if (!what.how.held)
    children_.set_id(key, *child, {});
  if (was_requested(key) || is_to_be_stopped(key))
    requested_start_failed(*child, what, now);
  else if (group_ && group_->why == group_operation::purpose::start_all)
    fail_first_start(*child, what, now);
  else
    restart_after(*child, what, now);
  drain(now);
}

void supervisor_core::child_ended(child_key key, ending how, duration now) {
  child_record* child = children_.at(key);
  if (finished_ || child == nullptr)
    return;
  if (child->phase == phase::starting)
    return start_failed(key, std::move(how), now);
  if (child->phase != phase::running && child->phase != phase::stopping)
    return;
  const bool was_told = child->phase == phase::stopping;
  incident what{key, child->id, was_told ? failed_in::stop : failed_in::run, std::move(how)};
  if (!what.how.held)
    children_.set_id(key, *child, {});
  if (was_told)
    halted(*child, what, now);
  else
    ended_by_itself(*child, std::move(what), now);
  drain(now);
}

void supervisor_core::woken(std::uint64_t alarm, duration now) {
  if (finished_)
    return;
  if (group_ && group_->at == group_operation::step::pausing && group_->alarm == alarm) {
    start_group();
    return drain(now);
  }
  const auto found = alarms_.find(alarm);
  if (found == alarms_.end())
    return; // no longer needed
  const child_key key = found->second;
  alarms_.erase(found);
  child_record& child = *children_.at(key);
  child.alarm = 0;
  start(key, child);
}

void supervisor_core::ended_by_itself(child_record& child, incident what, duration now) {
  if (is_covered(what.child)) {
    const bool returns = child.spec->restart != restart::temporary;
    if (is_failure(child.spec->restart, what.how.kind))
      report(child, what, returns ? response::restart_group : response::leave, now);
    children_.set_phase(child, phase::halted);
    if (!returns)
      settle(what.child, child);
  } else if (can_decide()) {
    decide(child, what, now);
  } else {
    postpone(child, std::move(what));
  }
}

void supervisor_core::halted(child_record& child, const incident& what, duration now) {
  const child_key key = what.child;
  const bool returns = !is_to_be_stopped(key) && child.spec->restart != restart::temporary;
  if (!is_orderly_stop(child.spec->shutdown, what.how.kind))
    report(child, what, returns ? response::restart_group : response::leave, now);
  children_.set_phase(child, phase::halted);
  if (!returns)
    settle(key, child);
  continue_group(key, now);
}

void supervisor_core::decide(child_record& child, const incident& what, duration now) {
  const std::shared_ptr<const child_spec> spec = child.spec;
  if (after(spec->restart, what.how.kind) == decision::restart)
    return restart_after(child, what, now);
  if (is_failure(spec->restart, what.how.kind))
    report(child, what, response::leave, now);
  const std::string name = name_of(what.child, child);
  settle(what.child, child);
  if (is_auto_shutdown_due(spec_.auto_shutdown, spec->significant, children_.significant()))
    finish(exit_kind::shutdown,
           {errc::actor_stopped, what.who, fmt::format("auto shutdown: '{}' has ended", name), {}},
           now);
}

void supervisor_core::restart_after(child_record& child, const incident& what, duration now) {
  if (!budget_.spend(now))
    return give_up(child, what, now);
  const duration pause = next_pause(child, now);
  const bool alone = scope_of(spec_.strategy) == scope::child;
  report(child, what, alone ? response::restart : response::restart_group, now, pause);
  children_.set_phase(child, phase::restarting);
  if (!alone)
    return begin_group(what.child, what, pause, now);
  // A retry comes after whatever else the supervisor has been asked meanwhile.
  if (pause == duration::zero() && what.when != failed_in::start)
    return start(what.child, child);
  child.alarm = wake(pause);
  alarms_.emplace(child.alarm, what.child);
}

bool supervisor_core::can_decide() const noexcept {
  return !group_ || group_->at == group_operation::step::pausing;
}

void supervisor_core::postpone(child_record& child, incident what) {
  children_.set_phase(child, phase::halted);
  child.undecided = ++last_number_;
  undecided_.emplace(child.undecided, std::move(what));
}

void supervisor_core::drain(duration now) {
  while (!finished_) {
    if (!undecided_.empty() && can_decide()) {
      const incident what = std::move(undecided_.extract(undecided_.begin()).mapped());
      child_record& child = *children_.at(what.child);
      child.undecided = 0;
      decide(child, what, now);
    } else if (!deferred_.empty() && !must_wait()) {
      const deferred_request next = std::move(deferred_.front());
      deferred_.pop_front();
      next.repeat(*this, now);
    } else {
      return;
    }
  }
}

void supervisor_core::give_up(child_record& child, const incident& what, duration now) {
  report(child, what, response::give_up, now);
  const std::string text =
      fmt::format("restart intensity exceeded: more than {} restart{} within {} (last: '{}': {})",
                  spec_.intensity, spec_.intensity == 1 ? "" : "s", in_words(spec_.period),
                  name_of(what.child, child), text_of(what.how));
  settle(what.child, child);
  finish(exit_kind::shutdown, {errc::actor_failed, what.who, text, what.how.reason.value}, now);
}

void supervisor_core::finish(exit_kind exit, failure why, duration now) {
  while (!undecided_.empty())
    forget_undecided(*children_.at(undecided_.begin()->second.child), response::leave, now);
  order& last = add(order::what::finish);
  last.exit = exit;
  last.why = std::move(why);
  finished_ = true;
  refuse_all();
  group_.reset();
  alarms_.clear();
}

} // namespace actors::supervision::detail
