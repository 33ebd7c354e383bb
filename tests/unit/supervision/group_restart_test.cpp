// SPDX-License-Identifier: BSD-3-Clause
//
// one_for_all and rest_for_one: plain, with escalation, and with something else going wrong while
// the group is halted. Later: group_retry_test.cpp.
#define BOOST_TEST_MODULE group_restart
#include <boost/test/unit_test.hpp>

#include "group_stage.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(plain)

BOOST_AUTO_TEST_CASE(all_are_halted_in_reverse_order_and_started_in_order) {
  auto s = one_for_all();
  BOOST_TEST(s.ends("b") == "report b run failed restart_group, halt c");
  BOOST_TEST(s.phases() == "a running, b restarting, c stopping");
  BOOST_TEST(s.stops("c") == "halt a");
  BOOST_TEST(s.stops("a") == "restart a");
  BOOST_TEST(s.phases() == "a starting, b restarting, c halted");
  BOOST_TEST(s.started("a") == "restart b");
  BOOST_TEST(s.started("b") == "restart c");
  BOOST_TEST(s.started("c") == "");
  BOOST_TEST(s.phases() == all_running);
}

BOOST_AUTO_TEST_CASE(the_rest_are_halted_in_reverse_order_and_started_in_order) {
  auto s = rest_for_one();
  BOOST_TEST(s.ends("b") == "report b run failed restart_group, halt d");
  BOOST_TEST(s.stops("d") == "halt c");
  BOOST_TEST(s.stops("c") == "restart b");
  BOOST_TEST(s.phases() == "a running, b starting, c halted, d halted");
  BOOST_TEST(s.started("b") == "restart c");
  BOOST_TEST(s.started("c") == "restart d");
  BOOST_TEST(s.started("d") == "");
  BOOST_TEST(s.ends("d") == "report d run failed restart_group, restart d");
}

BOOST_AUTO_TEST_CASE(members_that_are_gone_come_back_as_new_actors) {
  auto s = one_for_all();
  s.goes("b");
  s.goes("c", exit_kind::shutdown);
  BOOST_TEST(s.stops("a") == "restart a");
  BOOST_TEST(s.started("a") == "start b");
  BOOST_TEST(s.started("b") == "start c");
}

BOOST_AUTO_TEST_CASE(a_group_restart_counts_once) {
  auto s = one_for_all();
  s.ends("b");
  BOOST_TEST(s.news.restarts_left == 1U);
}

BOOST_AUTO_TEST_CASE(two_deaths_survive_and_the_third_is_one_too_many) {
  auto s = one_for_all();
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(s.ends("c") == "report c run failed restart_group, halt b");
    s.stops("b");
    s.stops("a");
    s.started("a");
    s.started("b");
    s.started("c");
    BOOST_TEST(s.phases() == all_running);
  }
  BOOST_TEST(s.ends("c") ==
             "report c run failed give_up, release c, finish shutdown: restart intensity exceeded: "
             "more than 2 restarts within 5 s (last: 'c': boom)");
  auto r = rest_for_one();
  for (int i = 0; i < 2; ++i) {
    r.ends("d");
    r.started("d");
  }
  BOOST_TEST(r.ends("d").starts_with("report d run failed give_up"));
  BOOST_TEST(r.core.is_finished());
}

BOOST_AUTO_TEST_CASE(paced_group_restarts_never_trip) {
  auto s = rest_for_one();
  for (int i = 0; i < 100; ++i, s.now += 2501ms) {
    BOOST_REQUIRE_EQUAL(s.ends("d"), "report d run failed restart_group, restart d");
    s.started("d");
  }
}

BOOST_AUTO_TEST_CASE(temporary_bystanders_are_halted_and_forgotten) {
  for (auto how : {strategy::one_for_all, strategy::rest_for_one}) {
    stage s{supervisor(how, {child("a"), child("b", temporary), child("c", transient)})};
    s.up();
    BOOST_TEST(s.ends("a") == "report a run failed restart_group, halt c");
    BOOST_TEST(s.stops("c") == "halt b");
    BOOST_TEST(s.stops("b") == "release b, restart a");
    BOOST_TEST(s.started("a") == "restart c");
    BOOST_TEST(s.phases() == "a running, c starting");
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_temporary_child_restarts_nobody) {
  stage s{supervisor(strategy::one_for_all, {child("a"), child("b", temporary)})};
  s.up();
  BOOST_TEST(s.ends("b") == "report b run failed leave, release b");
  BOOST_TEST(s.phases() == "a running");
}

BOOST_AUTO_TEST_CASE(members_that_were_stopped_start_with_the_group) {
  auto s = one_for_all();
  s.terminate("c");
  s.stops("c");
  BOOST_TEST(s.phases() == "a running, b running, c stopped");
  BOOST_TEST(s.ends("a") == "report a run failed restart_group, halt b");
  BOOST_TEST(s.stops("b") == "restart a");
  BOOST_TEST(s.started("a") == "restart b");
  BOOST_TEST(s.started("b") == "start c");
}

BOOST_AUTO_TEST_CASE(the_pause_counts_from_the_failure_and_halting_uses_it_up) {
  for (auto [halting, expected] :
       {std::pair{0ms, "wake in 100 ms"}, std::pair{60ms, "wake in 40 ms"},
        std::pair{100ms, "restart a"}}) {
    auto spec = supervisor(strategy::one_for_all, {child("a"), child("b")});
    spec.backoff = backoff{100ms, 1s, 2.0, 0.0, 10s};
    stage s{spec};
    s.up();
    BOOST_TEST(s.ends("a") == "report a run failed restart_group, halt b");
    BOOST_TEST((s.news.pause == 100ms));
    s.now += halting;
    BOOST_TEST(s.stops("b") == expected);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(halting)

BOOST_AUTO_TEST_CASE(a_member_that_falls_meanwhile_counts_as_halted) {
  auto s = one_for_all(2);
  s.ends("c");
  BOOST_TEST(s.ends("a") == "report a run failed restart_group");
  BOOST_TEST(s.news.restarts_left == 1U);
  BOOST_TEST(s.stops("b") == "restart a");
  BOOST_TEST(s.started("a") == "restart b");
  BOOST_TEST(s.started("b") == "restart c");
  s.started("c");
  BOOST_TEST(s.phases() == all_running);
}

BOOST_AUTO_TEST_CASE(a_temporary_member_that_falls_meanwhile_is_forgotten) {
  stage s{supervisor(strategy::one_for_all, {child("a", temporary), child("b"), child("c")})};
  s.up();
  s.ends("b");
  BOOST_TEST(s.ends("a") == "report a run failed leave, release a");
  BOOST_TEST(s.stops("c") == "restart b");
}

BOOST_AUTO_TEST_CASE(a_transient_member_that_ends_in_order_meanwhile_comes_back) {
  stage s{supervisor(strategy::one_for_all, {child("a", transient), child("b"), child("c")})};
  s.up();
  s.ends("b");
  BOOST_TEST(s.ends("a", exit_kind::normal) == "");
  BOOST_TEST(s.stops("c") == "restart a");
}

BOOST_AUTO_TEST_CASE(one_that_must_be_killed_is_told_and_comes_back) {
  auto s = one_for_all();
  s.ends("a");
  BOOST_TEST(s.ends("c", exit_kind::killed) == "report c stop killed restart_group, halt b");
  BOOST_TEST(s.ends("b", exit_kind::failed) == "report b stop failed restart_group, restart a");
  BOOST_TEST(s.news.restarts_left == 1U);
}

BOOST_AUTO_TEST_CASE(a_brutal_kill_is_no_failure) {
  auto children = three();
  children[2].shutdown = brutal_kill;
  stage s{supervisor(strategy::one_for_all, children)};
  s.up();
  s.ends("a");
  BOOST_TEST(s.ends("c", exit_kind::killed) == "halt b");
}

BOOST_AUTO_TEST_CASE(a_child_before_the_rest_waits_until_the_group_is_through) {
  auto s = rest_for_one();
  s.ends("c");
  BOOST_TEST(s.ends("a") == "");
  BOOST_TEST(s.phases() == "a halted, b running, c restarting, d stopping");
  BOOST_TEST(s.stops("d") == "restart c");
  BOOST_TEST(s.started("c") == "restart d");
  BOOST_TEST(s.started("d") == "report a run failed restart_group, halt d");
  BOOST_TEST(s.stops("d") == "halt c");
  BOOST_TEST(s.stops("c") == "halt b");
  BOOST_TEST(s.stops("b") == "restart a");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_terminated_stays_stopped_and_the_others_go_on) {
  auto s = one_for_all();
  s.ends("b");
  // The one that is halted now, the culprit, and one whose turn comes later.
  BOOST_TEST(s.terminate("c") == "");
  BOOST_TEST(s.terminate("b") == "release b, reply 2");
  BOOST_TEST(s.terminate("a") == "halt a");
  BOOST_TEST(s.stops("c") == "release c, reply 1");
  BOOST_TEST(s.stops("a") == "release a, reply 3");
  BOOST_TEST(s.phases() == "a stopped, b stopped, c stopped");
  BOOST_TEST(s.restart("a") == "start a");
}

BOOST_AUTO_TEST_CASE(a_member_that_is_starting_on_request_is_awaited_and_halted) {
  auto s = one_for_all();
  BOOST_TEST(s.start(child("d")) == "start d");
  BOOST_TEST(s.ends("a") == "report a run failed restart_group");
  BOOST_TEST(s.started("d") == "reply 1, halt d");
  BOOST_TEST(s.stops("d") == "halt c");
  s.stops("c");
  BOOST_TEST(s.stops("b") == "restart a");
}

BOOST_AUTO_TEST_CASE(a_member_whose_requested_start_fails_is_not_waited_for) {
  auto s = one_for_all();
  s.start(child("d"));
  s.ends("a");
  BOOST_TEST(s.not_started("d") == "report d start failed leave, reply 1: no, halt c");
}

BOOST_AUTO_TEST_SUITE_END()
