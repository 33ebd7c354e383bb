// SPDX-License-Identifier: BSD-3-Clause
#include "history.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace simulate {

namespace {

using actors::testing::cluster_options;

constexpr duration faults_at = 4s;
constexpr duration names_quiet_time = 7s;
/// Before the end: long enough for the slowest restart, join and search.
constexpr duration calm_time = 20s;
constexpr duration look_interval = 500ms;

kind kind_of(std::uint64_t seed) {
  actors::testing::random_source random{seed ^ 0x6b696e64};
  const auto r = random.below(8);
  return r < 4 ? static_cast<kind>(r) : r < 5 ? kind::crashes : kind::chaos;
}

} // namespace

std::string_view to_string(kind k) noexcept {
  constexpr std::string_view names[kinds] = {"healthy", "crashes", "cut", "one-way cut", "chaos"};
  return names[static_cast<std::size_t>(k)];
}

cluster_options history::options_for(const history_options& o, kind k) {
  actors::testing::random_source random{o.seed ^ 0x6f707473};
  cluster_options c;
  c.nodes = o.nodes;
  c.seed = o.seed;
  c.shards = random.one_in(3) ? 2 : 1;
  c.seeds = 1 + random.below(std::min<std::uint64_t>(3, o.nodes));
  c.most_delay = random.one_in(4) ? 20ms : 1ms;
  c.level = actors::log_level::warning;
  c.begin = cluster_options::beginning::apart;
  c.planted = o.planted;
  if (random.one_in(4)) c.pipe_bytes = 4096;
  if (k == kind::chaos && random.one_in(4)) c.bytes_per_second = 2'000'000;
  if (random.one_in(4)) c.secret = "a secret";
  return c;
}

history::history(const history_options& options)
    : options_{options}, kind_{kind_of(options.seed)}, book_{options.nodes}, sim_{options_for(options, kind_)} {
  book_.open(sim_);
  book_.narrate = options_.narrate;
  book_.find_name = [this](std::size_t node, const std::string& name) {
    const auto found = sim_[node].find<bearer>(name);
    return found ? found->id() : actor_id{};
  };
  book_.set_times(kind_ == kind::healthy || kind_ == kind::crashes ? book::times::strict : book::times::lenient);
  temper_.has_large = random().one_in(16);
  temper_.has_entities = true;
}

duration history::some(duration most) {
  return duration{static_cast<std::int64_t>(random().below(static_cast<std::uint64_t>(most.count()) + 1))};
}

void history::say(const std::string& text) { book_.say(text); }

history_result history::run() {
  say(fmt::format("{} nodes, {}", sim_.size(), to_string(kind_)));
  for (std::size_t i = 0; i < sim_.size(); ++i) book_.node_started(i);
  for (std::size_t i = 0; i < sim_.size(); ++i) man(i);
  sim_.later(faults_at, [this] { begin_faults(); });
  sim_.later(options_.length - calm_time, [this] { calm(); });
  sim_.later(options_.length - names_quiet_time, [this] { book_.quiet_names(); });
  sim_.later(look_interval, [this] { look_after(); });
  // The first error says most.
  while (book_.errors().empty() && sim_.now() < options_.length) sim_.run_for(look_interval);
  if (book_.errors().empty()) book_.judge_calm();
  history_result r{options_.seed, book_.errors(), {book_.notes().begin(), book_.notes().end()}, {}, sim_.digest(), sim_.events(), book_.sums()};
  if (options_.narrate || !r.errors.empty())
    for (std::size_t i = 0; i < sim_.size(); ++i)
      for (std::string& line : sim_.logged(i)) r.logs.push_back(std::move(line));
  return r;
}

/// Elsewhere there is one fault at a time.
void history::changes() {
  if (kind_ == kind::chaos) book_.network_changed();
}

void history::man(std::size_t node) {
  sim_[node].spawn<talker>(temper_);
}

void history::look_after() {
  // A node that the others hold for down starts again, like one that is supervised from outside.
  for (std::size_t i = 0; i < sim_.size(); ++i) {
    if (sim_.is_running(i) || !sim_.is_expelled(i)) continue;
    if (random().one_in(2)) continue;
    ++book_.sums().expelled;
    start(i);
  }
  book_.look();
  sim_.later(look_interval, [this] { look_after(); });
}

void history::start(std::size_t node) {
  say(fmt::format("node-{} starts", node));
  ++book_.sums().restarts;
  book_.node_ended(node);
  sim_.restart(node);
  changes();
  book_.node_started(node);
  man(node);
}

void history::begin_faults() {
  const duration time = options_.length - calm_time - faults_at;
  founder_ = sim_.founder_of(0);
  switch (kind_) {
    case kind::healthy:
      for (duration at = 0s; at < time; at += 1500ms) sim_.later(at + some(900ms), [this] { healthy_fault(); });
      break;
    case kind::crashes:
      for (auto n = 2 + random().below(6); n > 0; --n) sim_.later(some(time), [this] { crash_fault(); });
      break;
    case kind::cut: return begin_cut(false);
    case kind::one_way: return begin_cut(true);
    case kind::chaos:
      for (auto n = 2 + random().below(14); n > 0; --n) sim_.later(some(time), [this] { chaos_fault(); });
      break;
  }
}

void history::stall(std::size_t node, duration time) {
  say(fmt::format("node-{} is stalled for {} ms", node, time / 1ms));
  sim_.stall(node, time);
  book_.excuse(node, sim_.now() + time);
}

void history::healthy_fault() {
  if (is_calm_) return;
  ++book_.sums().faults;
  const std::size_t node = some_node();
  if (random().one_in(4)) {
    const duration by = random().one_in(2) ? 10s : some(1s);
    say(fmt::format("the clock of node-{} jumps by {} ms", node, by / 1ms));
    sim_.jump_clock(node, by);
  }
  if (random().one_in(2)) stall(node, some(500ms));
  if (random().one_in(2)) {
    const std::size_t other = some_node();
    say(fmt::format("the connection of {} and {} breaks", node, other));
    ++book_.sums().links_cut;
    sim_.cut(node, other);
  }
}

void history::crash(std::size_t node) {
  if (!sim_.is_running(node)) return;
  const bool is_silent = random().one_in(2);
  say(fmt::format("node-{} {}", node, is_silent ? "loses its power" : "is killed"));
  is_silent ? sim_.power_off(node) : sim_.kill(node);
  changes();
  book_.node_ended(node);
  if (random().one_in(2))
    sim_.later(some(5s), [this, node] {
      if (!sim_.is_running(node)) start(node);
    });
}

void history::crash_fault() {
  if (is_calm_) return;
  ++book_.sums().faults;
  const std::size_t node = some_node();
  if (!random().one_in(4)) return crash(node);
  say(fmt::format("node-{} leaves", node));
  sim_.leave(node);
  book_.node_ended(node);
}

void history::chaos_fault() {
  if (is_calm_) return;
  ++book_.sums().faults;
  switch (random().below(8)) {
    case 0: return stall(some_node(), some(8s));
    case 1: return healthy_fault();
    case 2: return crash_fault();
    case 3:
    case 4: {
      const std::size_t a = some_node(), b = some_node();
      const duration time = some(8s);
      const bool is_one_way = random().one_in(2);
      say(fmt::format("{} and {} are cut apart{} for {} ms", a, b, is_one_way ? " one way" : "", time / 1ms));
      auto f = is_one_way ? sim_.silence({a}, {b}) : sim_.partition({a}, {b});
      f.heal_after(time);
      faults_.push_back(f);
      changes();
      sim_.later(time, [this] { changes(); });
      return;
    }
    case 5: return crash(some_node());
    case 6: {
      const std::size_t a = some_node(), b = some_node();
      say(fmt::format("the connection of {} and {} breaks", a, b));
      ++book_.sums().links_cut;
      return sim_.cut(a, b);
    }
    default: return begin_cut(random().one_in(2));
  }
}

void history::begin_cut(bool is_one_way) {
  std::vector<std::size_t> one, other;
  std::vector<bool> side(sim_.size());
  for (std::size_t i = 0; i < sim_.size(); ++i) {
    side[i] = random().one_in(2);
    (side[i] ? one : other).push_back(i);
  }
  const duration wait = kind_ == kind::chaos ? 0s : some(2s);
  const duration time = random().one_in(2) ? some(4s) : 6s + some(10s);
  sim_.later(wait, [=, this] {
    if (is_calm_) return;
    ++book_.sums().faults;
    say(fmt::format("cut {}: {} from {}, for {} ms", is_one_way ? "one way" : "both ways", one, other, time / 1ms));
    auto f = is_one_way ? sim_.silence(one, other) : sim_.partition(one, other);
    f.heal_after(time);
    faults_.push_back(f);
    changes();
    if (kind_ == kind::chaos) return sim_.later(time, [this] { changes(); });
    side_ = side;
    founder_ = sim_.founder_of(0);
    if (time >= 6s) sim_.later(5s, [this] { judge_cut(); });
    sim_.later(time, [this] { say("healed"); });
  });
}

/// A clean cut has lasted, and both sides have decided.
void history::judge_cut() {
  ++book_.sums().cuts_judged;
  bool goes_on[2] = {false, false};
  for (std::size_t i = 0; i < sim_.size(); ++i)
    if (sim_.is_member(i) && sim_.founder_of(i) == founder_) goes_on[side_[i] ? 1 : 0] = true;
  if (goes_on[0] && goes_on[1]) book_.error("members", "both sides of a cut go on");
}

void history::calm() {
  say("calm");
  is_calm_ = true;
  for (auto& f : faults_) f.heal();
  for (std::size_t i = 0; i < sim_.size(); ++i)
    if (!sim_.is_running(i)) sim_.later(some(1s), [this, i] {
        if (!sim_.is_running(i)) start(i);
      });
}

history_result run_history(const history_options& options) { return history{options}.run(); }

} // namespace simulate
