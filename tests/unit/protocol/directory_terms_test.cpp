// SPDX-License-Identifier: BSD-3-Clause
//
// What happens when the registrar goes.
#define BOOST_TEST_MODULE directory_terms
#include <boost/test/unit_test.hpp>

#include "directory_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;

namespace {

constexpr auto all_pass = [](const directory_message&) { return true; };

void claim(directory_stage& s, std::uint64_t node, const char* name, std::uint32_t slot = 1) {
  (void)s[node].claim(s.now(), name, actor_of(node, slot), {});
}

} // namespace

BOOST_AUTO_TEST_CASE(the_oldest_is_the_registrar) {
  directory_stage s{3};
  for (std::uint64_t node = 1; node <= 3; ++node)
    BOOST_CHECK((s[node].term() == directory_term{1, node_id{1}}));
  BOOST_TEST(s[1].is_serving());
  BOOST_TEST(!s[2].is_serving());
}

BOOST_AUTO_TEST_CASE(the_next_oldest_follows_with_all_that_is_held) {
  directory_stage s{3};
  claim(s, 3, "a");
  (void)s[2].resolve(s.now(), "cart/1");
  s.settle();
  s.crash(1);
  s.remove(1);
  s.run(300ms);
  BOOST_CHECK((s[3].term() == directory_term{2, node_id{2}}));
  BOOST_TEST(s[2].is_serving());
  (void)s.take<name_granted>(3);
  claim(s, 2, "a");
  s.settle();
  BOOST_TEST(s.take<name_taken>(2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(it_answers_nothing_before_all_have_reported) {
  directory_stage s{3};
  s.crash(1);
  s.passes = [](const directory_message& m) { return m.from != node_id{3}; };
  claim(s, 2, "a");
  s.remove(1);
  s.run(2s);
  BOOST_TEST(!s[2].is_serving());
  BOOST_TEST(s.take<name_granted>(2).empty());
  s.passes = all_pass;
  s.run(1500ms);
  BOOST_TEST(s.take<name_granted>(2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(it_does_not_wait_for_those_that_are_removed) {
  directory_stage s{3};
  s.crash(1);
  s.crash(3);
  s.remove(1);
  s.run(1s);
  BOOST_TEST(!s[2].is_serving());
  s.remove(3);
  BOOST_TEST(s[2].is_serving());
}

BOOST_AUTO_TEST_CASE(names_of_the_old_registrar_go_from_the_replicas) {
  directory_stage s{3};
  claim(s, 1, "old");
  claim(s, 2, "kept");
  s.settle();
  s.crash(1);
  s.remove(1);
  s.run(300ms);
  for (std::uint64_t node = 2; node <= 3; ++node) {
    BOOST_TEST(s[node].find("old") == nullptr);
    BOOST_TEST(s[node].find("kept") != nullptr);
    BOOST_TEST(s.take<name_gone>(node).size() == 1U);
    BOOST_TEST(s.take<name_known>(node).size() == 2U);
  }
}

BOOST_AUTO_TEST_CASE(entities_of_the_old_registrar_go_too) {
  directory_stage s{2};
  std::string key;
  for (int i = 0; key.empty(); ++i) {
    (void)s[2].resolve(s.now(), "cart/" + std::to_string(i));
    s.settle();
    for (const auto& what : s.take<activate_entity>(1)) {
      s[1].activated(s.now(), what.key, what.ticket, actor_of(1, 9));
      key = what.key;
    }
    s.settle();
  }
  s.crash(1);
  s.remove(1);
  s.run(300ms);
  const auto gone = s.take<entity_gone>(2);
  BOOST_REQUIRE(gone.size() == 1U);
  BOOST_TEST(gone.front().key == key);
}

BOOST_AUTO_TEST_CASE(an_activation_under_way_is_not_ordered_again) {
  directory_stage s{3};
  std::vector<activate_entity> orders;
  for (int i = 0; orders.empty(); ++i) {
    (void)s[2].resolve(s.now(), "cart/" + std::to_string(i));
    s.settle();
    orders = s.take<activate_entity>(3);
  }
  (void)s.take<activate_entity>(2);
  s.crash(1);
  s.remove(1);
  s.run(300ms);
  for (const auto& again : s.take<activate_entity>(2))
    BOOST_TEST(again.key != orders.front().key);
  BOOST_TEST(s.take<activate_entity>(3).empty());
  s[3].activated(s.now(), orders.front().key, orders.front().ticket, actor_of(3, 9));
  s.settle();
  BOOST_TEST(s.take<entity_at>(2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_the_old_registrar_sent_late_does_not_count) {
  directory_stage s{3};
  std::vector<directory_message> late;
  s.passes = [&](const directory_message& m) {
    if (m.from == node_id{1} && m.to == node_id{3})
      late.push_back(m);
    return m.from != node_id{1};
  };
  claim(s, 3, "a");
  s.settle();
  BOOST_REQUIRE(!late.empty());
  s.passes = [](const directory_message& m) {
    return m.from != node_id{3} || m.items.empty() || m.items.front().kind != item_kind::claim;
  };
  s.crash(1);
  s.see(2, 1, member_event::down);
  s.see(2, 1, member_event::removed);
  s.run(200ms);
  claim(s, 2, "a");
  s.settle();
  BOOST_TEST(s.take<name_granted>(2).size() == 1U);
  for (const auto& m : late)
    s[3].receive(s.now(), m);
  s.settle();
  BOOST_TEST(s.take<name_granted>(3).empty());
  BOOST_TEST(s[3].refusals().terms == late.size());
  s.passes = all_pass;
  s.run(1500ms);
  BOOST_TEST(s.take<name_taken>(3).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_to_a_former_registrar_is_asked_again) {
  directory_stage s{3};
  s.passes = [](const directory_message& m) { return m.to != node_id{1}; };
  claim(s, 3, "a");
  (void)s[3].resolve(s.now(), "cart/1");
  s.settle();
  s.crash(1);
  s.remove(1);
  s.run(300ms);
  BOOST_TEST(s.take<name_granted>(3).size() == 1U);
  BOOST_TEST((s.take<activate_entity>(2).size() + s.take<activate_entity>(3).size()) == 1U);
}

BOOST_AUTO_TEST_CASE(a_registrar_that_others_have_removed_steps_down) {
  directory_stage s{3};
  s.see(2, 1, member_event::down);
  s.see(2, 1, member_event::removed);
  // It does not know yet, and hears from its successor.
  directory_message call;
  call.from = node_id{2};
  call.to = node_id{1};
  call.term = {2, node_id{2}};
  s[1].receive(s.now(), call);
  BOOST_TEST(s[1].office() == nullptr);
  s.run(300ms);
  BOOST_TEST(s[2].is_serving());
  BOOST_TEST(s[2].refusals().strangers != 0U);
}

BOOST_AUTO_TEST_CASE(reports_that_contradict_each_other_are_repaired) {
  directory_options o;
  o.plant = planted::serves_early;
  directory_stage s{3, o};
  claim(s, 3, "a");
  s.settle();
  s.crash(1);
  s.passes = [](const directory_message& m) { return m.from != node_id{3}; };
  s.see(2, 1, member_event::removed);
  claim(s, 2, "a");
  s.settle();
  s.passes = all_pass;
  s.run(1500ms);
  BOOST_TEST(s.take<name_granted>(2).size() == 1U);
  BOOST_TEST(s.take<name_revoked>(3).size() == 1U);
  BOOST_TEST(s[2].office()->counts().conflicts == 1U);
  BOOST_CHECK(s[3].find("a")->id == actor_of(2, 1));
}
