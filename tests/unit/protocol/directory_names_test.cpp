// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE directory_names
#include <boost/test/unit_test.hpp>

#include "directory_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;

namespace {

/// How the only open request of the node has ended.
std::string outcome(directory_stage& s, std::uint64_t node) {
  std::string result;
  for (const auto& o : s.take<name_granted>(node))
    result += "granted " + o.name;
  for (const auto& o : s.take<name_taken>(node))
    result += "taken by " + to_string(o.holder);
  for (const auto& o : s.take<request_failed>(node))
    result += "failed: " + std::string{to_string(o.why.code)};
  return result;
}

std::string claim(directory_stage& s, std::uint64_t node, const char* name, std::uint32_t slot) {
  (void)s[node].claim(s.now(), name, actor_of(node, slot), "account");
  s.settle();
  return outcome(s, node);
}

} // namespace

BOOST_AUTO_TEST_CASE(alone_a_claim_is_answered_at_once) {
  directory d{node_id{1}, {}};
  d.observe(0s, member_event::joined, up_member(1));
  d.observe(0s, member_event::up, up_member(1));
  BOOST_TEST(d.is_serving());
  (void)d.claim(0s, "db", actor_of(1, 7), "database");
  BOOST_REQUIRE(d.find("db") != nullptr);
  BOOST_CHECK(d.find("db")->id == actor_of(1, 7));
  BOOST_TEST(d.find("db")->type == "database");
  const auto orders = d.take_orders();
  BOOST_REQUIRE(orders.size() == 2U);
  BOOST_TEST(std::holds_alternative<name_known>(orders[0]));
  BOOST_TEST(std::holds_alternative<name_granted>(orders[1]));
  BOOST_CHECK(d.wake_at() == duration::max());
}

BOOST_AUTO_TEST_CASE(before_it_is_up_a_claim_waits) {
  directory d{node_id{1}, {}};
  (void)d.claim(0s, "db", actor_of(1, 7), {});
  BOOST_TEST(d.take_orders().empty());
  d.observe(1s, member_event::joined, up_member(1));
  BOOST_TEST(d.take_orders().empty());
  d.observe(1s, member_event::up, up_member(1));
  BOOST_TEST(std::holds_alternative<name_granted>(d.take_orders().back()));
}

BOOST_AUTO_TEST_CASE(a_name_is_granted_once_in_the_cluster) {
  directory_stage s{3};
  BOOST_TEST(claim(s, 2, "db", 7) == "granted db");
  BOOST_TEST(claim(s, 3, "db", 1) == "taken by " + to_string(actor_of(2, 7)));
  BOOST_TEST(claim(s, 1, "db", 1) == "taken by " + to_string(actor_of(2, 7)));
  BOOST_TEST(claim(s, 2, "db", 8) == "taken by " + to_string(actor_of(2, 7)));
  BOOST_TEST(claim(s, 2, "db", 7) == "granted db");
}

BOOST_AUTO_TEST_CASE(every_node_knows_every_name) {
  directory_stage s{3};
  (void)claim(s, 2, "db", 7);
  for (std::uint64_t node = 1; node <= 3; ++node) {
    BOOST_REQUIRE(s[node].find("db") != nullptr);
    BOOST_TEST(s.take<name_known>(node).size() == 1U);
  }
  s[2].release(s.now(), "db", actor_of(2, 7));
  s.settle();
  for (std::uint64_t node = 1; node <= 3; ++node) {
    BOOST_TEST(s[node].find("db") == nullptr);
    BOOST_TEST(s.take<name_gone>(node).size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(who_joins_later_learns_all_names) {
  directory_stage s{2};
  (void)claim(s, 2, "db", 7);
  s.add(3);
  s.meet(3, 1);
  s.meet(1, 3);
  s.meet(3, 3);
  s.run(300ms);
  BOOST_REQUIRE(s[3].find("db") != nullptr);
  BOOST_TEST(claim(s, 3, "db", 1) == "taken by " + to_string(actor_of(2, 7)));
}

BOOST_AUTO_TEST_CASE(who_only_joins_is_granted_nothing_yet) {
  directory_stage s{2};
  s.add(3);
  s.see(1, 3, member_event::joined);
  s.meet(3, 1);
  s.meet(3, 3);
  s.run(300ms);
  BOOST_TEST(claim(s, 3, "db", 1) == "");
  s.see(1, 3, member_event::up);
  s.settle();
  BOOST_TEST(outcome(s, 3) == "granted db");
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_frees_its_names) {
  directory_stage s{2};
  (void)claim(s, 2, "a", 7);
  (void)claim(s, 2, "b", 7);
  (void)claim(s, 2, "c", 8);
  s[2].ended(s.now(), actor_of(2, 7));
  s.settle();
  BOOST_TEST(claim(s, 1, "a", 1) == "granted a");
  BOOST_TEST(claim(s, 1, "b", 1) == "granted b");
  BOOST_TEST(claim(s, 1, "c", 1) == "taken by " + to_string(actor_of(2, 8)));
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_before_the_answer_gets_nothing) {
  directory_stage s{2};
  (void)s[2].claim(s.now(), "a", actor_of(2, 7), {});
  s[2].ended(s.now(), actor_of(2, 7));
  s.settle();
  BOOST_TEST(outcome(s, 2) == "failed: actor_stopped");
  BOOST_TEST(claim(s, 1, "a", 1) == "granted a");
}

BOOST_AUTO_TEST_CASE(a_release_withdraws_claims_under_way) {
  directory_stage s{2};
  (void)claim(s, 2, "a", 7);
  s[2].release(s.now(), "a", actor_of(2, 7));
  (void)s[2].claim(s.now(), "a", actor_of(2, 7), {});
  s[2].release(s.now(), "a", actor_of(2, 7));
  s.settle();
  BOOST_TEST(outcome(s, 2) == "failed: cancelled");
  BOOST_TEST(claim(s, 1, "a", 1) == "granted a");
}

BOOST_AUTO_TEST_CASE(names_of_a_lost_node_are_free_when_it_is_removed) {
  directory_stage s{3};
  (void)claim(s, 3, "a", 7);
  s.crash(3);
  s.see(1, 3, member_event::unreachable);
  s.see(1, 3, member_event::down);
  s.settle();
  BOOST_TEST(claim(s, 2, "a", 1) == "taken by " + to_string(actor_of(3, 7)));
  s.see(1, 3, member_event::removed);
  s.settle();
  BOOST_TEST(claim(s, 2, "a", 1) == "granted a");
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_claims_nothing) {
  directory_stage s{2};
  s.see(2, 2, member_event::leaving);
  BOOST_TEST(claim(s, 2, "a", 1) == "failed: shutting_down");
}

BOOST_AUTO_TEST_CASE(what_is_open_fails_when_the_node_stops) {
  directory_stage s{2};
  s.passes = [](const directory_message&) { return false; };
  (void)s[2].claim(s.now(), "a", actor_of(2, 1), {});
  (void)s[2].resolve(s.now(), "cart/1");
  s[2].stop(s.now());
  s.settle();
  BOOST_TEST(s.take<request_failed>(2).size() == 2U);
  BOOST_CHECK(s[2].wake_at() == duration::max());
}

BOOST_AUTO_TEST_CASE(too_many_claims_are_refused_at_once) {
  directory_options o;
  o.max_requests = 2;
  directory_stage s{2, o};
  s.passes = [](const directory_message&) { return false; };
  for (std::uint32_t i = 0; i < 3; ++i)
    (void)s[2].claim(s.now(), "a" + std::to_string(i), actor_of(2, 1), {});
  s.settle();
  BOOST_TEST(outcome(s, 2) == "failed: overloaded");
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused) {
  directory_stage s{1};
  BOOST_TEST(claim(s, 1, "", 1) == "failed: invalid_argument");
  BOOST_TEST(claim(s, 1, std::string(2000, 'x').c_str(), 1) == "failed: invalid_argument");
  BOOST_TEST(claim(s, 1, "a", 1) == "granted a");
}

BOOST_AUTO_TEST_CASE(a_replica_that_lags_too_much_begins_anew) {
  directory_options o;
  o.max_gone = 2;
  o.window = 2;
  directory_stage s{2, o};
  (void)claim(s, 1, "old", 1);
  s.run(300ms);
  // Node 2 hears nothing while much happens.
  s.passes = [](const directory_message& m) { return m.to != node_id{2}; };
  for (std::uint32_t i = 0; i < 20; ++i) {
    (void)claim(s, 1, ("x" + std::to_string(i)).c_str(), 2);
    s[1].release(s.now(), "x" + std::to_string(i), actor_of(1, 2));
  }
  s[1].release(s.now(), "old", actor_of(1, 1));
  (void)claim(s, 1, "new", 1);
  BOOST_TEST(s[2].find("old") != nullptr);
  s.passes = [](const directory_message&) { return true; };
  s.run(3s);
  BOOST_TEST(s[2].find("old") == nullptr);
  BOOST_TEST(s[2].find("new") != nullptr);
  BOOST_TEST(s[2].desk().names().size() == 1U);
}
