// SPDX-License-Identifier: BSD-3-Clause
#include "supervisor_body.hpp"

#include <actors/detail/archive_error.hpp>
#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>

#include "check.hpp"
#include "nested_spec.hpp"
#include "spec_makers.hpp"

namespace actors::supervision {

namespace {

using detail::child_key;
using detail::child_record;
using detail::order;
using detail::phase;

actors::detail::shard& here() { return *actors::detail::current_shard; }

/// Until a killed child on another shard counts as lost.
constexpr duration kill_grace = std::chrono::seconds{1};

const std::string reports_key = actors::detail::topic_key<report>(reports.name);

void after(duration pause, auto message) {
  if (pause <= duration::zero())
    here().tell<decltype(message)>(here().self(), std::move(message));
  else
    (void)here().set_timer(here().self(), pause.count(), 0, std::move(message));
}

spawn_options options_for(const child_spec& spec) {
  spawn_options o;
  o.place = spec.where.place;
  o.shard = spec.where.shard;
  o.mailbox = {static_cast<std::size_t>(spec.where.mailbox_limit), spec.where.overflow};
  o.shutdown = spec.shutdown == infinity ? duration{-1} : spec.shutdown.within;
  return spec.where.node ? o.placed(*spec.where.node) : o;
}

} // namespace

supervisor::body::body(supervisor_spec spec, std::string where, actor_id parent)
    : path{where.empty() ? spec.id : std::move(where)}, above{parent},
      core{std::move(spec), path, hash_value(here().self())} {}

// -- events -----------------------------------------------------------------------------------------------

void supervisor::body::begin() {
  if (std::exchange(has_begun_, true)) return; // an instance before this one never came to read its own
  auto& names = here().owner().names();
  const auto before = std::dynamic_pointer_cast<detail::child_directory>(names.directory(path));
  // After a restart the children of the instance before this one wait to be taken over.
  if (here().has_children() && before) find_left_behind(*before);
  here().mark_named(here().self());
  if (auto ok = names.add_directory(path, here().self(), directory_); !ok) {
    answer_those_who_wait(ok);
    here().end_self(exit_kind::failed, std::move(ok.error()));
    return;
  }
  core.begin(now());
  obey();
}

void supervisor::body::find_left_behind(const detail::child_directory& before) {
  std::unordered_set<actor_id> wanted;
  before.for_each([&](const std::string& leaf, actor_id id) {
    const auto key = core.find(leaf);
    if (!key || !id || core.pattern() != nullptr) return;
    left_behind_.emplace(*key, id);
    wanted.insert(id);
  });
  here().release_halted_children(wanted);
  // Whoever looks for one meanwhile finds it: its slot is there, and messages wait.
  // The others too, without actors: keys are to be added in their order.
  for (const auto& [key, c] : core.children()) {
    const auto left = left_behind_.find(key);
    directory_->add(key, c.spec->id, left == left_behind_.end() ? actor_id{} : left->second, type_of(*c.spec));
  }
}

void supervisor::body::halted(actors::detail::child_halted what) {
  const auto known = key_of(what.child);
  if (!known) {
    // Said to the instance before this one, which will be taken over; or of one given up long ago.
    if (has_begun_) here().release(what.child);
    return;
  }
  const child_key key = *known;
  stop_waiting_for(key);
  restart_info& last = last_ends_[key];
  last.kind = what.kind;
  last.reason = what.reason;
  // With its node its slot is gone, also where it was born here: what follows is a new actor.
  const bool is_lost = what.reason.code == errc::node_lost;
  detail::ending how{what.kind, std::move(what.reason), std::move(what.message_type), !is_lost};
  if (is_lost) {
    starting_.erase(what.child);
    directory_->clear(key);
  }
  const bool had_id = record(key).id == what.child;
  if (record(key).phase == phase::starting && !had_id) {
    // The slot of a first start that failed is of no use, save for what waits there for a child that
    // was taken over.
    how.held = false;
    if (is_lost || !taken_over_.contains(key)) {
      forget(key, what.child);
      if (!is_lost) here().release(what.child);
    }
    core.start_failed(key, std::move(how), now());
  } else {
    core.child_ended(key, std::move(how), now());
  }
  obey();
}

void supervisor::body::started(actor_id child) {
  const auto key = key_of(child);
  // One that is a supervisor has started when all below it has.
  if (!key || record(*key).spec->type == child_type::supervisor) return;
  has_started(*key, child);
}

void supervisor::body::subtree_started(actor_id child) {
  if (const auto key = key_of(child)) has_started(*key, child);
}

void supervisor::body::has_started(child_key key, actor_id child) {
  starting_.erase(child);
  core.child_started(key, child, now());
  obey();
}

std::optional<child_key> supervisor::body::key_of(actor_id child) const {
  if (auto known = core.find(child)) return known;
  auto known = starting_.find(child);
  return known == starting_.end() ? std::nullopt : std::optional{known->second};
}

void supervisor::body::overdue(child_key key, std::uint64_t order) {
  auto halt = halts_.find(key);
  if (halt == halts_.end() || halt->second.order != order) return;
  halts_.erase(halt);
  const actor_id id = record(key).id;
  here().give_child_up(id);
  forget(key, id);
  core.child_ended(key,
                   {exit_kind::killed,
                    {errc::timeout, id, "its shard does not answer; it did not end when killed and is given up", ""},
                    "",
                    false},
                   now());
  obey();
}

// -- requests ---------------------------------------------------------------------------------------------

promise<any_ref> supervisor::body::start_child(child_spec spec, promise<any_ref> answer) {
  auto ok = detail::check(spec, core.flags(), path);
  if (ok) ok = detail::check_makers(spec, path, strategy::one_for_one); // looks into what has been checked
  if (!ok) {
    answer.fail(std::move(ok.error()));
    return answer;
  }
  starts_.emplace(++last_ticket_, answer);
  core.start_child(std::move(spec), last_ticket_, now());
  obey();
  return answer;
}

promise<any_ref> supervisor::body::start_dynamic(supervision::start_dynamic what, promise<any_ref> answer) {
  if (const child_spec* pattern = core.pattern()) {
    const std::string& takes = maker_of(*pattern).takes;
    if (pattern->type == child_type::worker && what.signature != takes) {
      answer.fail({errc::invalid_argument, here().self(),
                   path + ": arguments: expected " + takes + ", as `takes` says", std::move(what.signature)});
      return answer;
    }
  }
  starts_.emplace(++last_ticket_, answer);
  core.start_dynamic(std::move(what.arguments), last_ticket_, now());
  obey();
  return answer;
}

namespace {

failure no_child(const std::string& path, const std::string& id) {
  return {errc::no_such_actor, {}, path + ": no child of this id", id};
}

} // namespace

promise<any_ref> supervisor::body::restart_child(const std::string& id, promise<any_ref> answer) {
  const auto key = core.find(id);
  if (!key) {
    answer.fail(no_child(path, id));
    return answer;
  }
  starts_.emplace(++last_ticket_, answer);
  core.restart_child(*key, last_ticket_, now());
  obey();
  return answer;
}

promise<void> supervisor::body::terminate(const terminate_child& what, promise<void> answer) {
  const auto key = what.child ? core.find(what.child.id()) : core.find(what.id);
  if (!key) {
    answer.fail(no_child(path, what.child ? to_string(what.child.id()) : what.id));
    return answer;
  }
  stops_.emplace(++last_ticket_, answer);
  core.terminate_child(*key, last_ticket_, now());
  obey();
  return answer;
}

promise<void> supervisor::body::erase(const std::string& id, promise<void> answer) {
  const auto key = core.find(id);
  if (!key) {
    answer.fail(no_child(path, id));
    return answer;
  }
  stops_.emplace(++last_ticket_, answer);
  core.delete_child(*key, last_ticket_, now());
  if (!core.children().contains(*key)) directory_->remove(*key);
  obey();
  return answer;
}

// -- orders -----------------------------------------------------------------------------------------------

void supervisor::body::obey() {
  if (obeying_) return; // whoever obeys already takes the new orders too
  obeying_ = true;
  for (auto orders = core.take_orders(); !orders.empty(); orders = core.take_orders())
    for (order& o : orders) carry_out(o);
  obeying_ = false;
}

void supervisor::body::carry_out(order& what) {
  switch (what.kind) {
    case order::what::start: start(what.child); break;
    case order::what::restart: make_again(what.child); break;
    case order::what::halt: halt(what.child, what.id); break;
    case order::what::release: release(what.child, what.id); break;
    case order::what::wake: after(what.pause, detail::alarm{what.alarm}); break;
    case order::what::reply: reply(what); break;
    case order::what::ready: ready(what); break;
    case order::what::finish: here().end_self(what.exit, std::move(what.why)); break;
    case order::what::report: {
      report news = *what.news;
      news.supervisor = here().self();
      if (auto line = log_.line(news, now())) here().owner().log(log_level::warning, *line);
      for (const actor_id& to : here().owner().subscribers(reports_key)) here().tell<report>(to, news);
      break;
    }
  }
}

void supervisor::body::start(child_key key) {
  const auto spec = record(key).spec;
  if (take_over(key, *spec)) return;
  actor_id id;
  try {
    id = make(*spec);
  } catch (...) {
    failure why = actors::detail::describe_exception(std::current_exception(), {});
    last_ends_[key] = {{}, 0, exit_kind::failed, why};
    core.start_failed(key, {exit_kind::failed, std::move(why), "", false}, now());
    return;
  }
  if (!id) {
    failure why{errc::node_lost, {}, "no node takes it: the log says why", path_of(*spec)};
    last_ends_[key] = {{}, 0, exit_kind::failed, why};
    core.start_failed(key, {exit_kind::failed, std::move(why), "", false}, now());
    return;
  }
  keep_order(key);
  const bool at_once = id.place == here().place() && spec->type == child_type::worker;
  if (!at_once) starting_.emplace(id, key);
  if (auto taken = register_child(key, id, *spec)) {
    forget(key, id);
    here().release(id);
    core.start_failed(key, {exit_kind::failed, std::move(*taken), "", false}, now());
  } else if (at_once) {
    core.child_started(key, id, now());
  }
}

/// A new actor is the youngest, and the first to stop; not so if its place is before others.
void supervisor::body::keep_order(child_key key) {
  if (!is_ready) return; // they start in order: nobody younger is there yet
  for (auto younger = std::next(core.children().find(key)); younger != core.children().end(); ++younger)
    if (const actor_id id = younger->second.id) here().line_up_last(id);
}

/// Instead of a new actor, a new instance behind the id that the child had under the supervisor's
/// instance before this one.
bool supervisor::body::take_over(child_key key, const child_spec& spec) {
  auto waits = left_behind_.find(key);
  if (waits == left_behind_.end()) return false;
  const actor_id id = waits->second;
  left_behind_.erase(waits);
  if (!here().adopt_halted_child(id)) return false;
  taken_over_.insert(key);
  starting_.emplace(id, key);
  restart(id, spec, {path_of(spec), 1, exit_kind::shutdown, {errc::cancelled, id, "its supervisor was restarted", ""}});
  return true;
}

actor_id supervisor::body::make(const child_spec& spec) {
  if (spec.type == child_type::supervisor)
    return actors::detail::spawn_kept<supervisor>(options_for(spec), detail::nested_spec(spec.start), path_of(spec),
                                                  here().self());
  return maker_of(spec).start(options_for(spec), spec.start.arguments);
}

void supervisor::body::make_again(child_key key) {
  const child_record& c = record(key);
  restart_info why = last_ends_[key];
  why.path = path_of(*c.spec);
  why.restarts = c.restarts + 1;
  restart(c.id, *c.spec, std::move(why));
}

void supervisor::body::restart(actor_id id, const child_spec& spec, restart_info why) {
  if (spec.type == child_type::supervisor) {
    actors::detail::restart_with<supervisor>(id, detail::nested_spec(spec.start), path_of(spec), here().self());
    return;
  }
  const detail::restorer* restore = spec.start.restore.empty() ? nullptr : detail::find_restorer(spec.start.restore);
  maker_of(spec).restart(id, spec.start.arguments, restore, std::move(why));
}

std::optional<failure> supervisor::body::register_child(child_key key, actor_id id, const child_spec& spec) {
  if (core.pattern() != nullptr) return std::nullopt;
  if (here().owner().names().has_below(path, spec.id))
    return failure{errc::name_taken, id, "the name is taken", path_of(spec)};
  directory_->add(key, spec.id, id, type_of(spec));
  return std::nullopt;
}

const actors::detail::actor_type* supervisor::body::type_of(const child_spec& spec) {
  return spec.type == child_type::supervisor ? actors::detail::actor_type_ptr<supervisor> : maker_of(spec).type;
}

void supervisor::body::halt(child_key key, actor_id id) {
  // It may have ended since the order was given.
  const auto child = core.children().find(key);
  if (child == core.children().end() || child->second.phase != phase::stopping) return;
  const shutdown limit = child->second.spec->shutdown;
  if (limit == brutal_kill)
    here().kill(id);
  else
    here().stop(id, exit_kind::shutdown);
  if (limit == infinity) return;
  const std::uint64_t timer =
      here().set_timer(here().self(), (limit.within + kill_grace).count(), 0, detail::overdue{key, ++last_halt_});
  halts_[key] = {last_halt_, timer};
}

void supervisor::body::stop_waiting_for(child_key key) {
  auto halt = halts_.find(key);
  if (halt == halts_.end()) return;
  here().cancel_timer(halt->second.timer);
  halts_.erase(halt);
}

void supervisor::body::release(child_key key, actor_id id) {
  forget(key, id);
  here().release(id);
}

void supervisor::body::forget(child_key key, actor_id id) {
  starting_.erase(id);
  last_ends_.erase(key);
  taken_over_.erase(key);
  // At once, not when its slot ends: the next one may be given the same path before that.
  if (core.children().contains(key))
    directory_->clear(key);
  else
    directory_->remove(key);
}

void supervisor::body::reply(const order& what) {
  if (auto start = starts_.find(what.request); start != starts_.end()) {
    if (auto ok = what.outcome())
      start->second.set(any_ref{what.id});
    else
      start->second.fail(std::move(ok.error()));
    starts_.erase(start);
  } else if (auto stop = stops_.find(what.request); stop != stops_.end()) {
    if (auto ok = what.outcome())
      stop->second.set();
    else
      stop->second.fail(std::move(ok.error()));
    stops_.erase(stop);
  }
}

void supervisor::body::ready(const order& what) {
  const auto ok = what.outcome();
  is_ready = ok.has_value();
  answer_those_who_wait(ok);
  // What has been terminated before its turn came.
  for (const auto& [key, id] : std::exchange(left_behind_, {})) {
    directory_->clear(key);
    here().release(id);
  }
  if (ok && above) here().tell<detail::subtree_started>(above, detail::subtree_started{here().self()});
}

void supervisor::body::answer_those_who_wait(const expected<void>& outcome) {
  for (const promise<void>& waiting : std::exchange(awaiting_start, {})) {
    if (outcome)
      waiting.set();
    else
      waiting.fail(outcome.error());
  }
}

std::string supervisor::body::path_of(const child_spec& spec) const { return path + "/" + spec.id; }

const child_record& supervisor::body::record(child_key key) const { return core.children().at(key); }

const detail::maker& supervisor::body::maker_of(const child_spec& spec) {
  // Siblings mostly have the same one.
  if (last_maker_ != nullptr && last_maker_->name == spec.start.maker) return *last_maker_;
  const detail::maker* known = detail::find_maker(spec.start.maker);
  if (known == nullptr) throw std::invalid_argument{"this program has no maker " + spec.start.maker};
  last_maker_ = known;
  return *known;
}

} // namespace actors::supervision
