// SPDX-License-Identifier: BSD-3-Clause
//
// The matrix of OTP's own supervisor suite, on the core: start, ends of single children, giving up.
// Groups, automatic shutdown and requests have tests of their own.
#define BOOST_TEST_MODULE supervisor_core
#include <boost/test/unit_test.hpp>

#include "core_stage.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(starting)

BOOST_AUTO_TEST_CASE(children_start_one_after_the_other_in_their_order) {
  stage s{supervisor(strategy::one_for_one, three())};
  BOOST_TEST(s.phases() == "a waiting, b waiting, c waiting");
  BOOST_TEST(s.begin() == "start a");
  BOOST_TEST(s.begin() == "");
  BOOST_TEST(s.started("a") == "start b");
  BOOST_TEST(s.phases() == "a running, b starting, c waiting");
  BOOST_TEST(s.started("b") == "start c");
  BOOST_TEST(s.started("c") == "ready");
  BOOST_TEST(s.phases() == "a running, b running, c running");
}

BOOST_AUTO_TEST_CASE(a_supervisor_without_children_is_ready_at_once) {
  stage s{supervisor(strategy::one_for_all, {})};
  BOOST_TEST(s.begin() == "ready");
  stage d{supervisor(strategy::dynamic, {child("pattern")})};
  BOOST_TEST(d.begin() == "ready");
}

BOOST_AUTO_TEST_CASE(a_failed_first_start_ends_the_supervisor_at_each_position) {
  const std::string names[] = {"a", "b", "c"};
  for (auto how : {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one})
    for (int fails = 0; fails < 3; ++fails) {
      stage s{supervisor(how, three())};
      s.begin();
      for (int i = 0; i < fails; ++i)
        s.started(names[i]);
      const std::string why = "cannot start child '" + names[fails] + "': no";
      BOOST_TEST(s.not_started(names[fails]) == "report " + names[fails] +
                                                    " start failed give_up, ready: " + why +
                                                    ", finish failed: " + why);
      BOOST_TEST((s.finish.why.code == errc::actor_failed));
      BOOST_TEST(s.core.is_finished());
      for (int i = 0; i < fails; ++i)
        BOOST_TEST((s.core.children().at(s.key_of(names[i])).phase ==
                    supervision::detail::phase::running));
    }
}

BOOST_AUTO_TEST_CASE(an_end_during_the_first_start_is_decided_when_all_have_started) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.begin();
  s.started("a");
  BOOST_TEST(s.ends("a") == "");
  BOOST_TEST(s.started("b") == "start c");
  BOOST_TEST(s.started("c") == "ready, report a run failed restart, restart a");
}

BOOST_AUTO_TEST_CASE(an_end_that_waits_is_told_when_the_first_start_fails) {
  stage s{supervisor(strategy::one_for_all, three())};
  s.begin();
  s.started("a");
  s.ends("a");
  const std::string why = "cannot start child 'b': no";
  BOOST_TEST(s.not_started("b") == "report b start failed give_up, ready: " + why +
                                       ", report a run failed leave, finish failed: " + why);
}

BOOST_AUTO_TEST_CASE(nothing_but_refusals_follows_the_end) {
  stage s{supervisor(strategy::one_for_one, three(), 0)};
  s.up();
  BOOST_TEST(s.terminate("b") == "halt b");
  s.ends("a");
  BOOST_TEST(s.core.is_finished());
  BOOST_TEST((s.reply.why.code == errc::actor_stopped));
  BOOST_TEST(s.stops("b") == "");
  BOOST_TEST(s.ends("c") == "");
  BOOST_TEST(s.terminate("c") == "reply 2: the supervisor has ended");
  BOOST_TEST(s.restart("c") == "reply 3: the supervisor has ended");
  BOOST_TEST(s.erase("c") == "reply 4: the supervisor has ended");
  BOOST_TEST(s.start(child("d")) == "reply 5: the supervisor has ended");
  BOOST_TEST(s.start_dynamic() == "reply 6: the supervisor has ended");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(one_for_one)

BOOST_AUTO_TEST_CASE(the_nine_cells_of_restart_type_and_end) {
  struct cell {
    supervision::restart type;
    exit_kind kind;
    std::string orders;
    std::string phases;
  };
  const cell matrix[] = {
      {permanent, exit_kind::normal, "report a run normal restart, restart a", "a starting"},
      {permanent, exit_kind::shutdown, "report a run shutdown restart, restart a", "a starting"},
      {permanent, exit_kind::failed, "report a run failed restart, restart a", "a starting"},
      {transient, exit_kind::normal, "release a", "a stopped"},
      {transient, exit_kind::shutdown, "release a", "a stopped"},
      {transient, exit_kind::failed, "report a run failed restart, restart a", "a starting"},
      {temporary, exit_kind::normal, "release a", ""},
      {temporary, exit_kind::shutdown, "release a", ""},
      {temporary, exit_kind::failed, "report a run failed leave, release a", ""},
  };
  for (const cell& c : matrix) {
    stage s{supervisor(strategy::one_for_one, {child("a", c.type)})};
    s.up();
    BOOST_TEST(s.ends("a", c.kind) == c.orders);
    BOOST_TEST(s.phases() == c.phases);
  }
}

BOOST_AUTO_TEST_CASE(a_held_child_keeps_its_id_and_one_that_is_gone_gets_a_new_one) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.up();
  const auto before = s.id_of("a");
  BOOST_TEST(s.ends("a") == "report a run failed restart, restart a");
  s.started("a");
  BOOST_TEST((s.id_of("a") == before));
  BOOST_TEST(s.goes("a") == "report a run failed restart, start a");
  BOOST_TEST(!s.core.find(before).has_value());
  s.started("a");
  BOOST_TEST((s.id_of("a") != before));
  BOOST_TEST((s.core.find(s.id_of("a")) == s.key_of("a")));
  BOOST_TEST(s.core.children().at(s.key_of("a")).restarts == 2U);
}

BOOST_AUTO_TEST_CASE(the_others_do_not_notice) {
  stage s{supervisor(strategy::one_for_one, three(), 10)};
  s.up();
  BOOST_TEST(s.ends("a") == "report a run failed restart, restart a");
  BOOST_TEST(s.ends("c") == "report c run failed restart, restart c");
  BOOST_TEST(s.phases() == "a starting, b running, c starting");
  BOOST_TEST(s.started("c") == "");
  BOOST_TEST(s.started("a") == "");
}

BOOST_AUTO_TEST_CASE(a_report_says_what_is_known) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.up();
  const auto id = s.id_of("b");
  s.goes("b", exit_kind::killed);
  BOOST_TEST(s.news.path == "root/b");
  BOOST_TEST((s.news.child == id));
  BOOST_TEST(s.news.exception_type == "some::exception");
  BOOST_TEST(s.news.text == "boom");
  BOOST_TEST(s.news.restarts_left == 1U);
  BOOST_TEST(s.news.restarts == 0U);
  s.started("b");
  s.ends("b");
  BOOST_TEST(s.news.restarts_left == 0U);
  BOOST_TEST(s.news.restarts == 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_that_fails_is_tried_again_and_counts) {
  stage s{supervisor(strategy::one_for_one, three(), 3)};
  s.up();
  BOOST_TEST(s.ends("a") == "report a run failed restart, restart a");
  BOOST_TEST(s.not_started("a") == "report a start failed restart, wake in 0 ms");
  BOOST_TEST(s.phases() == "a restarting, b running, c running");
  BOOST_TEST(s.wakes() == "restart a");
  BOOST_TEST(s.not_started("a") == "report a start failed restart, wake in 0 ms");
  BOOST_TEST(s.wakes() == "restart a");
  BOOST_TEST(s.not_started("a") ==
             "report a start failed give_up, release a, finish shutdown: restart intensity "
             "exceeded: more than 3 restarts within 5 s (last: 'a': no)");
}

BOOST_AUTO_TEST_CASE(between_two_tries_it_answers_and_can_be_stopped) {
  stage s{supervisor(strategy::one_for_one, three(), 10)};
  s.up();
  s.ends("a");
  s.not_started("a");
  BOOST_TEST(s.restart("a") == "reply 1: the child is restarting");
  BOOST_TEST(s.erase("a") == "reply 2: the child is restarting");
  BOOST_TEST(s.start(child("d")) == "start d");
  BOOST_TEST(s.terminate("a") == "release a, reply 4");
  BOOST_TEST(s.wakes() == "");
  BOOST_TEST(s.phases() == "a stopped, b running, c running, d starting");
}

BOOST_AUTO_TEST_CASE(backoff_delays_restarts_and_a_childs_own_comes_first) {
  auto spec = supervisor(strategy::one_for_one, three(), 100);
  spec.backoff = backoff{100ms, 1s, 2.0, 0.0, 10s};
  spec.children[1].backoff = backoff{7ms, 1s, 2.0, 0.0, 10s};
  stage s{spec};
  s.up();
  BOOST_TEST(s.ends("a") == "report a run failed restart, wake in 100 ms");
  BOOST_TEST((s.news.pause == 100ms));
  BOOST_TEST(s.wakes() == "restart a");
  BOOST_TEST(s.wakes() == "");
  BOOST_TEST(s.not_started("a") == "report a start failed restart, wake in 200 ms");
  BOOST_TEST(s.ends("b") == "report b run failed restart, wake in 7 ms");
  BOOST_TEST(s.wakes() == "restart b");
}

BOOST_AUTO_TEST_CASE(two_deaths_survive_and_the_third_is_one_too_many) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.up();
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(s.ends("b") == "report b run failed restart, restart b");
    s.started("b");
  }
  BOOST_TEST(s.ends("b") ==
             "report b run failed give_up, release b, finish shutdown: restart intensity exceeded: "
             "more than 2 restarts within 5 s (last: 'b': boom)");
}

BOOST_AUTO_TEST_CASE(paced_restarts_below_the_intensity_never_trip) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.up();
  for (int i = 0; i < 100; ++i, s.now += 2501ms) {
    BOOST_REQUIRE_EQUAL(s.ends("b"), "report b run failed restart, restart b");
    s.started("b");
  }
}

BOOST_AUTO_TEST_SUITE_END()
