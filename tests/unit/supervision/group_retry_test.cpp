// SPDX-License-Identifier: BSD-3-Clause
//
// one_for_all and rest_for_one: what goes wrong while a group pauses or starts again.
#define BOOST_TEST_MODULE group_retry
#include <boost/test/unit_test.hpp>

#include "group_stage.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(pausing)

namespace {

stage with_pauses(supervision::strategy how, std::uint32_t intensity = 5) {
  auto children = three();
  children.push_back(child("d"));
  auto spec = supervisor(how, children, intensity);
  spec.backoff = backoff{100ms, 1s, 2.0, 0.0, 10s};
  stage s{spec};
  s.up();
  return s;
}

} // namespace

BOOST_AUTO_TEST_CASE(an_end_meanwhile_joins_the_group) {
  auto s = with_pauses(strategy::rest_for_one);
  s.ends("c");
  BOOST_TEST(s.stops("d") == "wake in 100 ms");
  const auto stale = s.alarm;
  s.now += 50ms;
  BOOST_TEST(s.ends("a") == "report a run failed restart_group, halt b");
  BOOST_TEST(s.stops("b") == "wake in 100 ms");
  s.core.woken(stale, s.now);
  BOOST_TEST(s.phases() == "a restarting, b halted, c restarting, d halted");
  BOOST_TEST(s.wakes() == "restart a");
  BOOST_TEST(s.started("a") == "restart b");
  BOOST_TEST(s.started("b") == "restart c");
  BOOST_TEST(s.started("c") == "restart d");
  BOOST_TEST(s.started("d") == "");
}

BOOST_AUTO_TEST_CASE(an_end_that_waited_joins_when_the_pause_begins) {
  auto s = with_pauses(strategy::rest_for_one);
  s.ends("c");
  BOOST_TEST(s.ends("b") == "");
  BOOST_TEST(s.stops("d") == "wake in 100 ms, report b run failed restart_group, wake in 100 ms");
  BOOST_TEST(s.wakes() == "restart b");
}

BOOST_AUTO_TEST_CASE(an_end_meanwhile_may_be_one_too_many) {
  auto s = with_pauses(strategy::rest_for_one, 1);
  s.ends("d");
  BOOST_TEST(s.ends("a").starts_with("report a run failed give_up, release a, finish shutdown"));
}

BOOST_AUTO_TEST_CASE(an_end_that_needs_no_restart_leaves_the_group_alone) {
  auto spec = supervisor(strategy::rest_for_one, {child("a", transient), child("b")});
  spec.backoff = backoff{100ms, 1s, 2.0, 0.0, 10s};
  stage s{spec};
  s.up();
  s.ends("b");
  BOOST_TEST(s.ends("a", exit_kind::normal) == "release a");
  BOOST_TEST(s.wakes() == "restart b");
}

BOOST_AUTO_TEST_CASE(the_culprit_can_be_terminated_and_the_others_go_on) {
  auto s = with_pauses(strategy::one_for_all);
  s.ends("a");
  for (const char* name : {"d", "c", "b"})
    s.stops(name);
  BOOST_TEST(s.terminate("a") == "release a, reply 1");
  BOOST_TEST(s.terminate("c") == "release c, reply 2");
  BOOST_TEST(s.restart("c") == "");
  BOOST_TEST(s.erase("a") == "reply 4");
  BOOST_TEST(s.wakes() == "restart b");
  BOOST_TEST(s.started("b") == "restart d");
  BOOST_TEST(s.started("d") == "start c");
  BOOST_TEST(s.started("c") == "reply 3");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(starting)

BOOST_AUTO_TEST_CASE(a_failed_start_halts_all_again) {
  auto s = one_for_all(3);
  s.ends("a");
  s.stops("c");
  s.stops("b");
  s.started("a");
  s.started("b");
  BOOST_TEST(s.not_started("c") == "report c start failed restart_group, halt b");
  BOOST_TEST(s.stops("b") == "halt a");
  BOOST_TEST(s.stops("a") == "wake in 0 ms");
  BOOST_TEST(s.wakes() == "restart a");
  BOOST_TEST(s.news.restarts_left == 1U);
}

BOOST_AUTO_TEST_CASE(a_failed_start_is_tried_again_from_there_on) {
  auto s = rest_for_one(3);
  s.ends("b");
  s.stops("d");
  s.stops("c");
  s.started("b");
  BOOST_TEST(s.not_started("c") == "report c start failed restart_group, wake in 0 ms");
  BOOST_TEST(s.phases() == "a running, b running, c restarting, d halted");
  BOOST_TEST(s.wakes() == "restart c");
  BOOST_TEST(s.started("c") == "restart d");
  BOOST_TEST(s.started("d") == "");
}

BOOST_AUTO_TEST_CASE(failed_starts_at_each_position_exhaust_the_intensity) {
  for (std::string name : {"a", "b", "c"}) {
    auto s = one_for_all(1);
    s.ends("a");
    s.stops("c");
    s.stops("b");
    for (std::string before : {"a", "b"})
      if (before < name)
        s.started(before);
    BOOST_TEST(s.not_started(name) ==
               "report " + name + " start failed give_up, release " + name +
                   ", finish shutdown: restart intensity exceeded: more than 1 restart within 5 s "
                   "(last: '" +
                   name + "': no)");
  }
}

BOOST_AUTO_TEST_CASE(a_member_that_falls_after_its_start_is_decided_when_the_group_is_through) {
  auto s = one_for_all();
  s.ends("a");
  s.stops("c");
  s.stops("b");
  s.started("a");
  BOOST_TEST(s.ends("a") == "");
  BOOST_TEST(s.started("b") == "restart c");
  BOOST_TEST(s.started("c") == "report a run failed restart_group, halt c");
  s.stops("c");
  BOOST_TEST(s.stops("b") == "restart a");
  s.started("a");
  s.started("b");
  BOOST_TEST(s.started("c") == "");
  BOOST_TEST(s.phases() == all_running);
}

BOOST_AUTO_TEST_CASE(
    ends_that_wait_are_decided_oldest_first_and_the_next_restart_covers_the_others) {
  auto s = rest_for_one();
  s.ends("a");
  for (const char* name : {"d", "c", "b"})
    s.stops(name);
  s.started("a");
  s.started("b");
  s.started("c");
  s.ends("b");
  s.ends("c");
  BOOST_TEST(s.started("d") ==
             "report b run failed restart_group, report c run failed restart_group, halt d");
  BOOST_TEST(s.news.restarts_left == 0U);
  BOOST_TEST(s.stops("d") == "restart b");
  BOOST_TEST(s.started("b") == "restart c");
  BOOST_TEST(s.started("c") == "restart d");
  BOOST_TEST(s.started("d") == "");
}

BOOST_AUTO_TEST_CASE(an_end_that_waits_is_covered_when_the_group_begins_anew) {
  auto s = one_for_all();
  s.ends("a");
  s.stops("c");
  s.stops("b");
  s.started("a");
  s.ends("a");
  BOOST_TEST(
      s.not_started("b") ==
      "report b start failed restart_group, report a run failed restart_group, wake in 0 ms");
  BOOST_TEST(s.wakes() == "restart a");
  s.started("a");
  s.started("b");
  BOOST_TEST(s.started("c") == "");
}

BOOST_AUTO_TEST_CASE(an_end_that_waits_is_told_when_its_child_is_terminated) {
  auto s = one_for_all();
  s.ends("a");
  s.stops("c");
  s.stops("b");
  s.started("a");
  s.ends("a");
  BOOST_TEST(s.terminate("a") == "report a run failed leave, release a, reply 1");
  s.started("b");
  BOOST_TEST(s.started("c") == "");
  BOOST_TEST(s.phases() == "a stopped, b running, c running");
}

BOOST_AUTO_TEST_CASE(one_that_is_terminated_while_it_starts_is_halted_and_the_others_go_on) {
  auto s = one_for_all();
  s.ends("a");
  s.stops("c");
  s.stops("b");
  BOOST_TEST(s.terminate("a") == "");
  BOOST_TEST(s.started("a") == "halt a, restart b");
  BOOST_TEST(s.started("b") == "restart c");
  BOOST_TEST(s.stops("a") == "release a, reply 1");
  BOOST_TEST(s.terminate("c") == "");
  BOOST_TEST(s.not_started("c") == "report c start failed leave, release c, reply 2");
  BOOST_TEST(s.phases() == "a stopped, b running, c stopped");
}

BOOST_AUTO_TEST_CASE(one_that_was_terminated_meanwhile_stays_stopped_when_the_group_begins_anew) {
  auto s = one_for_all(5);
  s.ends("a");
  s.stops("c");
  s.stops("b");
  BOOST_TEST(s.terminate("c") == "release c, reply 1");
  BOOST_TEST(s.not_started("a") == "report a start failed restart_group, wake in 0 ms");
  s.wakes();
  s.started("a");
  BOOST_TEST(s.started("b") == "");
  BOOST_TEST(s.phases() == "a running, b running, c stopped");
}

BOOST_AUTO_TEST_CASE(requests_that_start_children_wait_until_the_group_is_through) {
  auto s = one_for_all();
  s.terminate("c");
  s.stops("c");
  s.start(child("d", temporary));
  s.started("d");
  s.ends("a");
  BOOST_TEST(s.start(child("d", temporary)) == "");
  BOOST_TEST(s.start(child("b")) == "");
  BOOST_TEST(s.stops("d") == "release d, halt b");
  s.stops("b");
  s.started("a");
  s.started("b");
  BOOST_TEST(s.started("c") == "start d, reply 4: already started");
}

BOOST_AUTO_TEST_CASE(requests_that_wait_are_refused_when_the_supervisor_ends) {
  auto s = one_for_all(1);
  s.ends("a");
  s.start(child("d"));
  s.stops("c");
  s.stops("b");
  BOOST_TEST(s.not_started("a").ends_with("reply 1: the supervisor has ended"));
}

BOOST_AUTO_TEST_SUITE_END()
