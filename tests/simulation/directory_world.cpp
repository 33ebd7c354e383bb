// SPDX-License-Identifier: BSD-3-Clause
//
// What happens. The driver is in directory_driver.cpp, what is held against it in
// directory_oracles.cpp.
#include "directory_world.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace actors::protocol::test {

namespace {

constexpr duration faults_begin = 2500ms;
constexpr duration faults_end = 9s;
constexpr duration work_end = 18s;
constexpr duration calm_end = 21s;
constexpr std::size_t names = 6;
constexpr std::size_t keys = 8;

std::string name_of(std::size_t i) { return "name" + std::to_string(i); }
std::string key_of(std::size_t i) { return "cart/" + std::to_string(i); }

} // namespace

directory_world::directory_world(std::uint64_t seed, planted plant, directory_totals& totals)
    : kind_{static_cast<directory_history>(seed % directory_histories)}, random_{seed},
      totals_{totals}, options_{some_options(random_, plant)}, network_{random_.next(),
                                                                        some_network(random_)},
      processes_(network_.size()) {
  loss_ = random_.one_in(2) ? random_.below(30) : 0;
  doubled_ = random_.one_in(2) ? random_.below(50) : 0;
  network_.on_event = [this](std::size_t at, const publish_event& news) { take_event(at, news); };
  network_.on_stop = [this](std::size_t at, const stop_all&) { take_stop(at); };
  network_.on_error = [this](const std::string& text) { error(text); };
}

network_options directory_world::some_network(testing::random_source& random) {
  network_options o;
  o.hosts = 2 + random.below(5);
  o.seeds = 1 + random.below(std::min<std::size_t>(3, o.hosts));
  o.most_delay = random.one_in(3) ? 25ms : 2ms;
  auto& rule = o.membership.downing.rule;
  rule.strategy = static_cast<downing_strategy>(random.below(3));
  if (rule.strategy == downing_strategy::static_quorum)
    rule.quorum = static_cast<std::uint32_t>(o.hosts / 2 + 1);
  return o;
}

/// Small bounds, so that they are met.
directory_options directory_world::some_options(testing::random_source& random, planted plant) {
  directory_options o;
  o.plant = plant;
  if (random.one_in(2))
    o.window = static_cast<std::uint32_t>(1 + random.below(8));
  if (random.one_in(3))
    o.max_gone = static_cast<std::uint32_t>(1 + random.below(4));
  if (random.one_in(3))
    o.max_answers = static_cast<std::uint32_t>(1 + random.below(4));
  if (random.one_in(3))
    o.max_known = static_cast<std::uint32_t>(1 + random.below(4));
  if (random.one_in(3))
    o.piece = static_cast<std::uint32_t>(1 + random.below(4));
  return o;
}

duration directory_world::some_time(duration most) {
  return duration{
      static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count())))};
}

std::vector<std::string> directory_world::run() {
  for (std::size_t i = 0; i < network_.size(); ++i)
    network_.later(random_.one_in(2) ? 0ms : some_time(2s), [this, i] { start(i); });
  network_.later(faults_begin, [this] { begin_faults(); });
  network_.later(faults_end, [this] { calm_down(); });
  network_.later(work_end, [this] { ask_last_questions(); });
  network_.run_until(calm_end);
  check_calm();
  totals_.deliveries += network_.deliveries();
  return errors_;
}

bool directory_world::works(std::size_t at) const {
  return processes_[at] != nullptr && network_.runs(at) && !network_.is_stalled(at);
}

void directory_world::start(std::size_t at) {
  end_process(at);
  network_.start(at);
  processes_[at] = std::make_unique<process>(network_.hosts()[at].process->self(), options_);
  say(fmt::format("{} starts as {}", at, to_string(processes_[at]->files.self())));
  schedule_work(at);
}

/// Its actors are no more.
void directory_world::end_process(std::size_t at) {
  if (processes_[at] == nullptr)
    return;
  const node_id id = processes_[at]->files.self();
  const auto is_over = [id](const std::string&, const place& p) { return p.node == id; };
  drop_live(holders_, is_over);
  drop_live(instances_, is_over);
  processes_[at].reset();
}

void directory_world::kill(std::size_t at, bool with_power) {
  if (!network_.runs(at))
    return;
  say(fmt::format("{} crashes", at));
  with_power ? network_.power_off(at) : network_.kill(at);
  end_process(at);
  if (random_.one_in(2))
    network_.later(some_time(3s), [this, at] {
      if (!network_.runs(at))
        start(at);
    });
}

void directory_world::begin_faults() {
  switch (kind_) {
  case directory_history::healthy:
    return begin_healthy();
  case directory_history::crashes:
    return begin_crashes();
  case directory_history::departures:
    return begin_departures();
  case directory_history::cut:
  case directory_history::one_way_cut:
    return begin_cut();
  case directory_history::chaos:
    return begin_chaos();
  }
}

void directory_world::begin_healthy() {
  for (duration at = 0s; at < faults_end - faults_begin; at += 1s)
    network_.later(at + some_time(500ms), [this] {
      const std::size_t who = some_host();
      if (random_.one_in(4))
        network_.jump_clock(who, random_.one_in(2) ? 10s : -10s);
      network_.stall(who, some_time(500ms));
      network_.disconnect(some_host(), some_host());
    });
}

void directory_world::begin_crashes() {
  for (auto n = 1 + random_.below(4); n > 0; --n)
    network_.later(some_time(faults_end - faults_begin),
                   [this] { kill(some_host(), random_.one_in(2)); });
}

/// Those that leave come back, so that the oldest leaves again and again.
void directory_world::begin_departures() {
  for (auto n = 2 + random_.below(6); n > 0; --n)
    network_.later(some_time(faults_end - faults_begin), [this] {
      const std::size_t who = some_host();
      say(fmt::format("{} leaves", who));
      network_.leave(who);
    });
}

void directory_world::begin_cut() {
  std::vector<bool> side(network_.size());
  for (std::size_t i = 0; i < side.size(); ++i)
    side[i] = random_.one_in(2);
  const auto how = random_.one_in(3) ? cut_kind::refuses : cut_kind::drops;
  const bool one_way = kind_ == directory_history::one_way_cut;
  const duration begin = some_time(1s);
  const duration length = random_.one_in(3) ? some_time(2s) : 5s;
  network_.later(begin, [=, this] {
    say("cut");
    for (std::size_t a = 0; a < side.size(); ++a)
      for (std::size_t b = 0; b < side.size(); ++b)
        if (side[a] != side[b] && !(one_way && side[a]))
          network_.cut(a, b, one_way ? cut_kind::drops : how);
  });
  network_.later(begin + length, [this] {
    say("healed");
    network_.heal();
  });
}

void directory_world::begin_chaos() {
  for (auto n = 1 + random_.below(12); n > 0; --n)
    network_.later(some_time(faults_end - faults_begin), [this] { some_chaos(); });
}

void directory_world::some_chaos() {
  const std::size_t a = some_host();
  const auto what = random_.below(7);
  say(fmt::format("chaos {} at {}", what, a));
  switch (what) {
  case 0:
    return network_.stall(a, some_time(5s));
  case 1:
    return network_.jump_clock(a, some_time(20s) - 10s);
  case 2:
    return network_.leave(a);
  case 3:
  case 4: {
    const auto how = random_.one_in(2) ? cut_kind::drops : cut_kind::refuses;
    for (auto m = 1 + random_.below(network_.size()); m > 0; --m)
      network_.cut(some_host(), some_host(), how);
    return;
  }
  case 5:
    return network_.heal();
  default:
    return kill(a, random_.one_in(2));
  }
}

void directory_world::calm_down() {
  say("calm");
  is_calm_ = true;
  network_.heal();
  loss_ = 0;
  doubled_ = 0;
  for (std::size_t i = 0; i < network_.size(); ++i)
    if (!network_.runs(i))
      network_.later(some_time(1s), [this, i] {
        if (!network_.runs(i))
          start(i);
      });
}

/// At leisure in the calm, or there would be little else.
void directory_world::schedule_work(std::size_t at) {
  const duration pause = is_calm_ ? 500ms : 60ms;
  network_.later(some_time(pause), [this, at, id = processes_[at]->files.self()] {
    if (is_over_ || processes_[at] == nullptr || processes_[at]->files.self() != id)
      return;
    if (works(at))
      work(at);
    schedule_work(at);
  });
}

void directory_world::work(std::size_t at) {
  process& p = *processes_[at];
  const auto now = network_.time_of(at);
  switch (random_.below(6)) {
  case 0:
  case 1:
    claim_something(p);
    break;
  case 2: {
    const std::string name = name_of(random_.below(names));
    const actor_id who = some_actor(p);
    drop_live(holders_,
              [&](const std::string& n, const place& h) { return n == name && h.id == who; });
    p.files.release(now, name, who);
    break;
  }
  case 3:
    end_some_actor(at);
    break;
  default:
    resolve(p, key_of(random_.below(keys)));
  }
  after(at);
}

actor_id directory_world::new_actor(process& p) {
  p.actors.push_back({static_cast<std::uint64_t>(p.files.self()) << 16, ++p.last_slot, 1});
  return p.actors.back();
}

actor_id directory_world::some_actor(process& p) {
  if (p.actors.empty() || random_.one_in(4))
    return new_actor(p);
  return p.actors[random_.below(p.actors.size())];
}

/// In the calm, half of the names only go.
void directory_world::claim_something(process& p) {
  const std::string name = name_of(random_.below(is_calm_ ? names / 2 : names));
  const actor_id who = some_actor(p);
  const auto now = network_.time_of(host_of(p.files.self()));
  const request_id request = p.files.claim(now, name, who, "holder");
  p.open.emplace(request, name);
}

void directory_world::resolve(process& p, const std::string& key) {
  const auto now = network_.time_of(host_of(p.files.self()));
  p.open.emplace(p.files.resolve(now, key), key);
}

/// Maybe the instance of an entity.
void directory_world::end_some_actor(std::size_t at) {
  process& p = *processes_[at];
  if (p.actors.empty())
    return;
  const auto who = p.actors.begin() + static_cast<std::ptrdiff_t>(random_.below(p.actors.size()));
  const actor_id id = *who;
  p.actors.erase(who);
  const auto is_over = [id](const std::string&, const place& h) { return h.id == id; };
  drop_live(holders_, is_over);
  drop_live(instances_, is_over);
  ++totals_.ended;
  p.files.ended(network_.time_of(at), id);
}

void directory_world::ask_last_questions() {
  is_over_ = true;
  for (std::size_t at = 0; at < network_.size(); ++at)
    for (std::size_t i = 0; i < keys; ++i)
      if (works(at)) {
        resolve(*processes_[at], key_of(i));
        after(at);
      }
}

} // namespace actors::protocol::test
