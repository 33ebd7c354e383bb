// SPDX-License-Identifier: BSD-3-Clause
//
// Nodes that cannot reach each other, in network namespaces: one side goes on, the other ends its actors.
// Where the machine does not allow it, each test says so and passes.
#define BOOST_TEST_MODULE cluster_partition
#include <boost/test/unit_test.hpp>

#include "../temporary_folder.hpp"
#include "network_namespaces.hpp"
#include "our_node.hpp"

using namespace actors;
using namespace cluster_test;

namespace {

/// A node here and two in namespaces of their own.
struct three_machines {
  network_namespaces network{2};
  temporary_folder folder;
  std::string secret_file = folder.file("secret", "a secret");
  std::unique_ptr<our_node> a;
  std::unique_ptr<node_process> b, c;

  /// False where there can be no such network.
  bool start() {
    if (!network.is_there()) {
      BOOST_TEST_MESSAGE("skipped: no network namespaces here");
      return false;
    }
    cluster_options o;
    o.listen = network.address(0) + ":0";
    o.secret = "a secret";
    a = std::make_unique<our_node>(o);
    b = node("b", 1);
    c = node("c", 2);
    BOOST_REQUIRE_MESSAGE(a->wait_for_members(3), b->all() + c->all());
    return true;
  }
  std::unique_ptr<node_process> node(const std::string& name, int machine) {
    return std::make_unique<node_process>(
        name, a->seed({"--secret-file", secret_file, "--listen", network.address(machine) + ":0"}), program(),
        std::vector<std::string>{"/usr/bin/env", "ip", "netns", "exec", network.name(machine)});
  }
  bool is_alone_without(std::size_t left) {
    return waiting::eventually([&] { return a->members().size() == left; }, 15s);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(partitions, three_machines)

BOOST_AUTO_TEST_CASE(a_node_that_is_cut_off_ends_its_actors_and_the_others_go_on) {
  if (!start()) return;
  auto there = a->born_at<ledger>("c");
  auto stays = a->born_at<ledger>("b");
  auto watching = a->spawn<observer>(any_ref{there});
  BOOST_TEST(a->ask(there, total{}, 5s).value() == 0);
  auto end = a->ask(watching, heard{}, 10s);
  BOOST_REQUIRE(network.cut(2));
  const double took = seconds_of([&] { BOOST_TEST((end.value() == errc::node_lost)); });
  BOOST_TEST_MESSAGE("lost after " << took << " s");
  BOOST_TEST(took < 3.0);
  BOOST_TEST(is_alone_without(2));
  BOOST_TEST(c->says("not a member of the cluster any more", 10s), c->all());
  BOOST_TEST(a->ask(stays, total{}, 5s).value() == 0);
  // What is healed does not bring it back.
  BOOST_REQUIRE(network.heal(2));
  std::this_thread::sleep_for(500ms);
  BOOST_TEST(a->members().size() == 2u);
  BOOST_TEST(a->ask(stays, total{}, 5s).value() == 0);
}

BOOST_AUTO_TEST_CASE(a_short_cut_costs_no_member) {
  if (!start()) return;
  auto there = a->born_at<ledger>("c");
  BOOST_TEST(a->ask(there, total{}, 5s).value() == 0);
  BOOST_REQUIRE(network.cut(2));
  std::this_thread::sleep_for(200ms);
  BOOST_REQUIRE(network.heal(2));
  // It may have been held for unreachable meanwhile.
  BOOST_TEST(waiting::eventually([&] { return a->ask(there, total{}, 5s).result() == 0; }, 5s));
  BOOST_TEST(a->members().size() == 3u);
}

/// Somebody sees everybody: the others carry the word, and nobody is lost.
BOOST_AUTO_TEST_CASE(a_cut_of_one_way_between_two_leaves_one_cluster) {
  if (!start()) return;
  BOOST_REQUIRE(network.cut_one_way(1, 2));
  std::this_thread::sleep_for(5s);
  BOOST_TEST(waiting::eventually([&] {
    const auto all = a->members();
    return all.size() == 3 ? a->wait_for_members(3, 1ms) : all.size() == 2;
  }, 15s));
  BOOST_TEST_MESSAGE(a->members().size() << " members go on");
  auto at_b = a->spawn<ledger>(on_node("b"));
  auto at_c = a->spawn<ledger>(on_node("c"));
  const auto works = [&](const ref<ledger>& who) { return bool{who} && a->ask(who, total{}, 5s).result().has_value(); };
  BOOST_TEST((works(at_b) || works(at_c)));
}

BOOST_AUTO_TEST_CASE(delays_of_20_ms_cost_no_member) {
  if (!start()) return;
  if (!network.delay(1, 20) || !network.delay(2, 20)) {
    BOOST_TEST_MESSAGE("skipped: this kernel has no netem");
    return;
  }
  auto there = a->born_at<ledger>("b");
  for (int k = 0; k < 50; ++k) BOOST_TEST(a->ask(there, total{}, 5s).value() == 0);
  BOOST_TEST(a->members().size() == 3u);
  BOOST_TEST(b->count("unreachable") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
