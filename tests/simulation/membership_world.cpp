// SPDX-License-Identifier: BSD-3-Clause
//
// What happens; what is held against it is in membership_oracles.cpp.
#include "membership_world.hpp"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace actors::protocol::test {

namespace {

constexpr duration faults_begin = 6s;
constexpr duration faults_end = 18s;
constexpr duration calm_end = 32s;

history kind_of(std::uint64_t seed) { return static_cast<history>(seed % 5); }

} // namespace

world::world(std::uint64_t seed, world_totals& totals)
    : kind_{kind_of(seed)}, random_{seed}, totals_{totals}, network_{random_.next(),
                                                                     some_options(random_, kind_)} {
  network_.on_event = [this](std::size_t at, const publish_event& news) { take_event(at, news); };
  network_.on_stop = [this](std::size_t at, const stop_all& end) { take_stop(at, end); };
  network_.on_error = [this](const std::string& text) { error(text); };
}

network_options world::some_options(testing::random_source& random, history kind) {
  network_options o;
  o.hosts = 2 + random.below(6);
  o.seeds = 1 + random.below(std::min<std::size_t>(3, o.hosts));
  o.most_delay = random.one_in(3) ? 25ms : 2ms;
  if (kind == history::healthy || kind == history::chaos)
    o.loss = random.below(20);
  auto& rule = o.membership.downing.rule;
  rule.strategy = static_cast<downing_strategy>(random.below(3));
  if (rule.strategy == downing_strategy::static_quorum)
    rule.quorum = static_cast<std::uint32_t>(o.hosts / 2 + 1);
  rule.oldest_alone = random.one_in(2) ? alone::stays : alone::goes_down;
  return o;
}

duration world::some_time(duration most) {
  return duration{
      static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count())))};
}

std::vector<std::string> world::run() {
  start_all();
  network_.later(faults_begin, [this] {
    switch (kind_) {
    case history::healthy:
      return begin_healthy();
    case history::crashes:
      return begin_crashes();
    case history::cut:
    case history::one_way_cut:
      return begin_cut();
    case history::chaos:
      return begin_chaos();
    }
  });
  network_.later(faults_end, [this] {
    say("calm");
    network_.heal();
    network_.set_loss(0);
    side_.clear();
    restart_missing();
  });
  network_.run_until(calm_end);
  check_calm();
  totals_.deliveries += network_.deliveries();
  return errors_;
}

void world::start_all() {
  for (std::size_t i = 0; i < network_.size(); ++i)
    network_.later(random_.one_in(2) ? 0ms : some_time(2s), [this, i] { network_.start(i); });
}

/// What a healthy cluster must bear: see the parameters.
void world::begin_healthy() {
  for (duration at = 0s; at < faults_end - faults_begin; at += 1500ms)
    network_.later(at + some_time(900ms), [this] {
      const std::size_t who = some_host();
      if (random_.one_in(4))
        network_.jump_clock(who, random_.one_in(2) ? 10s : -10s);
      if (random_.one_in(8))
        network_.jump_clock(who, some_time(1s));
      network_.stall(who, some_time(500ms));
      network_.disconnect(some_host(), random_.one_in(2) ? who : some_host());
    });
}

void world::begin_crashes() {
  for (auto n = 1 + random_.below(4); n > 0; --n)
    network_.later(some_time(faults_end - faults_begin),
                   [this] { random_.one_in(4) ? some_departure() : crash(some_host()); });
}

void world::crash(std::size_t at) {
  if (!network_.runs(at))
    return;
  say(fmt::format("{} crashes", at));
  random_.one_in(2) ? network_.kill(at) : network_.power_off(at);
  if (random_.one_in(2))
    network_.later(some_time(5s), [this, at] {
      if (!network_.runs(at))
        network_.start(at);
    });
}

void world::some_departure() {
  const std::size_t at = some_host();
  say(fmt::format("{} leaves", at));
  network_.leave(at);
}

/// One cut, clean, with nothing else but a node that joins or leaves about then.
void world::begin_cut() {
  std::vector<bool> side(network_.size());
  for (std::size_t i = 0; i < side.size(); ++i)
    side[i] = random_.one_in(2);
  const auto how = random_.one_in(3) ? cut_kind::refuses : cut_kind::drops;
  const duration start = some_time(1s);
  const duration length = random_.one_in(2) ? some_time(3s) : 6s + some_time(4s);
  const bool is_disturbed = random_.one_in(2);
  if (is_disturbed) {
    const std::size_t at = some_host();
    if (random_.one_in(2))
      network_.later(some_time(1s), [this, at] { network_.leave(at); });
    else {
      network_.kill(at);
      network_.later(2 * start + some_time(100ms), [this, at] { network_.start(at); });
    }
  }
  const bool one_way = kind_ == history::one_way_cut;
  const duration cut_at = is_disturbed ? 2 * start + some_time(200ms) : start;
  network_.later(cut_at, [=, this] {
    side_ = side;
    for (const auto& h : network_.hosts())
      if (h.process != nullptr && h.process->cluster() != node_id::none)
        cluster_ = h.process->cluster();
    say(fmt::format("cut {}", fmt::join(side, "")));
    if (!is_disturbed && is_settled())
      for (int turn = 0; turn < 2; ++turn) {
        if (is_to_win(side))
          winners_ = side;
        side_.flip();
      }
    for (std::size_t a = 0; a < side.size(); ++a)
      for (std::size_t b = 0; b < side.size(); ++b)
        if (side[a] != side[b] && !(one_way && side[a]))
          network_.cut(a, b, one_way ? cut_kind::drops : how);
  });
  if (length > 5s)
    network_.later(cut_at + 5s, [this] { check_sides(); });
  else
    winners_.clear();
  network_.later(cut_at + length, [this] {
    say("healed");
    network_.heal();
    side_.clear();
  });
}

void world::begin_chaos() {
  for (auto n = 1 + random_.below(12); n > 0; --n)
    network_.later(some_time(faults_end - faults_begin), [this] {
      const std::size_t a = some_host();
      const auto what = random_.below(7);
      say(fmt::format("chaos {} at {}", what, a));
      switch (what) {
      case 0:
        return network_.stall(a, some_time(8s));
      case 1:
        return network_.jump_clock(a, some_time(20s) - 10s);
      case 2:
        return some_departure();
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
        return crash(a);
      }
    });
}

void world::restart_missing() {
  is_over_ = true;
  for (std::size_t i = 0; i < network_.size(); ++i)
    if (!network_.runs(i))
      network_.later(some_time(1s), [this, i] {
        if (!network_.runs(i))
          network_.start(i);
      });
}

} // namespace actors::protocol::test
