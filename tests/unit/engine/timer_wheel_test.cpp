// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE timer_wheel
#include <boost/test/unit_test.hpp>

#include <actors/detail/timer_wheel.hpp>
#include <actors/testing.hpp>
#include <map>
#include <vector>

using namespace actors::detail;

namespace {

constexpr nanoseconds_t tick = nanoseconds_t{1} << timer_wheel::tick_bits;

struct probe : timer_node {
  nanoseconds_t due = 0;
  nanoseconds_t fired_at = -1;
};

struct bench {
  timer_wheel wheel;
  nanoseconds_t now = 0;
  std::vector<probe*> fired;

  void arm(probe& p, nanoseconds_t deadline) {
    p.due = deadline;
    p.fired_at = -1;
    p.fire = [](timer_node* n, void* owner) {
      auto& b = *static_cast<bench*>(owner);
      auto& self = *static_cast<probe*>(n);
      self.fired_at = b.now;
      b.fired.push_back(&self);
    };
    wheel.set(p, deadline);
  }
  void go_to(nanoseconds_t t) {
    now = t;
    wheel.advance(t, this);
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_timer_fires_once_its_deadline_has_passed_and_at_most_a_tick_late) {
  bench b;
  probe p;
  b.arm(p, 10 * tick + 1);
  b.go_to(10 * tick);
  BOOST_TEST(p.fired_at == -1);
  b.go_to(11 * tick);
  BOOST_TEST(p.fired_at == 11 * tick);
  BOOST_TEST(b.wheel.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_fires_within_a_tick) {
  bench b;
  b.go_to(1000 * tick);
  probe p;
  b.arm(p, 3);
  BOOST_TEST(b.wheel.next() <= 1001 * tick);
  b.go_to(1001 * tick);
  BOOST_TEST(p.fired_at == 1001 * tick);
}

BOOST_AUTO_TEST_CASE(a_cancelled_timer_does_not_fire) {
  bench b;
  probe p, q;
  b.arm(p, 5 * tick);
  b.arm(q, 5 * tick);
  b.wheel.cancel(p);
  b.wheel.cancel(p);
  b.go_to(100 * tick);
  BOOST_TEST(p.fired_at == -1);
  BOOST_TEST(q.fired_at == 100 * tick);
  BOOST_TEST(b.wheel.next() == timer_wheel::never);
}

BOOST_AUTO_TEST_CASE(a_timer_may_cancel_another_one_that_is_due_in_the_same_tick) {
  timer_wheel wheel;
  struct killer : timer_node {
    timer_node* victim;
    timer_wheel* wheel;
  } k;
  probe victim;
  k.victim = &victim;
  k.wheel = &wheel;
  k.fire = [](timer_node* n, void*) { static_cast<killer*>(n)->wheel->cancel(*static_cast<killer*>(n)->victim); };
  victim.fire = [](timer_node*, void*) { BOOST_ERROR("fired after it was cancelled"); };
  wheel.set(k, 5 * tick);
  wheel.set(victim, 5 * tick);
  wheel.advance(10 * tick, nullptr);
  BOOST_TEST(wheel.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_timer_may_set_itself_again_while_time_moves_on) {
  struct periodic : timer_node {
    timer_wheel* wheel;
    nanoseconds_t at = 0;
    int count = 0;
  } p;
  timer_wheel wheel;
  p.wheel = &wheel;
  p.fire = [](timer_node* n, void*) {
    auto& self = *static_cast<periodic*>(n);
    ++self.count;
    self.at += 3 * tick;
    self.wheel->set(self, self.at);
  };
  p.at = 3 * tick;
  wheel.set(p, p.at);
  wheel.advance(300 * tick, nullptr);
  BOOST_TEST(p.count == 100);
}

BOOST_AUTO_TEST_CASE(far_deadlines_fire_in_their_order) {
  bench b;
  std::vector<nanoseconds_t> deadlines;
  for (int shift = 17; shift < 62; ++shift) deadlines.push_back((nanoseconds_t{1} << shift) + 12345);
  std::vector<probe> probes(deadlines.size());
  for (std::size_t i = probes.size(); i-- > 0;) b.arm(probes[i], deadlines[i]);
  while (b.wheel.size() != 0) {
    nanoseconds_t next = b.wheel.next();
    BOOST_REQUIRE(next > b.now);
    b.go_to(next);
  }
  BOOST_REQUIRE(b.fired.size() == probes.size());
  for (std::size_t i = 0; i < probes.size(); ++i) {
    BOOST_TEST(b.fired[i] == &probes[i]);
    BOOST_TEST(probes[i].fired_at >= deadlines[i]);
    BOOST_TEST(probes[i].fired_at <= deadlines[i] + tick);
  }
}

BOOST_AUTO_TEST_CASE(the_farthest_deadline_does_not_look_due_at_once) {
  bench b;
  b.go_to(5 * tick);
  probe p;
  b.arm(p, timer_wheel::never - 1);
  BOOST_TEST(b.wheel.next() > b.now);
  b.go_to(nanoseconds_t{1} << 61);
  BOOST_TEST(p.fired_at == -1);
  probe q;
  b.arm(q, timer_wheel::never);
  BOOST_TEST(b.wheel.next() > b.now);
}

BOOST_AUTO_TEST_CASE(random_sets_cancels_and_advances_agree_with_a_sorted_list) {
  const std::uint64_t first = actors::testing::seed_from_environment(1);
  for (std::uint64_t seed = first; seed < first + 300; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      actors::testing::random_source random{seed};
      bench b;
      std::vector<probe> probes(64);
      std::multimap<nanoseconds_t, probe*> reference;
      auto forget = [&](probe& p) {
        for (auto at = reference.begin(); at != reference.end(); ++at)
          if (at->second == &p) return (void)reference.erase(at);
      };
      b.go_to(static_cast<nanoseconds_t>(random.next() >> (2 + random.below(40))));
      for (int step = 0; step < 400; ++step) {
        probe& p = probes[random.below(probes.size())];
        switch (random.below(4)) {
          case 0:
          case 1: {
            auto ahead = static_cast<nanoseconds_t>(random.next() >> (20 + random.below(44)));
            if (ahead > timer_wheel::never / 2 - b.now) ahead = 1;
            forget(p);
            b.arm(p, b.now + ahead);
            reference.emplace(b.now + ahead, &p);
            break;
          }
          case 2:
            forget(p);
            b.wheel.cancel(p);
            break;
          default: {
            nanoseconds_t to = b.now;
            if (random.one_in(2) && b.wheel.size() != 0)
              to = b.wheel.next();
            else
              to += static_cast<nanoseconds_t>(random.next() >> (24 + random.below(36)));
            const nanoseconds_t before = b.now;
            b.fired.clear();
            b.go_to(to);
            nanoseconds_t last = 0;
            for (probe* f : b.fired) {
              BOOST_REQUIRE(f->due <= to);
              BOOST_REQUIRE((f->due - 1) / tick >= (last - 1) / tick - 1);
              last = f->due;
              forget(*f);
            }
            // What is left is not overdue by more than a tick; `set` rounds up, and past the present tick.
            for (auto& [due, who] : reference) {
              BOOST_REQUIRE(who->is_set());
              BOOST_REQUIRE(std::max(due, before) + tick > to);
            }
          }
        }
        BOOST_REQUIRE(b.wheel.size() == reference.size());
        if (!reference.empty()) BOOST_REQUIRE(b.wheel.next() <= std::max(reference.begin()->first, b.now) + tick);
      }
    }
  }
}
