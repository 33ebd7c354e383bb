// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that move between simulated nodes: their state, what waits for them, who deals with them.
#define BOOST_TEST_MODULE cluster_moves
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include <actors/actors.hpp>
#include <actors/testing_cluster.hpp>

#include "moving_actors.hpp"

using namespace actors;
using namespace std::chrono_literals;
using namespace moving;

namespace {

struct add {
  std::int64_t amount;
};
struct total {};
struct where {};

/// Counts, and knows where it is.
class tally : public actor<tally> {
public:
  using handles = messages<add, total, where>;
  void on(add m) { sum_ += m.amount; }
  std::int64_t on(total) const { return sum_; }
  std::int64_t on(where) const { return moves_; }
  void on_moved() { ++moves_; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(sum_, moves_);
  }

private:
  std::int64_t sum_ = 0;
  std::int64_t moves_ = 0;
};

placement::spec on_node(std::size_t i) { return placement::on("node-" + std::to_string(i)); }

/// So many, or so many times more as the environment says.
std::uint64_t seeds(std::uint64_t usual) {
  const char* factor = std::getenv("ACTORS_SEED_FACTOR");
  return factor == nullptr ? usual : usual * std::strtoull(factor, nullptr, 10);
}

std::string listed(const std::vector<std::uint64_t>& all) {
  std::string text;
  for (const std::uint64_t n : all) text += ' ' + std::to_string(n);
  return text;
}

void show_letters(testing::cluster& sim) {
  for (std::size_t i = 0; i < sim.size(); ++i) {
    for (const dead_letter& l : sim[i].dead_letters())
      BOOST_TEST_MESSAGE("node " << i << ": dead letter " << l.message_type << " to " << to_string(failure{l.reason, l.target, "", ""}));
    for (const std::string& line : sim.logged(i)) BOOST_TEST_MESSAGE(line);
  }
}

testing::cluster_options small(std::uint64_t seed = testing::seed_from_environment()) {
  testing::cluster_options o;
  o.nodes = 3;
  o.seed = seed;
  o.shards = 2;
  return o;
}

/// All has come, in order; what a lost mark has held up, a little later.
void check_witness(testing::cluster& sim, const ref<witness>& w, std::uint64_t all, std::uint64_t seed) {
  auto seen = sim[1].ask(w, report{}).value();
  if (seen[0] != all) {
    BOOST_TEST_MESSAGE(listed(seen));
    sim.run_for(4s);
    seen = sim[1].ask(w, report{}).value();
  }
  if (seen[0] != all || seen[1] != 0) show_letters(sim);
  BOOST_TEST(seen[0] == all, "seed " << seed << ": " << listed(seen));
  BOOST_TEST(seen[1] == 0, "seed " << seed << ": " << seen[1] << " out of order");
}

} // namespace

BOOST_AUTO_TEST_CASE(an_actor_moves_with_its_state_and_answers_from_there) {
  testing::cluster sim{small()};
  auto t = sim[0].spawn<tally>();
  t.tell(add{5});
  BOOST_TEST(sim[1].ask(t, total{}).value() == 5);
  auto done = sim[0].migrate(t, on_node(1));
  BOOST_TEST(said(done) == "moved");
  t.tell(add{2});
  for (std::size_t from : {0u, 1u, 2u}) BOOST_TEST(sim[from].ask(t, total{}).value() == 7);
  BOOST_TEST(sim[2].ask(t, where{}).value() == 1);
  BOOST_TEST(sim[1].counters().live_actors == 1 + sim[2].counters().live_actors);
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_doubled_or_reordered_while_it_moves_round_and_round) {
  constexpr std::uint32_t each = 600, talkers = 6;
  for (std::uint64_t seed = 1; seed <= seeds(200); ++seed) {
    testing::cluster sim{small(seed)};
    auto w = sim[0].spawn<witness>();
    for (std::uint32_t i = 0; i < talkers; ++i) (void)sim[i % 3].spawn<chatter>(w, i, each, 3U);
    int moves = 0;
    for (int round = 0; round < 12; ++round) {
      sim.run_for(15ms);
      const auto done = sim[round % 3].migrate(w, on_node(sim.random().below(3)));
      moves += done.has_value();
      if (!done) BOOST_TEST_MESSAGE(to_string(done.error()));
    }
    BOOST_TEST(moves >= 10);
    sim.run_for(500ms);
    check_witness(sim, w, each * talkers, seed);
  }
}

BOOST_AUTO_TEST_CASE(senders_that_move_keep_their_order) {
  constexpr std::uint32_t each = 600, talkers = 6;
  for (std::uint64_t seed = 1; seed <= seeds(200); ++seed) {
    testing::cluster sim{small(seed)};
    auto w = sim[0].spawn<witness>();
    std::vector<any_ref> all{w};
    for (std::uint32_t i = 0; i < talkers; ++i) all.push_back(sim[i % 3].spawn<chatter>(w, i, each, 3U));
    for (int round = 0; round < 30; ++round) {
      sim.run_for(8ms);
      const auto& who = all[sim.random().below(all.size())];
      const auto done = sim[sim.random().below(3)].migrate(who, on_node(sim.random().below(3)));
      if (!done) BOOST_TEST_MESSAGE(to_string(done.error()));
    }
    sim.run_for(500ms);
    check_witness(sim, w, each * talkers, seed);
  }
}

// -- what comes along -----------------------------------------------------------------------------------

namespace {

struct start_timers {};
struct beep {};
struct once {};
struct beeps {};
struct cancel_it {};

class clockwork : public actor<clockwork> {
public:
  using handles = messages<start_timers, beep, once, beeps, cancel_it>;
  void on(start_timers) {
    beat_ = send_every(10ms, beep{}).ticket;
    send_after(100ms, once{});
  }
  void on(beep) { ++beats_; }
  void on(once) { ++onces_; }
  bool on(cancel_it) { return cancel(timer_id{beat_}); }
  std::vector<std::uint64_t> on(beeps) const { return {beats_, onces_}; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(beat_, beats_, onces_);
  }

private:
  std::uint64_t beat_ = 0, beats_ = 0, onces_ = 0;
};

struct hard {};
struct later_answer {};
struct answer_now {
  int value;
};
struct put_aside {
  int value;
};
struct open_up {};
struct seen_values {};

/// Owes answers and lays messages aside.
class debtor : public actor<debtor> {
public:
  using handles = messages<later_answer, answer_now, put_aside, open_up, seen_values>;
  promise<int> on(later_answer) { return owed_ = make_promise<int>(); }
  void on(answer_now m) { owed_.set(m.value); }
  void on(put_aside m) {
    if (!is_open_)
      stash(m);
    else
      values_.push_back(m.value);
  }
  void on(open_up) {
    is_open_ = true;
    unstash_all();
  }
  std::vector<int> on(seen_values) const { return values_; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(owed_, is_open_, values_);
  }

private:
  promise<int> owed_;
  bool is_open_ = false;
  std::vector<int> values_;
};

struct look_at {
  any_ref whom;
};
struct ends {};
class watcher : public actor<watcher> {
public:
  using handles = messages<look_at, down, ends>;
  void on(look_at m) { watch(m.whom); }
  void on(const down& d) { kinds_.push_back(static_cast<int>(d.kind)); }
  std::vector<int> on(ends) const { return kinds_; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(kinds_);
  }

private:
  std::vector<int> kinds_;
};

struct nap {};
class stubborn : public actor<stubborn> {
public:
  using handles = messages<nap, hard>;
  task<void> on(nap) { co_await sleep(1h); }
  void on(hard) { pinned("it holds a lock"); }
};

class rooted : public actor<rooted> {
public:
  using handles = messages<nap>;
  explicit rooted(int) {}
  void on(nap) {}
};

} // namespace

BOOST_AUTO_TEST_CASE(timers_go_on_with_the_names_they_had) {
  testing::cluster sim{small()};
  auto c = sim[0].spawn<clockwork>();
  c.tell(start_timers{});
  sim.run_for(55ms);
  BOOST_TEST(said(sim[0].migrate(c, on_node(1))) == "moved");
  BOOST_TEST(said(sim[0].migrate(c, on_node(2))) == "moved");
  sim.run_for(200ms);
  const auto before = sim[0].ask(c, beeps{}).value();
  BOOST_TEST(before[0] >= 20);
  BOOST_TEST(before[1] == 1);
  BOOST_TEST(sim[1].ask(c, cancel_it{}).value());
  const auto stopped = sim[0].ask(c, beeps{}).value();
  sim.run_for(100ms);
  BOOST_TEST(sim[0].ask(c, beeps{}).value()[0] == stopped[0]);
}

BOOST_AUTO_TEST_CASE(what_it_owes_is_answered_from_there_and_what_it_laid_aside_is_there) {
  testing::cluster sim{small()};
  auto d = sim[0].spawn<debtor>();
  auto waits = sim[2].ask(d, later_answer{}, 60s);
  for (int i = 0; i < 5; ++i) d.tell(put_aside{i});
  sim.run_for(50ms);
  BOOST_TEST(said(sim[0].migrate(d, on_node(1))) == "moved");
  d.tell(put_aside{5});
  d.tell(open_up{});
  d.tell(put_aside{6});
  d.tell(answer_now{77});
  BOOST_TEST(waits.value() == 77);
  const std::vector<int> expected{0, 1, 2, 3, 4, 5, 6};
  BOOST_TEST(sim[0].ask(d, seen_values{}).value() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(watchers_hear_of_its_end_wherever_both_have_moved) {
  testing::cluster sim{small()};
  auto w = sim[0].spawn<watcher>();
  auto t = sim[1].spawn<tally>();
  auto u = sim[1].spawn<tally>();
  w.tell(look_at{t});
  w.tell(look_at{u});
  sim.run_for(50ms);
  BOOST_TEST(said(sim[0].migrate(t, on_node(2))) == "moved");
  BOOST_TEST(said(sim[0].migrate(w, on_node(1))) == "moved");
  sim[0].stop(t);
  sim.run_for(100ms);
  BOOST_TEST(sim[0].ask(w, ends{}).value().size() == 1);
  BOOST_TEST(said(sim[0].migrate(u, on_node(2))) == "moved");
  sim.run_for(100ms);
  sim.kill(2);
  sim.run_for(10s);
  const std::vector<int> both{static_cast<int>(exit_kind::shutdown), static_cast<int>(exit_kind::unknown)};
  BOOST_TEST(sim[0].ask(w, ends{}).value() == both, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_it_watches_is_watched_from_its_new_node) {
  testing::cluster sim{small()};
  auto w = sim[0].spawn<watcher>();
  auto t = sim[1].spawn<tally>();
  w.tell(look_at{t});
  sim.run_for(50ms);
  BOOST_TEST(said(sim[0].migrate(w, on_node(2))) == "moved");
  sim.kill(1);
  sim.run_for(10s);
  BOOST_TEST(sim[0].ask(w, ends{}).value().size() == 1);
}

BOOST_AUTO_TEST_CASE(one_that_does_not_move_says_why_and_works_on) {
  testing::cluster sim{small()};
  auto s = sim[0].spawn<stubborn>();
  s.tell(hard{});
  sim.run_for(10ms);
  BOOST_TEST(said(sim[0].migrate(s, on_node(1))).find("it is pinned: it holds a lock") != std::string::npos);
  auto n = sim[0].spawn<stubborn>();
  n.tell(nap{});
  sim.run_for(10ms);
  BOOST_TEST(said(sim[0].migrate(n, on_node(1))).find("a coroutine of it is suspended") != std::string::npos);
  auto r = sim[0].spawn<rooted>(1);
  BOOST_TEST(said(sim[0].migrate(r, on_node(1))).find("cannot be made without arguments") != std::string::npos);
  auto gone = sim[0].spawn<tally>();
  sim[0].kill(gone);
  sim.run_for(10ms);
  BOOST_TEST(said(sim[0].migrate(gone, on_node(1))).find("it has ended") != std::string::npos);
  BOOST_TEST(said(sim[0].migrate(r, placement::on("nowhere"))) != "moved");
}

BOOST_AUTO_TEST_CASE(it_ends_elsewhere_and_leaves_nothing_behind) {
  testing::cluster sim{small()};
  for (int i = 0; i < 20; ++i) {
    auto t = sim[0].spawn<tally>();
    BOOST_TEST(said(sim[0].migrate(t, on_node(1))) == "moved");
    BOOST_TEST(said(sim[0].migrate(t, on_node(2))) == "moved");
    sim[1].stop(t);
    sim.run_for(50ms);
    BOOST_TEST(!sim[0].ask(t, total{}, 1s).result().has_value());
  }
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(sim[i].counters().live_actors == sim[(i + 1) % 3].counters().live_actors);
    BOOST_TEST(sim[i].engine().departed.load() == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_or_a_kill_during_a_move_ends_it_once) {
  for (std::uint64_t seed = 1; seed <= seeds(100); ++seed) {
    testing::cluster sim{small(seed)};
    auto w = sim[1].spawn<watcher>();
    auto t = sim[0].spawn<tally>();
    w.tell(look_at{t});
    sim.run_for(20ms);
    const bool kills = sim.random().one_in(2);
    sim.later(duration{static_cast<std::int64_t>(sim.random().below(6'000'000))}, [&] { kills ? sim[1].kill(t) : sim[1].stop(t); });
    (void)sim[0].migrate(t, on_node(1 + sim.random().below(2)));
    sim.run_for(1s);
    BOOST_TEST(sim[0].ask(w, ends{}).value().size() == 1, "seed " << seed);
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(sim[i].engine().departed.load() == 0, "seed " << seed);
  }
}

// -- parents and children -------------------------------------------------------------------------------

namespace {

std::vector<std::string>& endings() {
  static std::vector<std::string> all;
  return all;
}

struct burst {};
class kid : public actor<kid> {
public:
  using handles = messages<add, total, burst>;
  kid() = default;
  explicit kid(std::string name) : name_{std::move(name)} {}
  void on(add m) { sum_ += m.amount; }
  std::int64_t on(total) const { return sum_; }
  void on(burst) { throw std::runtime_error{"burst"}; }
  void on_stop() { endings().push_back(name_); }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(name_, sum_);
  }

private:
  std::string name_;
  std::int64_t sum_ = 0;
};

struct bear {
  std::uint32_t count = 0;
};
struct children_of {};
struct failures {};
class parent : public actor<parent> {
public:
  using handles = messages<bear, children_of, child_failed, child_stopped, failures>;
  void on(bear m) {
    for (std::uint32_t i = 0; i < m.count; ++i) all_.push_back(spawn<kid>("kid-" + std::to_string(all_.size())));
  }
  std::vector<ref<kid>> on(children_of) const { return all_; }
  void on(const child_failed& f) {
    ++failures_;
    resume_child(any_ref{f.child});
  }
  void on(const child_stopped&) { ++stops_; }
  std::vector<int> on(failures) const { return {failures_, stops_}; }
  void on_stop() { endings().push_back("parent"); }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(all_, failures_, stops_);
  }

private:
  std::vector<ref<kid>> all_;
  int failures_ = 0, stops_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(a_family_that_has_scattered_stops_in_its_old_order) {
  for (std::uint64_t seed = 1; seed <= seeds(40); ++seed) {
    testing::cluster sim{small(seed)};
    endings().clear();
    auto p = sim[0].spawn<parent>();
    p.tell(bear{5});
    sim.run_for(20ms);
    const auto kids = sim[0].ask(p, children_of{}).value();
    for (int i = 0; i < 6; ++i) {
      const std::size_t who = sim.random().below(6);
      const any_ref moves = who == 5 ? any_ref{p} : any_ref{kids[who]};
      const auto done = sim[0].migrate(moves, on_node(sim.random().below(3)));
      BOOST_TEST(said(done) == "moved", "seed " << seed << " " << said(done));
    }
    if (sim.random().one_in(2)) {
      p.tell(bear{2});
      sim.run_for(50ms);
    }
    const std::size_t born = sim[1].ask(p, children_of{}).value().size();
    sim[1].stop(p);
    sim.run_for(2s);
    std::vector<std::string> expected;
    for (std::size_t i = born; i-- > 0;) expected.push_back("kid-" + std::to_string(i));
    expected.push_back("parent");
    BOOST_TEST(endings() == expected, boost::test_tools::per_element());
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(sim[i].engine().departed.load() == 0, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_elsewhere_is_its_parents_concern_wherever_that_is) {
  testing::cluster sim{small()};
  auto p = sim[0].spawn<parent>();
  p.tell(bear{2});
  sim.run_for(20ms);
  const auto kids = sim[0].ask(p, children_of{}).value();
  BOOST_TEST(said(sim[0].migrate(kids[0], on_node(1))) == "moved");
  kids[0].tell(add{3});
  kids[0].tell(burst{});
  kids[0].tell(add{4});
  sim.run_for(100ms);
  BOOST_TEST(sim[2].ask(kids[0], total{}).value() == 7);
  BOOST_TEST(said(sim[0].migrate(p, on_node(2))) == "moved");
  kids[0].tell(burst{});
  kids[1].tell(burst{});
  sim.run_for(100ms);
  BOOST_TEST(sim[0].ask(p, failures{}).value()[0] == 3);
  sim[0].stop(kids[0]);
  sim.run_for(100ms);
  BOOST_TEST(sim[0].ask(p, failures{}).value()[1] == 1);
}

// -- what dies on the way -------------------------------------------------------------------------------

namespace {

struct bump {};
class meter : public actor<meter> {
public:
  using handles = messages<bump>;
  std::int64_t on(bump) { return ++value_; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(value_);
  }

private:
  std::int64_t value_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(whatever_dies_no_answer_comes_twice_and_what_was_answered_holds) {
  for (std::uint64_t seed = 1; seed <= seeds(150); ++seed) {
    testing::cluster_options o = small(seed);
    o.nodes = 4;
    testing::cluster sim{o};
    const std::size_t asker = 3;
    auto m = sim[0].spawn<meter>();
    std::int64_t last = 0;
    bool may_be_lost = false;
    std::size_t lives_at = 0;
    for (int round = 0; round < 8; ++round) {
      const std::size_t to = sim.random().below(3);
      const auto when = duration{static_cast<std::int64_t>(sim.random().below(8'000'000))};
      const std::size_t victim = sim.random().below(3);
      switch (sim.random().below(6)) {
        case 0:
          if (round > 4) {
            sim.later(when, [&sim, victim] { sim.kill(victim); });
            may_be_lost = true;
          }
          break;
        case 1: sim.later(when, [&sim, victim] { sim.cut(victim, (victim + 1) % 3); }); break;
        case 2: sim.later(when, [&sim, victim, asker] { sim.cut(victim, asker); }); break;
        case 3: sim.later(when, [&sim, victim] { sim.stall(victim, 300ms); }); break;
        default: break;
      }
      auto moving = sim[asker].migrate(std::vector<any_ref>{m}, on_node(to), 20s);
      for (int i = 0; i < 5; ++i) {
        const auto value = sim[asker].ask(m, bump{}, 3s).result();
        if (!value) continue;
        BOOST_TEST(*value > last, "seed " << seed << ": " << *value << " after " << last);
        BOOST_TEST(*value <= last + 60, "seed " << seed);
        last = *value;
      }
      (void)moving.result();
      (void)lives_at;
    }
    sim.run_for(5s);
    const auto value = sim[asker].ask(m, bump{}, 5s).result();
    if (value)
      BOOST_TEST(*value > last, "seed " << seed);
    else
      BOOST_TEST(may_be_lost, "seed " << seed << ": " << to_string(value.error()));
  }
}
