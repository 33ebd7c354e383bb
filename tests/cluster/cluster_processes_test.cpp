// SPDX-License-Identifier: BSD-3-Clause
//
// Processes that form a cluster, join it later, leave it in order, and come back.
#define BOOST_TEST_MODULE cluster_processes
#include <boost/test/unit_test.hpp>

#include <map>

#include "our_node.hpp"

using namespace actors;
using namespace cluster_test;

namespace {

expected<ref<ledger>> find_soon(node& n, const std::string& name) {
  expected<ref<ledger>> found = n.find<ledger>(name);
  (void)waiting::eventually([&] { return (found = n.find<ledger>(name)).has_value(); }, 5s);
  return found;
}

} // namespace

BOOST_AUTO_TEST_CASE(three_processes_have_one_set_of_names) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto there = a.spawn<ledger>(on_node("b").named("books"));
  a.tell(there, add{7});
  auto found = find_soon(a, "books");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((*found == there));
  auto at_c = a.born_at<agent>("c");
  BOOST_TEST(waiting::eventually([&] { return a.ask(at_c, total_of_name{"books"}, 5s).result() == 7; }, 5s));
  auto refused = a.register_name("books", a.spawn<ledger>());
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::name_taken));
}

BOOST_AUTO_TEST_CASE(three_processes_have_one_set_of_entities) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto at_b = a.born_at<agent>("b"), at_c = a.born_at<agent>("c");
  for (int k = 0; k < 30; ++k) {
    const std::string key = "entity/" + std::to_string(k);
    a.tell(a.entity<ledger>(key), add{1});
    a.tell(at_b, add_to_entity{key, 2});
    a.tell(at_c, add_to_entity{key, 4});
    BOOST_TEST(waiting::eventually([&] { return a.ask(a.entity<ledger>(key), total{}, 5s).result() == 7; }, 5s));
    BOOST_TEST(a.ask(at_b, total_of_entity{key}, 5s).value() == 7);
    BOOST_TEST(a.ask(at_c, total_of_entity{key}, 5s).value() == 7);
  }
}

BOOST_AUTO_TEST_CASE(an_actor_of_one_process_bears_another_on_a_third) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto at_b = a.born_at<agent>("b");
  ref<ledger> at_c;
  BOOST_TEST(waiting::eventually([&] { return bool{(at_c = a.ask(at_b, bear{"c"}, 5s).value())}; }, 5s));
  a.tell(at_c, add{5});
  BOOST_TEST(a.ask(at_c, total{}, 5s).value() == 5);
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_later_gets_its_share_of_births) {
  our_node a;
  node_process b{"b", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(2));
  const auto births = [&] {
    std::map<std::uint64_t, int> by_node;
    for (int k = 0; k < 30; ++k) ++by_node[a.spawn<ledger>(anywhere.placed(placement::round_robin)).id().node()];
    return by_node;
  };
  BOOST_TEST(waiting::eventually([&] { return births().size() == 2; }, 5s));
  node_process c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  BOOST_TEST(waiting::eventually([&] { return births().size() == 3; }, 5s));
  for (const auto& [node, count] : births()) BOOST_TEST(count == 10);
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_in_order_is_told_of_once) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto there = a.born_at<ledger>("c");
  auto stays = a.born_at<ledger>("b");
  auto watching = a.spawn<observer>(any_ref{there});
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  auto end = a.ask(watching, heard{}, 10s);
  BOOST_TEST(c.leave());
  BOOST_TEST(c.says("left 1"));
  BOOST_TEST(end.result().has_value());
  BOOST_TEST(waiting::eventually([&] { return a.members().size() == 2; }, 5s));
  auto late = a.ask(there, total{}, 5s).result();
  BOOST_REQUIRE(!late.has_value());
  BOOST_TEST((late.error().code == errc::node_lost || late.error().code == errc::no_such_actor));
  BOOST_TEST(a.ask(stays, total{}, 5s).value() == 0);
  BOOST_TEST(b.count("not a member of the cluster") == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_starts_again_at_its_address_is_another_one) {
  our_node a;
  node_process b{"b", a.seed()};
  auto first = std::make_unique<node_process>("c", a.seed());
  const std::string address = first->address();
  BOOST_REQUIRE(a.wait_for_members(3));
  auto before = a.born_at<ledger>("c");
  a.tell(before, add{1});
  first->signal(SIGKILL);
  first = std::make_unique<node_process>("c", a.seed({"--listen", address}));
  BOOST_TEST(first->address() == address);
  const auto is_another = [&] {
    for (const auto& m : a.members())
      if (m.address == address && m.state == node_state::up && m.node != before.id().node()) return true;
    return false;
  };
  BOOST_REQUIRE(waiting::eventually(is_another, 15s));
  auto late = a.ask(before, total{}, 5s).result();
  BOOST_REQUIRE(!late.has_value());
  BOOST_TEST((late.error().code == errc::node_lost));
  ref<ledger> after;
  BOOST_REQUIRE(waiting::eventually([&] { return bool{(after = a.spawn<ledger>(on_node("c")))}; }, 5s));
  BOOST_TEST(a.ask(after, total{}, 5s).value() == 0);
}
