// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE moves
#include <boost/test/unit_test.hpp>

#include "engine/object_pool.hpp"
#include "support.hpp"
#include <map>

using namespace actors;
using namespace actors::test;

namespace {

/// A guardian with a child whose object lives on another shard.
struct family {
  testing::node node{plain(3)};
  journal log;
  ref<guardian> guard;
  ref<puppet> child;
  explicit family(guardian::policy policy, std::uint32_t home = 1) {
    guard = node.spawn<guardian>(on_shard(0), &log, std::move(policy));
    perform<guardian>(node, guard, [&](guardian& g) { child = g.spawn<puppet>(on_shard(home), &log, "first"); });
    move(home, 2);
  }
  /// Moves what has messages waiting on `from`.
  void move(std::uint32_t from, std::uint32_t to) {
    node.engine().post_call(child.id(), [this, to](detail::shard& here, actor_id) {
      // Every other actor with work moves, so the second of two.
      auto first = ref<puppet>{here.spawn<puppet>({}, &log, "dummy")};
      first.tell(note{"work"});
      child.tell(note{"work"});
      here.donate(to, 8);
      here.kill(first.id());
    });
    node.run_until_idle();
    log.clear();
    auto* s = node.engine().shard_at(from)->find(child.id());
    BOOST_REQUIRE(s != nullptr);
    BOOST_REQUIRE((s->flags & detail::state::moved) != 0);
  }
};

struct step {
  int value;
};
struct start {
  int count;
};

/// Hands on what it gets, so that what it sends shows the order of what it got, wherever it is.
class relay : public open_actor<relay> {
public:
  using handles = messages<step, start>;
  relay(std::vector<int>* seen, ref<relay> next) : seen_{seen}, next_{next} {}
  void on(step s) {
    seen_->push_back(s.value);
    if (next_) tell(next_, s);
  }
  void on(start s) {
    for (int i = 0; i < s.count; ++i) tell(next_, step{i});
  }

private:
  std::vector<int>* seen_;
  ref<relay> next_;
};

/// Too large for its slot.
struct heavy : open_actor<heavy> {
  using handles = messages<note>;
  void on(note) {}
  char weight[200] = {};
};

} // namespace

BOOST_AUTO_TEST_CASE(the_order_of_each_sender_is_kept_while_actors_move) {
  const std::uint64_t first = testing::seed_from_environment(1);
  std::uint64_t moves = 0;
  for (std::uint64_t seed = first; seed < first + 300; ++seed) {
    auto options = plain(3, seed);
    options.seed = seed;
    options.moves = true;
    testing::node node{options};
    constexpr std::size_t chains = 8;
    constexpr int count = 300;
    std::vector<std::vector<int>> seen(chains * 5);
    for (std::size_t c = 0; c < chains; ++c) {
      ref<relay> next;
      for (std::size_t k = 0; k < 5; ++k)
        next = node.spawn<relay>(on_shard(static_cast<std::uint32_t>(node.random().below(3))), &seen[c * 5 + k], next);
      for (int i = 0; i < 3; ++i) next.tell(step{i});
      next.tell(step{3});
      for (int i = 4; i < count; ++i) next.tell(step{i});
    }
    node.run_until_idle();
    for (auto& values : seen) {
      BOOST_REQUIRE_MESSAGE(values.size() == count, "seed " << seed);
      for (int i = 0; i < count; ++i) BOOST_REQUIRE_MESSAGE(values[static_cast<std::size_t>(i)] == i, "seed " << seed);
    }
    moves += node.counters().moves;
  }
  BOOST_TEST(moves > 100U);
}

BOOST_AUTO_TEST_CASE(what_a_moved_actor_sends_home_does_not_overtake_what_it_sent_before) {
  testing::node node{plain(2)};
  journal log;
  struct go {};
  struct idle {};
  class sender : public open_actor<sender> {
  public:
    using handles = messages<go, idle, number>;
    explicit sender(ref<puppet> to) : to_{to} {}
    void on(go) {
      for (int i = 0; i < 2000; ++i) tell(to_, number{i});
    }
    void on(idle) {}
    void on(number n) { tell(to_, n); }

  private:
    ref<puppet> to_;
  };
  auto receiver = node.spawn<puppet>(on_shard(0), &log, "r");
  auto dummy = node.spawn<puppet>(on_shard(0), &log, "dummy");
  auto who = node.spawn<sender>(on_shard(0), receiver);
  node.run_until_idle();
  who.tell(go{});
  // Until it has sent the two thousand, which wait now in the queue of the shard.
  while (node.step() && log.empty()) {
  }
  node.engine().post_call(who.id(), [&](detail::shard& here, actor_id) {
    dummy.tell(note{"work"});
    who.tell(idle{});
    BOOST_TEST(here.donate(1, 8) == 1U);
  });
  node.step();
  for (int i = 2000; i < 2010; ++i) {
    who.tell(number{i});
    node.step();
    node.step();
    node.step();
  }
  node.run_until_idle();
  std::erase(log, "dummy: work");
  BOOST_REQUIRE(log.size() == 2010U);
  for (int i = 0; i < 2010; ++i) BOOST_REQUIRE(log[static_cast<std::size_t>(i)] == "r: " + std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_moved_actor_works_and_answers_under_its_old_id) {
  family f{resume};
  BOOST_TEST(f.node.ask_result(f.child, question{4}).value() == 8);
  perform<puppet>(f.node, f.child, [&](puppet& self) {
    BOOST_TEST((self.self() == f.child));
    self.send_after(10ms, note{"timer"});
    self.ask(f.guard, question{5}).then([&](expected<int> r) { f.log.push_back("got " + std::to_string(*r)); });
  });
  f.node.run_for(1s);
  BOOST_TEST(f.log == (journal{"got 5", "first: timer"}), boost::test_tools::per_element());
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_AUTO_TEST_CASE(a_moved_actor_stops_in_order_and_is_reported) {
  for (int way = 0; way < 3; ++way) {
    family f{resume};
    auto watcher = f.node.spawn<puppet>(on_shard(0), &f.log, "watcher");
    perform<puppet>(f.node, watcher, [&](puppet& self) { self.watch(f.child); });
    BOOST_TEST(f.node.register_name("moved", f.child).has_value());
    f.node.run_until_idle();
    if (way == 0) f.node.stop(f.child);
    if (way == 1) f.node.kill(f.child);
    if (way == 2) f.child.tell(act<puppet>{[](puppet& self) { self.stop(); }});
    f.node.run_until_idle();
    BOOST_TEST(f.node.counters().live_actors == 2U);
    BOOST_TEST(has(f.log, "first stops") == (way != 1));
    const std::string kind = way == 0 ? "shutdown" : way == 1 ? "killed" : "normal";
    BOOST_TEST(has(f.log, "watcher sees down: " + kind));
    BOOST_TEST(has(f.log, "guardian sees child stopped: " + kind));
    BOOST_TEST(!f.node.find<puppet>("moved").has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_moved_actor_that_fails_is_restarted_resumed_or_given_up) {
  for (std::uint32_t home : {0U, 1U}) {
    {
      family f{restart, home};
      f.child.tell(act<puppet>{fails("it broke")});
      f.child.tell(note{"after"});
      f.node.run_until_idle();
      BOOST_TEST(f.log == (journal{"guardian sees failure: std::runtime_error, it broke", "second: after"}),
                 boost::test_tools::per_element());
    }
    {
      family f{resume, home};
      f.child.tell(act<puppet>{fails()});
      f.child.tell(note{"after"});
      f.node.run_until_idle();
      BOOST_TEST(has(f.log, "first: after"));
    }
    {
      family f{give_up, home};
      auto watcher = f.node.spawn<puppet>(on_shard(0), &f.log, "watcher");
      perform<puppet>(f.node, watcher, [&](puppet& self) { self.watch(f.child); });
      perform<puppet>(f.node, f.child, fails("it broke"));
      BOOST_TEST(has(f.log, "watcher sees down: failed, it broke"));
      BOOST_TEST(has(f.log, "guardian sees child stopped: failed"));
      BOOST_TEST(f.node.counters().live_actors == 2U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_moved_actor_that_fails_without_anybody_to_decide_ends_with_its_reason) {
  for (std::uint32_t parent_shard : {0U, 1U}) {
    testing::node node{plain(3)};
    journal log;
    auto parent = node.spawn<puppet>(on_shard(parent_shard), &log, "parent");
    auto watcher = node.spawn<puppet>(on_shard(0), &log, "watcher");
    ref<puppet> child;
    perform<puppet>(node, parent, [&](puppet& self) { child = self.spawn<puppet>(on_shard(1), &log, "child"); });
    perform<puppet>(node, watcher, [&](puppet& self) { self.watch(child); });
    node.engine().post_call(child.id(), [&](detail::shard& here, actor_id) {
      auto first = ref<puppet>{here.spawn<puppet>({}, &log, "dummy")};
      first.tell(note{"work"});
      child.tell(note{"work"});
      here.donate(2, 8);
      here.kill(first.id());
    });
    node.run_until_idle();
    perform<puppet>(node, child, fails("it broke"));
    BOOST_TEST(has(log, "watcher sees down: failed, it broke"));
    BOOST_TEST(has(log, "parent sees child stopped: failed"));
    BOOST_TEST(node.counters().live_actors == 2U);
    BOOST_TEST(node.shutdown());
  }
}

BOOST_AUTO_TEST_CASE(a_moved_actor_keeps_its_children_and_takes_them_along_when_it_ends) {
  family f{restart};
  perform<puppet>(f.node, f.child, [](puppet& self) {
    self.spawn<puppet>(self.log(), "near grandchild");
    self.spawn<puppet>(on_shard(1), self.log(), "home grandchild");
    self.spawn<puppet>(on_shard(0), self.log(), "far grandchild");
  });
  BOOST_TEST(f.node.counters().live_actors == 5U);
  perform<puppet>(f.node, f.child, fails());
  BOOST_TEST(f.node.counters().live_actors == 2U);
  perform<puppet>(f.node, f.child, [](puppet& self) { self.spawn<puppet>(self.log(), "grandchild"); });
  f.node.stop(f.child);
  f.node.run_until_idle();
  BOOST_TEST(f.node.counters().live_actors == 1U);
  BOOST_TEST(has(f.log, "second stops"));
}

BOOST_AUTO_TEST_CASE(a_moved_actor_that_subscribes_or_watches_leaves_nothing_behind) {
  family f{resume};
  const topic<note> news{"news"};
  const auto before = f.node.counters().dead_letters;
  auto other = f.node.spawn<puppet>(on_shard(0), &f.log, "other");
  perform<puppet>(f.node, f.child, [&](puppet& self) {
    self.subscribe(news);
    self.watch(other);
  });
  f.node.publish(news, note{"rain"});
  f.node.run_until_idle();
  BOOST_TEST(has(f.log, "first: rain"));
  f.node.kill(f.child);
  f.node.run_until_idle();
  f.node.publish(news, note{"sun"});
  f.node.kill(other);
  f.node.run_until_idle();
  BOOST_TEST(f.node.counters().dead_letters == before);
}

BOOST_AUTO_TEST_CASE(stop_kill_or_restart_while_the_actor_is_on_its_way) {
  for (int way = 0; way < 3; ++way)
    for (bool small : {false, true}) {
      testing::node node{plain(2)};
      journal log;
      int alive = 0;
      struct traveller : open_actor<traveller> {
        using handles = messages<note>;
        explicit traveller(int* alive) : alive_{alive} { ++*alive_; }
        traveller(traveller&& other) noexcept : alive_{other.alive_} { ++*alive_; }
        ~traveller() { --*alive_; }
        void on(note) {}
        int* alive_;
      };
      struct big_traveller : open_actor<big_traveller> {
        using handles = messages<note>;
        explicit big_traveller(int* alive) : alive_{alive} { ++*alive_; }
        ~big_traveller() { --*alive_; }
        void on(note) {}
        int* alive_;
        std::string weight = std::string(100, 'x');
      };
      auto dummy = node.spawn<puppet>(on_shard(0), &log, "dummy");
      any_ref who = small ? any_ref{node.spawn<traveller>(on_shard(0), &alive)}
                          : any_ref{node.spawn<big_traveller>(on_shard(0), &alive)};
      node.run_until_idle();
      node.engine().post_call(who.id(), [&](detail::shard& here, actor_id id) {
        dummy.tell(note{"work"});
        if (small)
          who.as<traveller>().tell(note{"work"});
        else
          who.as<big_traveller>().tell(note{"work"});
        BOOST_TEST(here.donate(1, 8) == 1U);
        if (way == 0) here.stop(id);
        if (way == 1) here.kill(id);
        if (way == 2) {
          if (small)
            detail::restart_with<traveller>(id, &alive);
          else
            detail::restart_with<big_traveller>(id, &alive);
        }
      });
      node.run_until_idle();
      BOOST_TEST(alive == (way == 2 ? 1 : 0));
      BOOST_TEST(node.counters().live_actors == (way == 2 ? 2U : 1U));
      BOOST_TEST(node.shutdown());
      BOOST_TEST(alive == 0);
      BOOST_TEST(node.counters().live_actors == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_with_actors_under_way_frees_them) {
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    auto options = plain(3, seed);
    options.moves = true;
    testing::node node{options};
    std::vector<int> seen;
    std::vector<ref<relay>> all;
    for (std::uint32_t i = 0; i < 10; ++i) all.push_back(node.spawn<relay>(on_shard(i % 3), &seen, ref<relay>{}));
    for (int i = 0; i < 200; ++i)
      for (auto& r : all) r.tell(step{i});
    for (int i = 0; i < 60; ++i) node.step();
  }
}

BOOST_AUTO_TEST_CASE(memory_of_actors_that_end_where_they_moved_to_comes_back_to_where_they_are_born) {
  testing::node node{plain(2)};
  std::uint32_t moved = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<actor_id> born;
    const actor_id home_root{node.engine().shard_at(0)->place(), detail::shard::root, 1};
    node.engine().post_call(home_root, [&](detail::shard& home, actor_id) {
      for (int i = 0; i < 64; ++i) {
        born.push_back(home.spawn<heavy>({}));
        home.tell<note>(born.back(), note{"work"});
      }
      moved += home.donate(1, 64);
    });
    node.run_until_idle();
    for (const actor_id& each : born) node.kill(any_ref{each});
    node.run_until_idle();
  }
  BOOST_TEST(node.counters().live_actors == 0U);
  BOOST_TEST(moved > 10'000U);
  // Each shard keeps up to two pages' worth.
  BOOST_TEST(node.engine().objects().pages() <= 5U);
}
