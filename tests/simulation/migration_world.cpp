// SPDX-License-Identifier: BSD-3-Clause
//
// What happens. The driver is in migration_driver.cpp, what is held against it in
// migration_oracles.cpp.
#include "migration_world.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace actors::protocol::test {

namespace {

constexpr duration faults_end = 5s;
constexpr duration calm_end = 13s;
constexpr std::size_t most_crashes = 2;

std::uint64_t mix(std::uint64_t x, std::uint64_t y) {
  return (x ^ (y + 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
}

} // namespace

migration_world::migration_world(std::uint64_t seed, migration_plant plant,
                                 migration_totals& totals)
    : random_{seed}, totals_{totals}, options_{some_options(random_, plant)} {
  is_gentle_ = seed % 8 == 0;
  most_delay_ = random_.one_in(3) ? 50ms : 5ms;
  loss_ = random_.one_in(2) ? random_.below(60) : 0;
  doubled_ = random_.one_in(2) ? random_.below(200) : 0;
  corrupted_ = random_.one_in(3) ? 100 : 0;
  if (is_gentle_)
    be_gentle();
  refusals_ = random_.one_in(2) ? 100 : 0;
  start(3 + random_.below(3));
  for (auto n = 1 + random_.below(5); n > 0; --n) {
    std::set<node_id> kin;
    for (std::size_t i = 0; i < hosts_.size(); ++i)
      if (random_.one_in(2))
        kin.insert(node_of(i));
    add_actor(random_.below(hosts_.size()), kin);
  }
  plan_history();
}

migration_world::migration_world(std::uint64_t seed, std::vector<planned_fault> faults,
                                 bool refusing, migration_plant plant, migration_totals& totals)
    : random_{seed}, totals_{totals}, faults_{std::move(faults)}, is_planned_{true}, is_refusing_{
                                                                                         refusing} {
  options_.plant = plant;
  options_.patience = 2s;
  options_.resend_at_most = 800ms;
  options_.ask_after = 3s;
  options_.offer_actors = 2;
  options_.offer_window = 1;
  start(4);
  for (int i = 0; i < 3; ++i)
    add_actor(0, {node_id{3}, node_id{4}});
  std::vector<actor_id> ids;
  for (const auto& [id, t] : actors_)
    ids.push_back(id);
  later(10ms, 0, [this, ids] { move(0, ids, node_id{2}); });
  for (int i = 1; i < 60; ++i)
    later(i * 100ms, nobody_, [this] { some_steps(); });
}

/// Only losses that sending again makes good, so nobody may lose patience.
void migration_world::be_gentle() {
  most_delay_ = 5ms;
  loss_ = std::min<std::uint64_t>(loss_, 20);
  options_.patience = 2s;
  options_.max_intents = options_.max_notices = options_.max_arriving = 1000;
}

migration_options migration_world::some_options(testing::random_source& random,
                                                migration_plant plant) {
  migration_options o;
  o.plant = plant;
  o.patience = random.one_in(2) ? 2s : 500ms;
  o.resend_after = random.one_in(2) ? 100ms : 40ms;
  o.resend_at_most = 800ms;
  o.ask_after = 2s;
  o.offer_actors = static_cast<std::uint32_t>(1 + random.below(3));
  o.offer_bytes = 100;
  o.offer_window = static_cast<std::uint32_t>(1 + random.below(2));
  if (random.one_in(4))
    o.max_arriving = 1;
  if (random.one_in(8))
    o.max_intents = 2;
  if (random.one_in(8))
    o.max_notices = 3;
  return o;
}

void migration_world::start(std::size_t nodes) {
  hosts_.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    hosts_[i].lives = std::make_unique<process>(node_of(i), options_);
    for (std::size_t k = 0; k < i; ++k)
      (void)link_of(i, k);
  }
}

void migration_world::add_actor(std::size_t at, const std::set<node_id>& kin) {
  const auto birth = static_cast<std::uint64_t>(node_of(at));
  const actor_id id{birth << 16, static_cast<std::uint32_t>(actors_.size() + 1), 1};
  truth& t = actors_[id];
  t.owner = node_of(at);
  t.kin = kin;
  t.kin.insert(t.owner);
  hosts_[at].lives->copies[id] = copy{};
  for (const node_id k : t.kin)
    hosts_[host_of(k)].lives->knows[id] = {t.owner, 0};
}

void migration_world::plan_history() {
  for (auto n = 5 + random_.below(40); n > 0; --n)
    later(some_time(faults_end), nobody_, [this] { some_move(); });
  for (auto n = is_gentle_ ? 0 : random_.below(4); n > 0; --n)
    later(some_time(faults_end), nobody_, [this] { some_fault(random_.below(hosts_.size())); });
  fault_rate_ = is_gentle_ ? 0 : random_.below(4);
  for (duration at = 0s; at < calm_end - 2s; at += some_time(60ms) + 1ms)
    later(at, nobody_, [this] { some_steps(); });
}

void migration_world::calm_down() {
  is_calm_ = true;
  loss_ = doubled_ = corrupted_ = refusals_ = 0;
  for (auto& [ends, l] : links_)
    if (!l.is_open)
      open_link(ends.first, ends.second);
  quiet_since_ = std::max(quiet_since_, now_);
}

std::vector<std::string> migration_world::run() {
  const duration calm = now_ + faults_end;
  const duration end = now_ + calm_end;
  while (run_next(calm) && errors_.empty()) {
  }
  now_ = calm;
  calm_down();
  while (run_next(end) && errors_.empty()) {
  }
  now_ = end;
  if (errors_.empty())
    check_calm();
  ++totals_.histories;
  return errors_;
}

void migration_world::push(event e) {
  e.number = events_made_++;
  events_.push(std::move(e));
}

void migration_world::later(duration in, std::size_t node, std::function<void()> what,
                            bool is_step) {
  push({now_ + in, 0, node, is_step, false, nobody_, std::move(what)});
}

/// What a stalled node would do waits, in its order.
bool migration_world::run_next(duration end) {
  if (events_.empty() || events_.top().at > end)
    return false;
  event e = std::move(const_cast<event&>(events_.top()));
  events_.pop();
  now_ = e.at;
  if (e.node != nobody_) {
    const host& h = hosts_[e.node];
    if (h.lives == nullptr)
      return true;
    if (e.is_step && is_planned_ && has_begun_ && inject(e))
      return true;
    if (hosts_[e.node].lives == nullptr)
      return true;
    if (h.stalled_until > now_) {
      e.at = h.stalled_until;
      e.is_step = false;
      push(std::move(e));
      return true;
    }
  }
  e.what();
  return true;
}

/// True: the event does not happen.
bool migration_world::inject(const event& e) {
  bool is_lost = false;
  for (const planned_fault& f : faults_) {
    if (f.step != steps_)
      continue;
    switch (f.what) {
    case migration_fault::none:
      break;
    case migration_fault::crash:
      crash(f.node);
      break;
    case migration_fault::short_stall:
      stall(f.node, 700ms);
      break;
    case migration_fault::long_stall:
      stall(f.node, 3s);
      break;
    case migration_fault::lose_message:
      is_lost = e.is_message;
      break;
    case migration_fault::lose_and_break:
      is_lost = e.is_message;
      if (is_lost)
        break_link(e.from, e.node);
      break;
    case migration_fault::repeat_message:
      if (e.is_message)
        push({now_ + some_time(3s), 0, e.node, false, true, e.from, e.what});
      break;
    case migration_fault::end_actor:
      end_actor(0, actors_.begin()->first);
      break;
    }
  }
  ++steps_;
  return is_lost;
}

duration migration_world::some_time(duration most) {
  return duration{
      static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count())))};
}

bool migration_world::works(std::size_t at) const {
  return hosts_[at].lives != nullptr && hosts_[at].stalled_until <= now_;
}

void migration_world::some_fault(std::size_t at) {
  switch (random_.below(6)) {
  case 0:
    return crash(at);
  case 1:
  case 2:
    return stall(at, random_.one_in(2) ? some_time(3s) : some_time(500ms));
  default:
    if (const std::size_t other = random_.below(hosts_.size()); other != at)
      break_link(at, other);
  }
}

void migration_world::crash(std::size_t at) {
  if (hosts_[at].lives == nullptr || is_calm_ || (crashes_ >= most_crashes && !is_planned_))
    return;
  say(fmt::format("{} crashes", at + 1));
  ++totals_.crashes;
  ++crashes_;
  hosts_[at].lives.reset();
  for (auto& [id, t] : actors_)
    if (t.owner == node_of(at) || t.giver == node_of(at))
      t.may_be_lost = true;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const duration when = some_time(random_.one_in(2) ? 1500ms : 50ms);
    quiet_since_ = std::max(quiet_since_, now_ + when);
    later(when, i, [this, i, at] {
      say(fmt::format("{} loses {}", i + 1, at + 1));
      hosts_[i].lives->machine.node_lost(now_, node_of(at));
      after(i);
    });
  }
}

void migration_world::stall(std::size_t at, duration time) {
  if (hosts_[at].lives == nullptr || is_calm_)
    return;
  say(fmt::format("{} stalls", at + 1));
  hosts_[at].stalled_until = std::max(hosts_[at].stalled_until, now_ + time);
  quiet_since_ = std::max(quiet_since_, hosts_[at].stalled_until);
}

/// What is on its way is lost.
void migration_world::break_link(std::size_t a, std::size_t b) {
  link& l = link_of(a, b);
  if (!l.is_open || is_calm_)
    return;
  say(fmt::format("{} and {} lose their link", a + 1, b + 1));
  l.is_open = false;
  ++l.session;
  const duration pause = some_time(random_.one_in(4) && !is_planned_ ? 2s : 100ms);
  quiet_since_ = std::max(quiet_since_, now_ + pause);
  later(pause, nobody_, [this, a, b] { open_link(a, b); });
}

void migration_world::open_link(std::size_t a, std::size_t b) {
  link& l = link_of(a, b);
  if (l.is_open)
    return;
  l.is_open = true;
  for (const auto& [self, other] : {std::pair{a, b}, std::pair{b, a}})
    if (hosts_[other].lives != nullptr)
      later(some_time(most_delay_), self, [this, self, other] {
        hosts_[self].lives->machine.link_opened(now_, node_of(other));
        after(self);
      });
}

/// Of actors that run in one place, some; now and then one that does not. Faults come while they
/// move.
void migration_world::some_move() {
  auto some = actors_.begin();
  std::advance(some, random_.below(actors_.size()));
  const std::size_t at = host_of(some->second.owner);
  if (!works(at))
    return;
  std::vector<actor_id> ids;
  for (const auto& [id, t] : actors_) {
    const bool is_here = hosts_[at].lives->copies.contains(id);
    if (is_here ? id == some->first || random_.one_in(2) : random_.one_in(20))
      ids.push_back(id);
  }
  const std::size_t to = random_.below(hosts_.size());
  if (ids.empty() || (to == at && !random_.one_in(10)))
    return;
  move(at, ids, node_of(to));
  for (auto n = random_.below(1 + fault_rate_); n > 0; --n) {
    const std::size_t who = random_.one_in(3)   ? random_.below(hosts_.size())
                            : random_.one_in(2) ? at
                                                : to;
    later(some_time(8 * most_delay_), nobody_, [this, who] { some_fault(who); });
  }
}

void migration_world::move(std::size_t at, const std::vector<actor_id>& ids, node_id to) {
  if (!works(at))
    return;
  const move_id id = hosts_[at].lives->machine.move(now_, ids, to);
  say(fmt::format("{} begins move {} of {} to {}", at + 1, id.number, ids.size(),
                  static_cast<std::uint64_t>(to)));
  if (!wishes_.try_emplace(id, wish{{ids.begin(), ids.end()}, now_}).second)
    error("a move has the name of another");
  has_begun_ = true;
  after(at);
}

/// Actors work where they run, end, and are watched from elsewhere.
void migration_world::some_steps() {
  for (auto& [id, t] : actors_) {
    make_step(id);
    if (is_planned_ || is_calm_ || t.has_ended)
      continue;
    const node_id k = node_of(random_.below(hosts_.size()));
    if (random_.one_in(20) && k != node_id{id.node()})
      t.kin.erase(k);
    if (random_.one_in(400))
      end_actor(host_of(t.owner), id);
  }
}

void migration_world::make_step(const actor_id& id) {
  truth& t = actors_.at(id);
  for (std::size_t at = 0; at < hosts_.size(); ++at) {
    if (!works(at))
      continue;
    const auto found = hosts_[at].lives->copies.find(id);
    if (found == hosts_[at].lives->copies.end() || found->second.now != copy_state::running)
      continue;
    copy& c = found->second;
    if (c.count != t.count || c.hash != t.hash)
      error(fmt::format("{} at {} has another state", to_string(id), at + 1));
    ++c.count;
    c.hash = mix(c.hash, c.count);
    t.count = c.count;
    t.hash = c.hash;
  }
}

} // namespace actors::protocol::test
