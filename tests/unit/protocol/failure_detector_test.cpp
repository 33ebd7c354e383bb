// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE failure_detector
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "protocol/membership/failure_detector.hpp"
#include "protocol/membership/local_clock.hpp"
#include "protocol/membership/relays.hpp"

using namespace actors;
using namespace actors::protocol;

namespace {

using action = failure_detector::action;
using what = failure_detector::action::what;

struct fixture {
  explicit fixture(std::uint64_t members = 5) {
    for (std::uint64_t id = 1; id <= members; ++id) {
      member m;
      m.id = node_id{id};
      m.address = "n" + std::to_string(id);
      m.state = member_state::up;
      m.up_number = static_cast<std::uint32_t>(id);
      (void)table.merge(m);
    }
  }

  /// Ticks until `end`; everybody but `silent` answers pings.
  std::vector<action> run(duration end, node_id silent) {
    std::vector<action> all;
    while (now < end) {
      now = std::min(end, std::max(detector.due(), now));
      detector.tick(now, table);
      for (const action& a : detector.take_actions()) {
        all.push_back(a);
        if (a.kind == what::ping && a.target != silent)
          detector.acked(a.target, a.sequence);
      }
    }
    return all;
  }

  void set(node_id id, liveness live, std::uint64_t incarnation = 0) {
    member m = *table.find(id);
    m.live = live;
    m.incarnation = incarnation;
    (void)table.merge(m);
    detector.noted(*table.find(id), now);
  }

  detector_options options{};
  member_table table;
  failure_detector detector{node_id{1}, options, 7};
  duration now{};
};

std::size_t count(const std::vector<action>& all, what kind) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const action& a) { return a.kind == kind; }));
}

constexpr node_id other{3};

} // namespace

BOOST_AUTO_TEST_CASE(everyone_is_pinged_once_in_a_turn) {
  fixture f;
  const auto all = f.run(8 * 150ms + 149ms, node_id::none);
  BOOST_TEST(count(all, what::ping) >= 8U);
  for (std::uint64_t id = 2; id <= 5; ++id)
    BOOST_TEST(std::count_if(all.begin(), all.end(),
                             [&](const action& a) { return a.target == node_id{id}; }) >= 2);
}

BOOST_AUTO_TEST_CASE(silence_leads_over_mediators_to_suspicion_and_then_to_unreachable) {
  fixture f;
  const auto probe = f.run(150ms * 5 + 150ms, other);
  BOOST_TEST(count(probe, what::ping_request) >= f.options.mediators);
  BOOST_TEST(count(probe, what::suspect) >= 1U);
  f.set(other, liveness::suspect);
  BOOST_TEST(count(f.run(f.now + 599ms, other), what::unreachable) == 0U);
  BOOST_TEST(count(f.run(f.now + 2ms, other), what::unreachable) == 1U);
}

BOOST_AUTO_TEST_CASE(a_refutation_ends_the_suspicion_and_a_new_one_begins_anew) {
  fixture f;
  f.set(other, liveness::suspect);
  (void)f.run(400ms, node_id::none);
  f.set(other, liveness::suspect, 1);
  BOOST_TEST(count(f.run(700ms, node_id::none), what::unreachable) == 0U);
  f.set(other, liveness::alive, 2);
  BOOST_TEST(count(f.run(3s, node_id::none), what::unreachable) == 0U);
}

BOOST_AUTO_TEST_CASE(while_someone_does_not_answer_all_are_pinged_in_a_period) {
  fixture f{20};
  f.set(other, liveness::suspect);
  f.detector.tick(1ms, f.table);
  BOOST_TEST(count(f.detector.take_actions(), what::ping) == 19U);
}

BOOST_AUTO_TEST_CASE(a_closed_connection_is_probed_at_once) {
  fixture f;
  f.detector.link_down(other, f.now, f.table);
  const auto all = f.detector.take_actions();
  BOOST_TEST(count(all, what::ping) == 1U);
  BOOST_TEST(count(all, what::connect) == 1U);
  BOOST_TEST(count(all, what::ping_request) == 3U);
  for (int i = 0; i < 3; ++i)
    f.detector.nacked(other, all.front().sequence);
  BOOST_TEST(count(f.detector.take_actions(), what::gone) == 0U);
  f.detector.refused(other, f.now, f.table);
  BOOST_TEST(count(f.detector.take_actions(), what::gone) == 1U);
}

BOOST_AUTO_TEST_CASE(refused_and_not_reached_by_others_in_time_is_gone) {
  fixture f;
  f.detector.link_down(other, f.now, f.table);
  f.detector.refused(other, f.now, f.table);
  BOOST_TEST(count(f.run(49ms, other), what::gone) == 0U);
  BOOST_TEST(count(f.run(51ms, other), what::gone) == 1U);
}

BOOST_AUTO_TEST_CASE(one_mediator_that_reaches_it_is_enough) {
  fixture f;
  f.detector.link_down(other, f.now, f.table);
  const auto sequence = f.detector.take_actions().front().sequence;
  f.detector.refused(other, f.now, f.table);
  f.detector.acked(other, sequence);
  BOOST_TEST(count(f.run(100ms, node_id::none), what::gone) == 0U);
}

BOOST_AUTO_TEST_CASE(time_stands_still_while_the_node_is_stalled_or_its_clock_jumps) {
  local_clock clock{100ms};
  clock.advance(5s, 0s);
  clock.advance(5s + 150ms, 150ms);
  BOOST_CHECK(clock.now() == 150ms);
  clock.advance(15s, 300ms);
  BOOST_CHECK(clock.now() == 300ms);
  BOOST_TEST(clock.is_settling());
  BOOST_TEST(clock.stalls() == 1U);
  clock.advance(1s, 320ms);
  BOOST_CHECK(clock.now() == 300ms);
  clock.advance(1s + 20ms, 320ms);
  BOOST_CHECK(clock.now() == 320ms);
  BOOST_TEST(!clock.is_settling());
  BOOST_CHECK(clock.outer(400ms) == 1s + 100ms);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_always_late_still_judges) {
  local_clock clock{100ms};
  duration outer{};
  std::size_t settling = 0;
  for (int i = 0; i < 200; ++i) {
    clock.advance(outer += 400ms, clock.is_settling() ? clock.settled() : clock.now() + 150ms);
    settling += clock.is_settling() ? 1 : 0;
  }
  BOOST_TEST(clock.now() > 10s);
  BOOST_TEST(settling < 50U);
}

BOOST_AUTO_TEST_CASE(relays_are_bounded_and_expire) {
  relays r;
  for (std::uint64_t i = 1; i <= relays::capacity; ++i)
    BOOST_REQUIRE(r.add(i, {node_id{2}, i, node_id{3}, 1s}));
  BOOST_TEST(!r.add(9'999, {node_id{2}, 1, node_id{3}, 1s}));
  BOOST_TEST(!r.answered(1, node_id{4}).has_value());
  BOOST_TEST(r.answered(1, node_id{3}).has_value());
  BOOST_TEST(!r.answered(1, node_id{3}).has_value());
  r.expire(1s);
  BOOST_TEST(r.take(node_id{3}).empty());
}
