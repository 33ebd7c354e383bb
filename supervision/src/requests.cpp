// SPDX-License-Identifier: BSD-3-Clause
//
// What others ask of a supervisor about its children, and the answers.
#include <algorithm>
#include <string>
#include <utility>

#include "check.hpp"
#include "supervisor_core.hpp"

namespace actors::supervision::detail {

namespace {

failure refused(std::string what, std::string value = {}) {
  return {errc::invalid_argument, {}, std::move(what), std::move(value)};
}

failure unknown(child_key child) {
  return {errc::no_such_actor, {}, "no child has this key", std::to_string(child)};
}

failure ended() { return {errc::actor_stopped, {}, "the supervisor has ended", {}}; }

/// Why a child that is not stopped can be neither restarted nor deleted.
failure busy(const child_record& child) {
  const bool is_between = child.phase == phase::halted || child.phase == phase::restarting;
  return refused(is_between ? "the child is restarting" : "the child is running", child.spec->id);
}

} // namespace

void supervisor_core::start_child(child_spec spec, ticket request, duration) {
  if (is_answered_early(request))
    return;
  if (pattern_)
    return refuse(request,
                  refused("a dynamic supervisor starts children of its pattern only", spec.id));
  if (const auto ok = check(spec, spec_, path_); !ok)
    return refuse(request, ok.error());
  if (must_wait()) {
    deferred_.push_back({request, [spec = std::move(spec), request](auto& self, duration later) {
                           self.start_child(spec, request, later);
                         }});
    return;
  }
  if (const auto known = children_.find(spec.id)) {
    const bool is_stopped = children_.at(*known)->phase == phase::stopped;
    return refuse(request, refused(is_stopped ? "already present" : "already started", spec.id));
  }
  const auto shared = std::make_shared<const child_spec>(std::move(spec));
  start_for(children_.add(shared, child_table::naming::by_id), {request, start_cause::added});
}

void supervisor_core::start_dynamic(std::vector<std::byte> arguments, ticket request, duration) {
  if (is_answered_early(request))
    return;
  if (!pattern_)
    return refuse(request, refused("only a dynamic supervisor has a pattern to start children of"));
  if (must_wait()) {
    deferred_.push_back(
        {request, [arguments = std::move(arguments), request](auto& self, duration later) {
           self.start_dynamic(arguments, request, later);
         }});
    return;
  }
  auto spec = pattern_;
  if (arguments != pattern_->start.arguments) {
    auto changed = std::make_shared<child_spec>(*pattern_);
    changed->start.arguments = std::move(arguments);
    spec = std::move(changed);
  }
  // Of a pattern only the arguments are new, and only a supervisor's can be looked into.
  if (spec->type == child_type::supervisor)
    if (const auto ok = check(*spec, spec_, path_); !ok)
      return refuse(request, ok.error());
  start_for(children_.add(std::move(spec), child_table::naming::none),
            {request, start_cause::added});
}

void supervisor_core::terminate_child(child_key key, ticket request, duration now) {
  if (is_answered_early(request))
    return;
  child_record* child = children_.at(key);
  if (child == nullptr)
    return refuse(request, unknown(key));
  if (child->phase == phase::stopped)
    return reply(request);
  open_[key].stops.push_back(request);
  if (child->phase == phase::running)
    return halt(key, *child);
  // Its answer is on the way and will end the wait.
  if (child->phase == phase::starting || child->phase == phase::stopping)
    return;
  forget_undecided(*child, response::leave, now);
  settle(key, *child);
}

void supervisor_core::restart_child(child_key key, ticket request, duration) {
  if (is_answered_early(request))
    return;
  if (pattern_)
    return refuse(request, refused("a dynamic supervisor keeps no children that are stopped"));
  const child_record* child = children_.at(key);
  if (child == nullptr)
    return refuse(request, unknown(key));
  if (child->phase != phase::stopped)
    return refuse(request, busy(*child));
  if (must_wait())
    deferred_.push_back({request, [key, request](auto& self, duration later) {
                           self.restart_child(key, request, later);
                         }});
  else
    start_for(key, {request, start_cause::again});
}

void supervisor_core::delete_child(child_key key, ticket request, duration) {
  if (is_answered_early(request))
    return;
  if (pattern_)
    return refuse(request, refused("a dynamic supervisor keeps no children that are stopped"));
  const child_record* child = children_.at(key);
  if (child == nullptr)
    return refuse(request, unknown(key));
  if (child->phase != phase::stopped)
    return refuse(request, busy(*child));
  children_.remove(key);
  reply(request);
}

bool supervisor_core::is_answered_early(ticket request) {
  if (finished_)
    refuse(request, ended());
  return finished_;
}

void supervisor_core::start_for(child_key child, start_request request) {
  open_[child].start = request;
  start(child, *children_.at(child));
}

/// Not tried again: whoever asked decides, and who asked for its end has it.
void supervisor_core::requested_start_failed(child_record& child, const incident& what,
                                             duration now) {
  const child_key key = what.child;
  report(child, what, response::leave, now);
  const auto& asked = open_.at(key).start;
  const bool was_added = asked && asked->cause == start_cause::added;
  failure why = what.how.reason;
  if (why.code == errc::none)
    why.code = errc::actor_failed;
  answer_start(key, why);
  settle(key, child);
  if (was_added && children_.at(key) != nullptr)
    children_.remove(key);
  continue_group(key, now);
}

bool supervisor_core::is_to_be_stopped(child_key child) const {
  const auto found = open_.find(child);
  return found != open_.end() && !found->second.stops.empty();
}

bool supervisor_core::was_requested(child_key child) const {
  const auto found = open_.find(child);
  return found != open_.end() && found->second.start;
}

void supervisor_core::answer_start(child_key child, const failure& why) {
  const auto found = open_.find(child);
  if (found == open_.end() || !found->second.start)
    return;
  const ticket request = found->second.start->request;
  found->second.start.reset();
  if (found->second.stops.empty())
    open_.erase(found);
  if (why.code == errc::none)
    reply(request, child);
  else
    refuse(request, why);
}

void supervisor_core::answer_stops(child_key child) {
  const auto found = open_.find(child);
  if (found == open_.end())
    return;
  for (const ticket request : found->second.stops)
    reply(request);
  open_.erase(found);
}

void supervisor_core::reply(ticket request, child_key child) {
  order& o = add(order::what::reply, child);
  o.request = request;
  if (const child_record* started = children_.at(child))
    o.id = started->id;
}

void supervisor_core::refuse(ticket request, failure why) {
  order& o = add(order::what::reply);
  o.request = request;
  o.why = std::move(why);
}

/// The supervisor ends: nothing that was asked will be done any more.
void supervisor_core::refuse_all() {
  for (const auto& [child, asked] : open_) {
    if (asked.start)
      refuse(asked.start->request, ended());
    for (const ticket request : asked.stops)
      refuse(request, ended());
  }
  for (const deferred_request& asked : deferred_)
    refuse(asked.request, ended());
  open_.clear();
  deferred_.clear();
}

} // namespace actors::supervision::detail
