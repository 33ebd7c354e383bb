// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE timers
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

struct fixture {
  testing::node node{plain(2)};
  journal log;
  ref<puppet> a = node.spawn<puppet>(on_shard(0), &log, "a");
};

} // namespace

BOOST_AUTO_TEST_CASE(a_timer_sends_its_message_once_and_in_time) {
  fixture f;
  perform<puppet>(f.node, f.a, [](puppet& self) { self.send_after(100ms, note{"now"}); });
  f.node.run_for(99ms);
  BOOST_TEST(f.log.empty());
  f.node.run_for(2ms);
  BOOST_TEST(f.log.size() == 1U);
  f.node.run_for(10s);
  BOOST_TEST(f.log.size() == 1U);
}

BOOST_AUTO_TEST_CASE(timers_fire_in_the_order_of_their_deadlines) {
  fixture f;
  perform<puppet>(f.node, f.a, [](puppet& self) {
    self.send_after(30ms, number{3});
    self.send_after(10ms, number{1});
    self.send_after(20ms, number{2});
  });
  f.node.run_for(1s);
  BOOST_TEST(f.log == (journal{"a: 1", "a: 2", "a: 3"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_periodic_timer_keeps_its_beat_until_it_is_cancelled) {
  fixture f;
  timer_id timer;
  perform<puppet>(f.node, f.a, [&](puppet& self) { timer = self.send_every(10ms, note{"beat"}); });
  f.node.run_for(1s + 5ms);
  BOOST_TEST((f.log.size() >= 99U && f.log.size() <= 100U));
  bool cancelled = false;
  perform<puppet>(f.node, f.a, [&](puppet& self) { cancelled = self.cancel(timer); });
  BOOST_TEST(cancelled);
  const auto before = f.log.size();
  f.node.run_for(1s);
  BOOST_TEST(f.log.size() == before);
  perform<puppet>(f.node, f.a, [&](puppet& self) { cancelled = self.cancel(timer); });
  BOOST_TEST(!cancelled);
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_sends_nothing_and_frees_its_message) {
  fixture f;
  struct carrier {
    std::shared_ptr<int> token;
  };
  class holder : public open_actor<holder> {
  public:
    using handles = messages<carrier, act<holder>>;
    void on(carrier) { BOOST_ERROR("cancelled, but came"); }
    void on(act<holder> a) { a.body(*this); }
  };
  auto h = f.node.spawn<holder>();
  auto token = std::make_shared<int>(1);
  perform<holder>(f.node, h, [&](holder& self) {
    auto t = self.send_after(10ms, carrier{token});
    BOOST_TEST(token.use_count() == 2);
    BOOST_TEST(self.cancel(t));
    BOOST_TEST(token.use_count() == 1);
    self.send_every(1h, carrier{token});
    self.send_after(1h, carrier{token});
  });
  f.node.run_for(1s);
  f.node.stop(h);
  f.node.run_until_idle();
  BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(timers_end_with_their_actor) {
  fixture f;
  auto b = f.node.spawn<puppet>(on_shard(1), &f.log, "b");
  perform<puppet>(f.node, f.a, [&](puppet& self) {
    self.send_after(b, 10ms, note{"too late"});
    self.send_every(b, 10ms, note{"too late"});
    self.kill(self.self());
  });
  f.node.run_for(1s);
  BOOST_TEST(f.log.empty());
}

BOOST_AUTO_TEST_CASE(a_timer_for_another_actor_reaches_it_on_another_shard) {
  fixture f;
  auto b = f.node.spawn<puppet>(on_shard(1), &f.log, "b");
  perform<puppet>(f.node, f.a, [&](puppet& self) { self.send_every(b, 10ms, number{1}); });
  f.node.run_for(35ms);
  BOOST_TEST(f.log == (journal{"b: 1", "b: 1", "b: 1"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_timer_for_an_actor_that_has_ended_makes_dead_letters) {
  fixture f;
  auto b = f.node.spawn<puppet>(on_shard(1), &f.log, "b");
  perform<puppet>(f.node, f.a, [&](puppet& self) { self.send_after(b, 10ms, number{1}); });
  f.node.kill(b);
  f.node.run_for(1s);
  BOOST_TEST(f.node.dead_letter_count(errc::no_such_actor) == 1U);
}

BOOST_AUTO_TEST_CASE(a_large_message_on_a_timer_arrives_whole) {
  struct large {
    std::array<int, 200> values;
  };
  struct larger {
    std::array<int, 2000> values;
  };
  class taker : public open_actor<taker> {
  public:
    using handles = messages<large, larger, act<taker>>;
    explicit taker(int* sum) : sum_{sum} {}
    void on(const large& m) { *sum_ += m.values[199]; }
    void on(const larger& m) { *sum_ += m.values[1999]; }
    void on(act<taker> a) { a.body(*this); }

  private:
    int* sum_;
  };
  fixture f;
  int sum = 0;
  auto t = f.node.spawn<taker>(&sum);
  perform<taker>(f.node, t, [](taker& self) {
    large m{};
    m.values[199] = 1;
    larger n{};
    n.values[1999] = 1;
    self.send_after(10ms, m);
    self.send_every(10ms, m);
    self.send_every(10ms, n);
    self.send_after(10ms, n);
  });
  f.node.run_for(35ms);
  BOOST_TEST(sum == 8);
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_copied_again_fails_the_actor_and_not_the_shard) {
  struct brittle {
    int* left;
    explicit brittle(int* l) : left{l} {}
    brittle(const brittle& other) : left{other.left} {
      if (--*left < 0) throw std::runtime_error{"no more copies"};
    }
    brittle(brittle&& other) noexcept : left{other.left} {}
  };
  class taker : public open_actor<taker> {
  public:
    using handles = messages<brittle, act<taker>>;
    explicit taker(int* seen) : seen_{seen} {}
    void on(const brittle&) { ++*seen_; }
    void on(act<taker> a) { a.body(*this); }

  private:
    int* seen_;
  };
  fixture f;
  int seen = 0;
  int left = 2;
  auto t = f.node.spawn<taker>(on_shard(0), &seen);
  perform<taker>(f.node, t, [&](taker& self) { self.send_every(10ms, brittle{&left}); });
  f.node.run_for(1s);
  BOOST_TEST(seen == 2);
  BOOST_TEST(f.node.ask_result(f.a, question{1}).value() == 2);
  BOOST_TEST(f.node.counters().live_actors == 1U);
}

BOOST_AUTO_TEST_CASE(the_longest_delay_there_is_does_not_overflow) {
  fixture f;
  perform<puppet>(f.node, f.a, [](puppet& self) {
    self.send_after(duration::max(), note{"in 292 years"});
    self.send_every(duration::max(), note{"in 292 years"});
    self.send_after(-1s, note{"at once"});
  });
  f.node.run_for(1h);
  BOOST_TEST(f.log == (journal{"a: at once"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(virtual_time_passes_only_when_nobody_has_work) {
  fixture f;
  perform<puppet>(f.node, f.a, [](puppet& self) { self.send_after(24h, note{"tomorrow"}); });
  BOOST_TEST(f.node.now() < 1s);
  BOOST_TEST(f.node.run_until([&] { return !f.log.empty(); }, 48h));
  BOOST_TEST((f.node.now() >= 24h && f.node.now() < 24h + 1s));
}
