// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE watch
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

struct fixture {
  testing::node node;
  journal log;
  ref<puppet> watcher;
  ref<puppet> other;
  fixture(std::uint32_t shards, std::uint32_t place)
      : node{plain(shards)}, watcher{node.spawn<puppet>(on_shard(0), &log, "watcher")},
        other{node.spawn<puppet>(on_shard(place), &log, "other")} {
    node.run_until_idle();
  }
  void watch() {
    perform<puppet>(node, watcher, [&](puppet& self) { self.watch(other); });
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_watcher_hears_how_the_other_ended_and_once) {
  for (auto [shards, place] : both_places) {
    {
      fixture f{shards, place};
      f.watch();
      f.watch();
      perform<puppet>(f.node, f.other, [](puppet& self) { self.stop(); });
      BOOST_TEST(f.log == (journal{"other stops", "watcher sees down: normal"}), boost::test_tools::per_element());
    }
    {
      fixture f{shards, place};
      f.watch();
      f.node.kill(f.other);
      f.node.run_until_idle();
      BOOST_TEST(f.log == (journal{"watcher sees down: killed"}), boost::test_tools::per_element());
    }
    {
      fixture f{shards, place};
      f.watch();
      perform<puppet>(f.node, f.other, fails("it broke"));
      BOOST_TEST(f.log == (journal{"watcher sees down: failed, it broke"}), boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(watching_an_actor_that_has_ended_tells_at_once) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    f.node.kill(f.other);
    f.node.run_until_idle();
    f.watch();
    BOOST_TEST(f.log == (journal{"watcher sees down: unknown, the actor had ended already"}),
               boost::test_tools::per_element());
    f.watch();
    BOOST_TEST(f.log.size() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(who_does_not_watch_any_longer_hears_nothing) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    f.watch();
    perform<puppet>(f.node, f.watcher, [&](puppet& self) { self.unwatch(f.other); });
    f.node.kill(f.other);
    f.node.run_until_idle();
    BOOST_TEST(f.log.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_watcher_that_has_ended_gets_no_message) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    f.watch();
    f.node.kill(f.watcher);
    f.node.run_until_idle();
    f.node.kill(f.other);
    f.node.run_until_idle();
    BOOST_TEST(f.node.counters().dead_letters == 0U);
  }
}

BOOST_AUTO_TEST_CASE(two_actors_that_watch_each_other_can_end) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    f.watch();
    perform<puppet>(f.node, f.other, [&](puppet& self) { self.watch(f.watcher); });
    f.node.kill(f.watcher);
    f.node.run_until_idle();
    BOOST_TEST(f.log == (journal{"other sees down: killed"}), boost::test_tools::per_element());
    BOOST_TEST(f.node.shutdown());
  }
}

BOOST_AUTO_TEST_CASE(a_watcher_survives_many_short_lives_without_growing_slower) {
  for (auto [shards, place] : both_places) {
    fixture f{shards, place};
    auto before = std::chrono::steady_clock::now();
    for (int round = 0; round < 100; ++round) {
      perform<puppet>(f.node, f.watcher, [&, place = place](puppet& self) {
        for (int i = 0; i < 500; ++i) {
          auto child = self.spawn<puppet>(on_shard(place), self.log(), "short");
          self.watch(child);
          self.kill(child);
        }
      });
      BOOST_TEST(std::count(f.log.begin(), f.log.end(), "watcher sees down: killed") == 500);
      f.log.clear();
    }
    auto& shard = *f.node.engine().shard_at(0);
    BOOST_TEST(shard.cold(*shard.find(f.watcher.id())).watched.size() == 0U);
    BOOST_TEST((std::chrono::steady_clock::now() - before < 20s));
  }
}

BOOST_AUTO_TEST_CASE(a_restart_is_no_end_for_the_watchers) {
  testing::node node{plain(2)};
  journal log;
  auto guard = node.spawn<guardian>(&log, [](guardian& g, const child_failed& f) {
    g.restart_child(ref<puppet>{f.child}, g.log(), std::string{"again"});
  });
  ref<puppet> child;
  perform<guardian>(node, guard, [&](guardian& g) { child = g.spawn<puppet>(on_shard(1), &log, "child"); });
  auto watcher = node.spawn<puppet>(&log, "watcher");
  perform<puppet>(node, watcher, [&](puppet& self) { self.watch(child); });
  perform<puppet>(node, child, fails());
  BOOST_TEST(log.size() == 1U);
  node.kill(child);
  node.run_until_idle();
  BOOST_TEST(std::count(log.begin(), log.end(), "watcher sees down: killed") == 1);
}
