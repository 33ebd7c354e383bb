// SPDX-License-Identifier: BSD-3-Clause
//
// What the world does; what it holds against the core is in core_accounts.cpp.
#include "core_world.hpp"

#include <utility>

#include "decisions.hpp"

namespace actors::supervision::detail::test {

using namespace std::chrono_literals;

namespace {

constexpr exit_kind all_kinds[] = {exit_kind::normal, exit_kind::shutdown, exit_kind::killed,
                                   exit_kind::failed, exit_kind::failed,   exit_kind::failed,
                                   exit_kind::unknown};

child_spec random_child(testing::random_source& random, std::string id, auto_shutdown rule) {
  child_spec c;
  c.id = std::move(id);
  c.start.maker = "child()";
  c.restart = static_cast<supervision::restart>(random.below(3));
  if (random.one_in(2))
    c.restart = permanent;
  c.shutdown = random.one_in(4) ? brutal_kill : infinity;
  c.significant = c.restart != permanent && rule != auto_shutdown::never && random.one_in(2);
  if (random.one_in(4))
    c.backoff = backoff{5ms, 20ms, 2.0, 0.5, 50ms};
  return c;
}

supervisor_spec random_supervisor(testing::random_source& random) {
  constexpr std::uint32_t intensities[] = {0, 1, 2, 3, 10, 1000, 1000};
  supervisor_spec s;
  s.id = "root";
  s.strategy = static_cast<supervision::strategy>(random.below(4));
  s.intensity = intensities[random.below(std::size(intensities))];
  s.period = 1ms * static_cast<int>(1 + random.below(100));
  if (random.one_in(4))
    s.auto_shutdown = static_cast<supervision::auto_shutdown>(random.below(3));
  if (random.one_in(3))
    s.backoff = backoff{1ms, 30ms, 3.0, 0.2, 0ms};
  const auto count = s.strategy == strategy::dynamic ? 1 : random.below(6);
  for (std::uint64_t i = 0; i < count; ++i)
    s.children.push_back(
        random_child(random, std::string{static_cast<char>('a' + i)}, s.auto_shutdown));
  return s;
}

} // namespace

world::world(std::uint64_t seed, world_totals& totals)
    : random_{seed}, totals_{totals}, spec_{random_supervisor(random_)}, core_{spec_, "root", seed},
      calm_{static_cast<int>(random_.below(5)) * 60ms}, failed_starts_{2 + random_.below(30)} {}

std::vector<std::string> world::run() {
  for (auto n = random_.below(40); n > 0; --n)
    later(some_time() * static_cast<int>(1 + random_.below(30)), [this] { ask(); });
  for (auto n = random_.below(4); n > 0 && random_.one_in(4); --n)
    ask();
  core_.begin(now_);
  carry_out();
  for (int steps = 0; !events_.empty() && errors_.empty(); ++steps) {
    auto next = events_.extract(events_.begin());
    now_ = next.key();
    next.mapped()();
    carry_out();
    if (steps > 20'000)
      error("it does not come to rest");
  }
  check_settled();
  return errors_;
}

duration world::some_time() {
  return random_.one_in(3) ? duration::zero() : 1ms * static_cast<int>(random_.below(10));
}

actor_id world::new_id() { return {1, static_cast<std::uint32_t>(++last_number_), 1}; }

void world::later(duration delay, std::function<void()> what) {
  // A pause may be as long as a duration holds; nobody waits for that.
  if (delay < 1h)
    events_.emplace(now_ + delay, std::move(what));
}

ending world::ending_of(exit_kind kind) {
  return {kind,
          {errc::actor_failed, {}, "failure " + std::to_string(++last_number_), "some::exception"},
          "some::message",
          !random_.one_in(5)};
}

child_key world::some_key() {
  if (children_.empty() || random_.one_in(20))
    return random_.below(40);
  auto at = children_.begin();
  std::advance(at, random_.below(children_.size()));
  return at->first;
}

void world::carry_out() {
  if (std::exchange(is_carrying_out_, true))
    return;
  for (auto orders = core_.take_orders(); !orders.empty(); orders = core_.take_orders())
    for (const order& o : orders) {
      if (random_.one_in(16) && now_ < calm_)
        end_someone();
      perform(o);
      ++totals_.orders;
    }
  is_carrying_out_ = false;
}

void world::perform(const order& o) {
  if (has_finished_ && o.kind != order::what::reply)
    return error("an order after the end");
  switch (o.kind) {
  case order::what::start:
  case order::what::restart:
    return begin_start(o);
  case order::what::halt:
    return begin_halt(o);
  case order::what::release: {
    child& c = children_[o.child];
    if (c.at != state::held || c.id != o.id)
      error("release of a slot that is not held");
    c.at = state::none;
    c.id = {};
    return;
  }
  case order::what::wake:
    return later(o.pause, [this, alarm = o.alarm] { core_.woken(alarm, now_); });
  case order::what::report:
    return take_report(*o.news);
  case order::what::reply:
    return take_reply(o);
  case order::what::ready:
    if (std::exchange(was_ready_, true))
      error("ready twice");
    was_ready_ = o.outcome().has_value();
    return;
  case order::what::finish:
    return take_finish(o);
  }
}

void world::begin_start(const order& o) {
  child& c = children_[o.child];
  const bool is_restart = o.kind == order::what::restart;
  if (c.at != (is_restart ? state::held : state::none) || c.id != o.id)
    error("start of a child that cannot be started");
  check_order_of_start(o.child);
  c.at = state::starting;
  // A crossed start may be of a child that its end has removed already.
  if (const auto found = core_.children().find(o.child); found != core_.children().end())
    c.spec = found->second.spec;
  const auto instance = ++c.instance;
  if (random_.one_in(2))
    end_start(o.child, instance);
  else
    later(some_time(), [=, this, key = o.child] { end_start(key, instance); });
}

void world::end_start(child_key key, std::uint64_t instance) {
  child& c = children_[key];
  if (c.at != state::starting || c.instance != instance)
    return;
  if (now_ < calm_ && random_.one_in(failed_starts_)) {
    auto how = ending_of(exit_kind::failed);
    c.at = c.id && how.held ? state::held : state::none;
    if (c.at == state::none)
      c.id = {};
    if (!core_.is_finished())
      unreported_.insert(how.reason.what);
    core_.start_failed(key, how, now_);
  } else {
    c.at = state::running;
    c.has_lived = true;
    c.may_rest = false;
    if (!c.id)
      c.id = new_id();
    if (!random_.one_in(3))
      later(some_time() * 4,
            [=, this] { end(key, instance, all_kinds[random_.below(std::size(all_kinds))]); });
    core_.child_started(key, c.id, now_);
  }
  carry_out();
}

void world::begin_halt(const order& o) {
  child& c = children_[o.child];
  if (c.crossed_halts > 0) {
    --c.crossed_halts;
    ++totals_.crossed_halts;
    return;
  }
  if (c.at != state::running || c.id != o.id)
    error("halt of a child that does not run");
  check_order_of_halt(o.child);
  c.at = state::stopping;
  constexpr exit_kind ends[] = {exit_kind::shutdown, exit_kind::shutdown, exit_kind::shutdown,
                                exit_kind::normal,   exit_kind::killed,   exit_kind::failed};
  const auto kind = now_ < calm_ ? ends[random_.below(std::size(ends))] : exit_kind::shutdown;
  if (random_.one_in(2))
    end(o.child, c.instance, kind);
  else
    later(some_time(),
          [=, this, key = o.child, instance = c.instance] { end(key, instance, kind); });
}

/// The end of an instance, by itself or as it was told.
void world::end(child_key key, std::uint64_t instance, exit_kind kind) {
  child& c = children_[key];
  const bool by_itself = c.at == state::running;
  if (c.instance != instance || (by_itself ? now_ >= calm_ : c.at != state::stopping))
    return;
  auto how = ending_of(kind);
  const auto found = core_.children().find(key);
  const bool is_known = found != core_.children().end();
  // The core has ordered a halt that is still on its way.
  const bool crossed = by_itself && is_known && found->second.phase == phase::stopping;
  c.crossed_halts += crossed ? 1 : 0;
  const bool is_reported = by_itself && !crossed ? is_failure(c.spec->restart, kind)
                                                 : !is_orderly_stop(c.spec->shutdown, kind);
  if (is_known && is_reported && !core_.is_finished())
    unreported_.insert(how.reason.what);
  if (by_itself && c.spec->restart == transient && !is_abnormal(kind))
    c.may_rest = true;
  c.at = how.held ? state::held : state::none;
  if (!how.held)
    c.id = {};
  core_.child_ended(key, how, now_);
  carry_out();
}

void world::end_someone() {
  const child_key key = some_key();
  if (const auto found = children_.find(key);
      found != children_.end() && found->second.at == state::running)
    end(key, found->second.instance, all_kinds[random_.below(std::size(all_kinds))]);
}

void world::ask() {
  const ticket t = ++last_number_;
  const child_key key = some_key();
  const std::string id{static_cast<char>('a' + random_.below(9))};
  request& r = requests_[t];
  switch (random_.below(6)) {
  case 0:
    r = {asked::start, 0};
    return core_.start_child(random_child(random_, id, spec_.auto_shutdown), t, now_);
  case 1:
    r = {asked::start, 0};
    return core_.start_dynamic({}, t, now_);
  case 2:
    r = {asked::restart, key};
    return core_.restart_child(key, t, now_);
  case 3:
    r = {asked::erase, key};
    return core_.delete_child(key, t, now_);
  default:
    r = {asked::terminate, key};
    return core_.terminate_child(key, t, now_);
  }
}

} // namespace actors::supervision::detail::test
