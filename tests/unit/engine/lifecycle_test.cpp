// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE lifecycle
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

/// A guardian on shard 0 with one child.
struct family {
  testing::node node;
  journal log;
  ref<guardian> guard;
  ref<puppet> child;
  family(std::uint32_t shards, std::uint32_t place, guardian::policy policy) : node{plain(shards)} {
    guard = node.spawn<guardian>(on_shard(0), &log, std::move(policy));
    perform<guardian>(node, guard, [&](guardian& g) { child = g.spawn<puppet>(on_shard(place), &log, "first"); });
  }
};

/// Its end takes a while.
class lingering : public open_actor<lingering> {
public:
  using handles = messages<note, act<lingering>>;
  lingering(journal* log, std::string name, duration time) : log_{log}, name_{std::move(name)}, time_{time} {}
  void on(note n) { log_->push_back(name_ + ": " + n.text); }
  void on(act<lingering> a) { a.body(*this); }
  task<void> on_stop() {
    log_->push_back(name_ + " begins to stop");
    co_await sleep(time_);
    log_->push_back(name_ + " has stopped");
  }

private:
  journal* log_;
  std::string name_;
  duration time_;
};

struct go {};

} // namespace

BOOST_AUTO_TEST_CASE(an_actor_that_stops_ends_after_its_handler_and_what_waits_is_dead) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  perform<puppet>(node, a, [](puppet& self) {
    self.tell(self.self(), note{"waiting"});
    self.stop();
    self.log()->push_back("still in the handler");
  });
  BOOST_TEST(log == (journal{"still in the handler", "a stops"}), boost::test_tools::per_element());
  BOOST_TEST(node.counters().live_actors == 0U);
  BOOST_TEST(node.counters().dead_letters == 1U);
}

BOOST_AUTO_TEST_CASE(children_stop_before_their_parent_and_in_reverse_order) {
  testing::node node{plain()};
  journal log;
  auto parent = node.spawn<puppet>(&log, "parent");
  perform<puppet>(node, parent, [](puppet& self) {
    for (int i = 0; i < 3; ++i)
      self.children.push_back(self.spawn<puppet>(self.log(), "child " + std::to_string(i)));
    self.tell(self.children[1], act<puppet>{[](puppet& child) {
      child.spawn<puppet>(child.log(), "grandchild 0");
      child.spawn<puppet>(child.log(), "grandchild 1");
    }});
  });
  node.stop(parent);
  node.run_until_idle();
  BOOST_TEST(log == (journal{"child 2 stops", "grandchild 1 stops", "grandchild 0 stops", "child 1 stops",
                             "child 0 stops", "parent stops"}),
             boost::test_tools::per_element());
  BOOST_TEST(node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(children_on_other_shards_stop_before_their_parent_and_in_reverse_order) {
  testing::node node{plain(3)};
  journal log;
  auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
  perform<puppet>(node, parent, [](puppet& self) {
    for (std::uint32_t i = 0; i < 6; ++i) self.spawn<puppet>(on_shard(1 + i % 2), self.log(), "child " + std::to_string(i));
  });
  node.stop(parent);
  node.run_until_idle();
  BOOST_TEST(log == (journal{"child 5 stops", "child 4 stops", "child 3 stops", "child 2 stops", "child 1 stops",
                             "child 0 stops", "parent stops"}),
             boost::test_tools::per_element());
  BOOST_TEST(node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(a_stop_that_follows_a_spawn_on_another_shard_misses_no_child) {
  for (std::uint64_t seed = 1; seed < 200; ++seed) {
    testing::node node{plain(3, seed)};
    journal log;
    auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
    perform<puppet>(node, parent, [](puppet& self) {
      for (std::uint32_t i = 0; i < 4; ++i) self.spawn<puppet>(on_shard(i % 3), self.log(), "child");
      self.stop();
    });
    BOOST_TEST(std::count(log.begin(), log.end(), "child stops") == 4);
    BOOST_TEST(node.counters().live_actors == 0U);
    BOOST_TEST(log.back() == "parent stops");
  }
}

BOOST_AUTO_TEST_CASE(the_parent_hears_of_the_end_of_its_children) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, ignore};
    f.node.stop(f.child);
    f.node.run_until_idle();
    BOOST_TEST(f.log == (journal{"first stops", "guardian sees child stopped: shutdown"}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_coroutine_on_stop_is_waited_for) {
  testing::node node{plain()};
  journal log;
  auto parent = node.spawn<puppet>(&log, "parent");
  perform<puppet>(node, parent, [](puppet& self) { self.spawn<lingering>(self.log(), "child", 100ms); });
  node.stop(parent);
  node.run_until_idle();
  BOOST_TEST(log == (journal{"child begins to stop"}), boost::test_tools::per_element());
  node.run_for(1s);
  BOOST_TEST(log == (journal{"child begins to stop", "child has stopped", "parent stops"}),
             boost::test_tools::per_element());
  BOOST_TEST(node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(an_actor_that_waits_in_a_coroutine_finishes_it_before_it_stops) {
  class busy : public open_actor<busy> {
  public:
    using handles = messages<go>;
    explicit busy(journal* log) : log_{log} {}
    task<int> on(go) {
      co_await sleep(50ms);
      log_->push_back("finished");
      co_return 7;
    }
    void on_stop() { log_->push_back("stops"); }

  private:
    journal* log_;
  };
  testing::node node{plain()};
  journal log;
  auto b = node.spawn<busy>(&log);
  auto answer = node.ask(b, go{});
  node.run_until_idle();
  node.stop(b);
  BOOST_TEST(answer.result().value() == 7);
  node.run_until_idle();
  BOOST_TEST(log == (journal{"finished", "stops"}), boost::test_tools::per_element());
  BOOST_TEST(node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_end_in_its_time_is_killed) {
  for (auto [shards, place] : both_places) {
    testing::node node{plain(shards)};
    journal log;
    auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
    perform<puppet>(node, parent, [place = place](puppet& self) {
      self.spawn<lingering>(on_shard(place).stop_within(200ms), self.log(), "slow", 1h);
      self.spawn<lingering>(on_shard(place).stop_within(0ms), self.log(), "at once", 1h);
    });
    node.stop(parent);
    const duration before = node.now();
    node.run_until([&] { return has(log, "parent stops"); });
    BOOST_TEST((node.now() - before >= 190ms && node.now() - before < 1s));
    BOOST_TEST(!has(log, "at once begins to stop"));
    BOOST_TEST(has(log, "slow begins to stop"));
    BOOST_TEST(!has(log, "slow has stopped"));
    node.run_until_idle();
    BOOST_TEST(node.counters().live_actors == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_kill_skips_on_stop_and_waiting_messages_and_takes_the_children_along) {
  for (auto [shards, place] : both_places) {
    testing::node node{plain(shards)};
    journal log;
    auto victim = node.spawn<puppet>(on_shard(place), &log, "victim");
    auto killer = node.spawn<puppet>(on_shard(0), &log, "killer");
    perform<puppet>(node, victim, [](puppet& self) {
      self.spawn<puppet>(self.log(), "child");
      self.spawn<puppet>(on_shard(1), self.log(), "far child");
    });
    perform<puppet>(node, killer, [&](puppet& self) { self.kill(victim); });
    BOOST_TEST(log.empty());
    BOOST_TEST(node.counters().live_actors == 1U);
  }
}

BOOST_AUTO_TEST_CASE(an_actor_that_kills_itself_handles_nothing_more) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  perform<puppet>(node, a, [](puppet& self) {
    // From the stash, so that they wait in the queue of the actor itself.
    self.stash(act<puppet>{[](puppet& s) { s.kill(s.self()); }});
    for (int i = 0; i < 5; ++i) self.stash(note{"too late"});
    self.unstash_all();
  });
  BOOST_TEST(log.empty());
  BOOST_TEST(node.counters().live_actors == 0U);
  BOOST_TEST(node.counters().dead_letters == 5U);
}

BOOST_AUTO_TEST_CASE(a_stop_in_the_constructor_is_a_stop) {
  class short_lived : public open_actor<short_lived> {
  public:
    using handles = messages<note>;
    short_lived() { stop(); }
    void on(note) {}
  };
  testing::node node{plain(2)};
  journal log;
  node.spawn<short_lived>();
  node.run_until_idle();
  auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
  perform<puppet>(node, parent, [](puppet& self) {
    self.spawn<short_lived>();
    self.spawn<short_lived>(on_shard(1));
  });
  BOOST_TEST(node.counters().live_actors == 1U);
  BOOST_TEST(std::count(log.begin(), log.end(), "parent sees child stopped: normal") == 2);
}

BOOST_AUTO_TEST_CASE(a_stop_from_another_shard_right_after_a_message_is_not_lost) {
  for (std::uint64_t seed = 1; seed < 100; ++seed) {
    testing::node node{plain(2, seed)};
    journal log;
    auto victim = node.spawn<puppet>(on_shard(1), &log, "victim");
    auto other = node.spawn<puppet>(on_shard(0), &log, "other");
    perform<puppet>(node, other, [&](puppet& self) {
      for (int i = 0; i < 3; ++i) self.tell(victim, note{"hello"});
      self.stop(victim);
    });
    BOOST_TEST(log == (journal{"victim: hello", "victim: hello", "victim: hello", "victim stops"}),
               boost::test_tools::per_element());
    BOOST_TEST(node.counters().live_actors == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_or_kill_that_overtakes_the_birth_still_counts) {
  // The engine gives out the id first; the birth comes by another way.
  for (bool kill : {false, true}) {
    testing::node node{plain()};
    journal log;
    auto& shard = *node.engine().shard_at(0);
    actor_id id = shard.reserve();
    if (kill)
      node.kill(any_ref{id});
    else
      node.stop(any_ref{id});
    node.run_until_idle();
    node.engine().post_call(id, detail::creation<puppet>({}, detail::birth{}, &log, std::string{"late"}));
    node.run_until_idle();
    BOOST_TEST(node.counters().live_actors == 0U);
    BOOST_TEST(has(log, "late stops") == !kill);
  }
}

BOOST_AUTO_TEST_CASE(a_watch_that_overtakes_the_birth_waits_for_it) {
  testing::node node{plain(2)};
  journal log;
  actor_id id = node.engine().shard_at(1)->reserve();
  auto watcher = node.spawn<puppet>(on_shard(0), &log, "watcher");
  perform<puppet>(node, watcher, [&](puppet& self) { self.watch(any_ref{id}); });
  BOOST_TEST(log.empty());
  node.engine().post_call(id, detail::creation<puppet>({}, detail::birth{}, &log, std::string{"late"}));
  node.run_until_idle();
  BOOST_TEST(log.empty());
  node.stop(any_ref{id});
  node.run_until_idle();
  BOOST_TEST(log == (journal{"late stops", "watcher sees down: shutdown"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_exception_reaches_parent_watcher_and_log_with_type_and_text) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, give_up};
    auto watcher = f.node.spawn<puppet>(on_shard(0), &f.log, "watcher");
    perform<puppet>(f.node, watcher, [&](puppet& self) { self.watch(f.child); });
    perform<puppet>(f.node, f.child, fails("it broke"));
    BOOST_TEST(has(f.log, "guardian sees failure: std::runtime_error, it broke"));
    BOOST_TEST(has(f.log, "watcher sees down: failed, it broke"));
    BOOST_TEST(has(f.log, "guardian sees child stopped: failed"));
    BOOST_TEST(!has(f.log, "first stops"));
    BOOST_REQUIRE(f.node.logged().size() == 1U);
    BOOST_TEST(f.node.logged()[0].find("std::runtime_error: it broke") != std::string::npos);
    BOOST_TEST(f.node.dead_letter_count(errc::actor_failed) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(without_a_handler_for_failures_the_child_ends_as_failed_with_its_reason) {
  for (auto [shards, place] : both_places) {
    testing::node node{plain(shards)};
    journal log;
    ref<puppet> child;
    auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
    auto watcher = node.spawn<puppet>(on_shard(0), &log, "watcher");
    perform<puppet>(node, parent, [&](puppet& self) { child = self.spawn<puppet>(on_shard(place), &log, "child"); });
    perform<puppet>(node, watcher, [&](puppet& self) { self.watch(child); });
    perform<puppet>(node, child, fails("it broke"));
    BOOST_TEST(has(log, "watcher sees down: failed, it broke"));
    BOOST_TEST(has(log, "parent sees child stopped: failed"));
    BOOST_TEST(node.counters().live_actors == 2U);
  }
}

BOOST_AUTO_TEST_CASE(something_thrown_that_is_no_exception_is_named_too) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  perform<puppet>(node, a, [](puppet&) { throw 42; });
  BOOST_REQUIRE(node.logged().size() == 1U);
  BOOST_TEST(node.logged()[0].find("int") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_restarted_child_keeps_id_and_waiting_messages) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, restart};
    f.child.tell(note{"before"});
    f.child.tell(act<puppet>{fails()});
    f.child.tell(note{"after"});
    f.child.tell(note{"later"});
    f.node.run_until_idle();
    f.child.tell(note{"still there"});
    f.node.run_until_idle();
    std::erase_if(f.log, [](auto& line) { return line.find("guardian") == 0; });
    BOOST_TEST(f.log == (journal{"first: before", "second: after", "second: later", "second: still there"}),
               boost::test_tools::per_element());
    BOOST_TEST(f.node.counters().dead_letters == 1U);
    BOOST_TEST(f.node.dead_letter_count(errc::actor_failed) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_resumed_child_keeps_its_state_waiting_messages_and_timers) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, resume};
    f.child.tell(act<puppet>{[](puppet& self) { self.send_every(1s, note{"beat"}); }});
    f.child.tell(act<puppet>{fails()});
    f.child.tell(note{"after"});
    f.node.run_for(3500ms);
    BOOST_TEST(has(f.log, "first: after"));
    BOOST_TEST(std::count(f.log.begin(), f.log.end(), "first: beat") == 3);
  }
}

BOOST_AUTO_TEST_CASE(a_failed_child_handles_nothing_until_its_parent_has_decided) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, ignore};
    f.child.tell(act<puppet>{fails()});
    f.child.tell(note{"after"});
    f.node.run_for(10s);
    BOOST_TEST(!has(f.log, "first: after"));
    perform<guardian>(f.node, f.guard, [&](guardian& g) { resume(g, {f.child.id(), {}, ""}); });
    BOOST_TEST(has(f.log, "first: after"));
  }
}

BOOST_AUTO_TEST_CASE(a_restart_stops_the_children_of_the_old_instance_first) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, restart};
    perform<puppet>(f.node, f.child, [](puppet& self) {
      self.spawn<puppet>(self.log(), "grandchild 0");
      self.spawn<puppet>(self.log(), "grandchild 1");
    });
    f.child.tell(act<puppet>{fails()});
    f.child.tell(note{"after"});
    f.node.run_until_idle();
    BOOST_TEST(f.log == (journal{"guardian sees failure: std::runtime_error, broken", "grandchild 1 stops",
                                 "grandchild 0 stops", "second: after"}),
               boost::test_tools::per_element());
    BOOST_TEST(f.node.counters().live_actors == 2U);
  }
}

BOOST_AUTO_TEST_CASE(a_restart_that_throws_is_a_failure_again) {
  class fragile : public open_actor<fragile> {
  public:
    using handles = messages<note, act<fragile>>;
    fragile(journal* log, int* attempts) : log_{log} {
      if (*attempts > 0 && *attempts < 3) {
        ++*attempts;
        throw std::runtime_error{"not yet"};
      }
      ++*attempts;
    }
    void on(note n) { log_->push_back("fragile: " + n.text); }
    void on(act<fragile> a) { a.body(*this); }

  private:
    journal* log_;
  };
  for (auto [shards, place] : both_places) {
    testing::node node{plain(shards)};
    journal log;
    int attempts = 0;
    ref<fragile> child;
    auto guard = node.spawn<guardian>(on_shard(0), &log, [&](guardian& g, const child_failed& failed) {
      g.restart_child(ref<fragile>{failed.child}, &log, &attempts);
    });
    perform<guardian>(node, guard, [&](guardian& g) {
      child = g.spawn<fragile>(on_shard(place), &log, &attempts);
    });
    child.tell(act<fragile>{fails("first")});
    child.tell(note{"after"});
    node.run_until_idle();
    BOOST_TEST(log == (journal{"guardian sees failure: std::runtime_error, first",
                               "guardian sees failure: std::runtime_error, not yet",
                               "guardian sees failure: std::runtime_error, not yet", "fragile: after"}),
               boost::test_tools::per_element());
    BOOST_TEST(attempts == 4);
  }
}

BOOST_AUTO_TEST_CASE(a_stop_or_kill_during_a_restart_ends_the_child) {
  for (bool kill : {false, true})
    for (auto [shards, place] : both_places) {
      family f{shards, place, restart};
      perform<puppet>(f.node, f.child, [](puppet& self) { self.spawn<lingering>(self.log(), "slow", 500ms); });
      perform<puppet>(f.node, f.child, fails());
      BOOST_TEST(has(f.log, "slow begins to stop"));
      if (kill)
        f.node.kill(f.child);
      else
        f.node.stop(f.child);
      f.node.run_for(10s);
      BOOST_TEST(f.node.counters().live_actors == 1U);
      BOOST_TEST(has(f.log, "slow has stopped") == !kill);
    }
}

BOOST_AUTO_TEST_CASE(two_restarts_at_once_are_one) {
  family f{1, 0, [](guardian& g, const child_failed& failed) {
             restart(g, failed);
             restart(g, failed);
             resume(g, failed);
           }};
  perform<puppet>(f.node, f.child, [](puppet& self) { self.spawn<lingering>(self.log(), "slow", 500ms); });
  f.child.tell(act<puppet>{fails()});
  f.child.tell(note{"after"});
  f.node.run_until_idle();
  BOOST_TEST(!has(f.log, "second: after"));
  f.node.run_for(10s);
  BOOST_TEST(has(f.log, "second: after"));
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_AUTO_TEST_CASE(a_healthy_child_can_be_restarted) {
  for (auto [shards, place] : both_places) {
    family f{shards, place, ignore};
    perform<guardian>(f.node, f.guard, [&](guardian& g) {
      g.tell(f.child, note{"one"});
      restart(g, {f.child.id(), {}, ""});
      g.tell(f.child, note{"two"});
    });
    BOOST_TEST(f.log == (journal{"first: one", "second: two"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_constructor_that_throws_here_throws_at_the_spawn) {
  class unborn : public open_actor<unborn> {
  public:
    using handles = messages<note>;
    explicit unborn(journal* log) {
      spawn<puppet>(log, "orphan");
      tell(self(), note{"hello"});
      throw std::runtime_error{"no"};
    }
    void on(note) { BOOST_ERROR("handled by nobody"); }
  };
  testing::node node{plain()};
  journal log;
  auto parent = node.spawn<puppet>(&log, "parent");
  bool caught = false;
  perform<puppet>(node, parent, [&](puppet& self) {
    try {
      self.spawn<unborn>(&log);
    } catch (const std::runtime_error&) {
      caught = true;
    }
  });
  BOOST_TEST(caught);
  BOOST_TEST(node.counters().live_actors == 1U);
}

BOOST_AUTO_TEST_CASE(a_constructor_that_throws_elsewhere_is_a_failure_of_the_child) {
  class unborn : public open_actor<unborn> {
  public:
    using handles = messages<question>;
    unborn() { throw std::runtime_error{"no"}; }
    int on(question) { return 1; }
  };
  testing::node node{plain(2)};
  journal log;
  auto guard = node.spawn<guardian>(on_shard(0), &log, give_up);
  ref<unborn> child;
  errc code = errc::none;
  perform<guardian>(node, guard, [&](guardian& g) {
    child = g.spawn<unborn>(on_shard(1));
    g.ask(child, question{1}, 1h).then([&](expected<int> r) { code = r.error().code; });
  });
  BOOST_TEST(has(log, "guardian sees failure: std::runtime_error, no"));
  BOOST_TEST(has(log, "guardian sees child stopped: failed"));
  BOOST_TEST((code == errc::actor_stopped));
  BOOST_TEST(node.counters().live_actors == 1U);
  auto top = node.spawn<unborn>();
  auto r = node.ask_result(top, question{1}, 1h);
  BOOST_TEST(!r.has_value());
  BOOST_TEST(node.now() < 1s);
  BOOST_TEST(node.counters().live_actors == 1U);
}

BOOST_AUTO_TEST_CASE(an_unborn_child_that_is_resumed_ends) {
  class unborn : public open_actor<unborn> {
  public:
    using handles = messages<question>;
    unborn() { throw std::runtime_error{"no"}; }
    int on(question) { return 1; }
  };
  testing::node node{plain(2)};
  journal log;
  auto guard = node.spawn<guardian>(on_shard(0), &log, resume);
  perform<guardian>(node, guard, [&](guardian& g) { g.spawn<unborn>(on_shard(1)); });
  BOOST_TEST(node.counters().live_actors == 1U);
}

BOOST_AUTO_TEST_CASE(an_on_stop_that_throws_does_not_hold_up_the_end) {
  class bad_end : public open_actor<bad_end> {
  public:
    using handles = messages<note>;
    void on(note) {}
    void on_stop() { throw std::runtime_error{"in on_stop"}; }
  };
  class bad_late_end : public open_actor<bad_late_end> {
  public:
    using handles = messages<note>;
    void on(note) {}
    task<void> on_stop() {
      co_await sleep(1ms);
      throw std::runtime_error{"in on_stop"};
    }
  };
  testing::node node{plain()};
  auto a = node.spawn<bad_end>();
  auto b = node.spawn<bad_late_end>();
  node.stop(a);
  node.stop(b);
  node.run_for(10ms);
  BOOST_TEST(node.counters().live_actors == 0U);
  BOOST_TEST(node.logged().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_parent_that_fails_takes_its_children_along) {
  for (auto [shards, place] : both_places) {
    testing::node node{plain(shards)};
    journal log;
    auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
    perform<puppet>(node, parent, [place = place](puppet& self) {
      self.spawn<puppet>(on_shard(place), self.log(), "child");
      self.spawn<puppet>(self.log(), "near child");
    });
    perform<puppet>(node, parent, fails());
    BOOST_TEST(node.counters().live_actors == 0U);
    BOOST_TEST(has(log, "child stops"));
    BOOST_TEST(has(log, "near child stops"));
  }
}

BOOST_AUTO_TEST_CASE(a_destructor_may_send_and_the_object_ends_once) {
  class noisy : public open_actor<noisy> {
  public:
    using handles = messages<note>;
    noisy(ref<puppet> to, int* count) : to_{to}, count_{count} {}
    ~noisy() {
      ++*count_;
      tell(to_, note{"farewell"});
    }
    void on(note) {}

  private:
    ref<puppet> to_;
    int* count_;
  };
  int count = 0;
  journal log;
  {
    testing::node node{plain(2)};
    auto listener = node.spawn<puppet>(on_shard(0), &log, "listener");
    auto a = node.spawn<noisy>(on_shard(0), listener, &count);
    node.spawn<noisy>(on_shard(1), listener, &count);
    node.run_until_idle();
    node.stop(a);
    node.run_until_idle();
    BOOST_TEST(count == 1);
    BOOST_TEST(log == (journal{"listener: farewell"}), boost::test_tools::per_element());
  }
  BOOST_TEST(count == 2);
}

BOOST_AUTO_TEST_CASE(a_child_spawned_by_on_stop_or_by_a_destructor_ends_too) {
  class prolific : public open_actor<prolific> {
  public:
    using handles = messages<note>;
    prolific(journal* log, bool in_hook) : log_{log}, in_hook_{in_hook} {}
    ~prolific() {
      if (in_hook_) return;
      spawn<puppet>(log_, "late child");
      spawn<puppet>(on_shard(1), log_, "late child");
    }
    void on(note) {}
    void on_stop() {
      if (!in_hook_) return;
      spawn<puppet>(log_, "late child");
      spawn<puppet>(on_shard(1), log_, "late child");
    }

  private:
    journal* log_;
    bool in_hook_;
  };
  for (bool in_hook : {false, true}) {
    testing::node node{plain(2)};
    journal log;
    auto p = node.spawn<prolific>(on_shard(0), &log, in_hook);
    node.run_until_idle();
    node.stop(p);
    node.run_until_idle();
    BOOST_TEST(node.counters().live_actors == 0U);
    BOOST_TEST(std::count(log.begin(), log.end(), "late child stops") == 2);
  }
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_children_start_and_stop_in_linear_time) {
  struct leaf : open_actor<leaf> {
    using handles = messages<note, act<leaf>>;
    void on(note) {}
    void on(act<leaf> a) { a.body(*this); }
  };
  for (auto [shards, place] : both_places)
    for (bool natural : {false, true}) {
      testing::node node{plain(shards)};
      journal log;
      auto before = std::chrono::steady_clock::now();
      auto parent = node.spawn<puppet>(on_shard(0), &log, "parent");
      std::vector<ref<leaf>> children;
      perform<puppet>(node, parent, [&, place = place](puppet& self) {
        for (int i = 0; i < 100'000; ++i) children.push_back(self.spawn<leaf>(on_shard(place)));
      });
      BOOST_TEST(node.counters().live_actors == 100'001U);
      if (natural)
        for (auto& c : children) c.tell(act<leaf>{[](leaf& l) { l.stop(); }});
      else
        node.stop(parent);
      node.run_until_idle();
      BOOST_TEST(node.counters().live_actors == (natural ? 1U : 0U));
      BOOST_TEST((std::chrono::steady_clock::now() - before < 10s));
    }
}

BOOST_AUTO_TEST_CASE(shutdown_ends_everything_and_leaves_the_counters_right) {
  for (std::uint32_t shards : {1U, 3U}) {
    testing::node node{plain(shards)};
    journal log;
    for (int i = 0; i < 10; ++i) {
      auto p = node.spawn<puppet>(&log, "parent");
      p.tell(act<puppet>{[](puppet& self) { self.spawn<puppet>(anywhere, self.log(), "child"); }});
    }
    node.run_until_idle();
    BOOST_TEST(node.shutdown());
    BOOST_TEST(node.counters().live_actors == 0U);
    BOOST_TEST(std::count(log.begin(), log.end(), "parent stops") == 10);
    BOOST_TEST(std::count(log.begin(), log.end(), "child stops") == 10);
    BOOST_TEST(node.shutdown());
  }
}

BOOST_AUTO_TEST_CASE(a_shutdown_ends_when_the_last_actor_ends_by_itself_in_the_same_moment) {
  for (std::uint64_t seed = 1; seed < 200; ++seed) {
    testing::node node{plain(1, seed)};
    journal log;
    auto a = node.spawn<puppet>(&log, "a");
    node.run_until_idle();
    a.tell(act<puppet>{[](puppet& self) { self.kill(self.self()); }});
    BOOST_TEST(node.shutdown());
    BOOST_TEST(node.counters().live_actors == 0U);
  }
}

BOOST_AUTO_TEST_CASE(an_actor_spawned_while_the_node_shuts_down_ends_as_well) {
  class stubborn : public open_actor<stubborn> {
  public:
    using handles = messages<note>;
    explicit stubborn(journal* log) : log_{log} {}
    void on(note) {}
    void on_stop() {
      spawn<puppet>(on_shard(0), log_, "late child");
      spawn<puppet>(on_shard(1), log_, "late child");
    }

  private:
    journal* log_;
  };
  testing::node node{plain(2)};
  journal log;
  node.spawn<stubborn>(on_shard(1), &log);
  node.run_until_idle();
  BOOST_TEST(node.shutdown());
  node.run_until_idle();
  BOOST_TEST(node.counters().live_actors == 0U);
}
