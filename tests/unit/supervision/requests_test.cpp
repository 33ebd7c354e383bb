// SPDX-License-Identifier: BSD-3-Clause
//
// What others may ask of a supervisor, in every phase of a child; dynamic supervisors; many
// children.
#define BOOST_TEST_MODULE requests
#include <boost/test/unit_test.hpp>

#include "core_stage.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail::test;

namespace {

stage one_for_one(std::vector<child_spec> children = three()) {
  stage s{supervisor(strategy::one_for_one, std::move(children), 100)};
  s.up();
  return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(terminate_child)

BOOST_AUTO_TEST_CASE(a_running_child_is_halted_and_its_specification_stays) {
  auto s = one_for_one();
  BOOST_TEST(s.terminate("b") == "halt b");
  BOOST_TEST(s.phases() == "a running, b stopping, c running");
  BOOST_TEST(s.stops("b") == "release b, reply 1");
  BOOST_TEST(s.phases() == "a running, b stopped, c running");
  BOOST_TEST(!s.id_of("b"));
}

BOOST_AUTO_TEST_CASE(all_who_ask_for_the_same_child_are_answered) {
  auto s = one_for_one();
  s.terminate("b");
  BOOST_TEST(s.terminate("b") == "");
  BOOST_TEST(s.stops("b") == "release b, reply 1, reply 2");
  BOOST_TEST(s.terminate("b") == "reply 3");
}

BOOST_AUTO_TEST_CASE(a_temporary_child_is_forgotten) {
  auto s = one_for_one({child("a"), child("b", temporary)});
  s.terminate("b");
  BOOST_TEST(s.stops("b") == "release b, reply 1");
  BOOST_TEST(s.phases() == "a running");
  BOOST_TEST(!s.core.find("b").has_value());
}

BOOST_AUTO_TEST_CASE(a_child_that_is_gone_needs_no_release) {
  auto s = one_for_one();
  s.terminate("b");
  BOOST_TEST(s.goes("b", exit_kind::shutdown) == "reply 1");
}

BOOST_AUTO_TEST_CASE(a_child_that_has_to_be_killed_is_told) {
  auto s = one_for_one();
  s.terminate("b");
  BOOST_TEST(s.ends("b", exit_kind::killed) == "report b stop killed leave, release b, reply 1");
}

BOOST_AUTO_TEST_CASE(a_waiting_child_is_not_started) {
  stage s{supervisor(strategy::one_for_one, {child("a"), child("b"), child("c", temporary)})};
  BOOST_TEST(s.terminate("b") == "reply 1");
  s.begin();
  BOOST_TEST(s.terminate("c") == "reply 2");
  BOOST_TEST(s.started("a") == "ready");
  BOOST_TEST(s.phases() == "a running, b stopped");
}

BOOST_AUTO_TEST_CASE(a_starting_child_is_awaited_and_halted) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.begin();
  BOOST_TEST(s.terminate("a") == "");
  BOOST_TEST(s.started("a") == "halt a, start b");
  BOOST_TEST(s.stops("a") == "release a, reply 1");
}

BOOST_AUTO_TEST_CASE(a_starting_child_that_fails_is_as_good_as_terminated) {
  stage s{supervisor(strategy::one_for_one, three())};
  s.begin();
  s.terminate("a");
  BOOST_TEST(s.not_started("a") == "report a start failed leave, reply 1, start b");
}

BOOST_AUTO_TEST_CASE(a_child_that_restarts_is_awaited_and_not_tried_again) {
  auto s = one_for_one();
  s.ends("a");
  BOOST_TEST(s.terminate("a") == "");
  BOOST_TEST(s.not_started("a") == "report a start failed leave, release a, reply 1");
  BOOST_TEST(s.phases() == "a stopped, b running, c running");
}

BOOST_AUTO_TEST_CASE(an_unknown_child_is_refused) {
  auto s = one_for_one();
  for (auto ask : {&stage::terminate, &stage::restart, &stage::erase}) {
    (s.*ask)("nobody");
    BOOST_TEST((s.reply.why.code == errc::no_such_actor));
    BOOST_TEST(s.reply.why.value == "999");
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(restart_and_delete_child)

BOOST_AUTO_TEST_CASE(a_stopped_child_can_be_started_again_or_deleted) {
  auto s = one_for_one();
  for (const char* name : {"a", "b"}) {
    s.terminate(name);
    s.stops(name);
  }
  BOOST_TEST(s.restart("a") == "start a");
  BOOST_TEST(s.started("a") == "reply 3");
  BOOST_TEST(s.reply.child == s.key_of("a"));
  BOOST_TEST(s.erase("b") == "reply 4");
  BOOST_TEST(s.phases() == "a running, c running");
  BOOST_TEST(s.erase("b") == "reply 5: no child has this key");
}

BOOST_AUTO_TEST_CASE(one_that_ended_in_order_can_be_started_again) {
  auto s = one_for_one({child("a", transient)});
  s.ends("a", exit_kind::normal);
  BOOST_TEST(s.restart("a") == "start a");
  BOOST_TEST(s.started("a") == "reply 1");
}

BOOST_AUTO_TEST_CASE(a_failed_start_is_told_to_who_asked_and_not_tried_again) {
  auto s = one_for_one();
  s.terminate("a");
  s.stops("a");
  s.restart("a");
  BOOST_TEST(s.not_started("a") == "report a start failed leave, reply 2: no");
  BOOST_TEST((s.reply.why.code == errc::actor_failed));
  BOOST_TEST(s.phases() == "a stopped, b running, c running");
}

BOOST_AUTO_TEST_CASE(children_that_are_not_stopped_are_refused) {
  auto s = one_for_one();
  BOOST_TEST(s.restart("a") == "reply 1: the child is running");
  BOOST_TEST(s.erase("a") == "reply 2: the child is running");
  s.terminate("a");
  BOOST_TEST(s.restart("a") == "reply 4: the child is running");
  s.stops("a");
  s.restart("a");
  BOOST_TEST(s.erase("a") == "reply 6: the child is running");
  s.ends("b");
  s.not_started("b");
  BOOST_TEST(s.restart("b") == "reply 7: the child is restarting");
  BOOST_TEST((s.reply.why.code == errc::invalid_argument));
  BOOST_TEST(s.reply.why.value == "b");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(start_child)

BOOST_AUTO_TEST_CASE(a_new_child_is_the_last) {
  auto s = one_for_one();
  BOOST_TEST(s.start(child("0")) == "start 0");
  BOOST_TEST(s.started("0") == "reply 1");
  BOOST_TEST(s.reply.child == s.key_of("0"));
  BOOST_TEST((s.reply.id && s.reply.id == s.id_of("0")));
  BOOST_TEST(s.phases() == "a running, b running, c running, 0 running");
  BOOST_TEST((s.core.find("0") == s.key_of("0")));
}

BOOST_AUTO_TEST_CASE(names_are_given_once) {
  auto s = one_for_one();
  BOOST_TEST(s.start(child("b")) == "reply 1: already started");
  s.terminate("b");
  s.stops("b");
  BOOST_TEST(s.start(child("b")) == "reply 3: already present");
  s.erase("b");
  BOOST_TEST(s.start(child("b")) == "start b");
  BOOST_TEST(s.start(child("b")) == "reply 6: already started");
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_to_start_is_not_kept) {
  auto s = one_for_one();
  s.start(child("d"));
  BOOST_TEST(s.not_started("d") == "report d start failed leave, reply 1: no");
  BOOST_TEST(!s.core.find("d").has_value());
  BOOST_TEST(s.phases() == "a running, b running, c running");
}

BOOST_AUTO_TEST_CASE(it_can_be_terminated_before_it_has_started) {
  auto s = one_for_one();
  s.start(child("d"));
  s.terminate("d");
  BOOST_TEST(s.started("d") == "reply 1, halt d");
  BOOST_TEST(s.stops("d") == "release d, reply 2");
  BOOST_TEST(s.phases() == "a running, b running, c running, d stopped");
  s.start(child("e"));
  s.terminate("e");
  BOOST_TEST(s.not_started("e") == "report e start failed leave, reply 3: no, reply 4");
  BOOST_TEST(!s.core.find("e").has_value());
}

BOOST_AUTO_TEST_CASE(it_restarts_like_the_others) {
  auto s = one_for_one();
  s.start(child("d"));
  s.started("d");
  BOOST_TEST(s.ends("d") == "report d run failed restart, restart d");
}

BOOST_AUTO_TEST_CASE(faulty_specifications_are_refused) {
  auto s = one_for_one();
  BOOST_TEST(s.start(child("a/b")) ==
             "reply 1: root: child 'a/b': id: expected a name without '/'");
  BOOST_TEST(s.start(significant(child("d", transient))) ==
             "reply 2: root: child 'd': significant: expected false, as auto_shutdown is never");
}

BOOST_AUTO_TEST_CASE(before_all_have_started_it_waits) {
  stage s{supervisor(strategy::one_for_one, {child("a")})};
  BOOST_TEST(s.start(child("b")) == "");
  s.begin();
  BOOST_TEST(s.started("a") == "ready, start b");
}

BOOST_AUTO_TEST_SUITE_END()
