// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE placement_choose
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include <fmt/format.h>

#include "placement_world.hpp"
#include "protocol/placement/choose.hpp"

using namespace actors;
using namespace actors::placement::detail;
namespace place = actors::placement;
using namespace std::chrono_literals;

namespace {

using actors::placement::detail::node_state;

node_entry node(std::uint64_t id, std::string_view labels, node_load load = {},
                node_state state = node_state::up) {
  auto parsed = parse_labels(labels);
  BOOST_REQUIRE(parsed.has_value());
  return {.id = id,
          .name = fmt::format("node-{}", id),
          .labels = *parsed,
          .load = load,
          .state = state};
}

/// Four nodes that are up in three regions, two that are not.
node_table six_nodes() {
  return {.nodes = {node(1, "cores=8,memory=32G,region=eu,price=0.4,zone=a", {.cores = 6}),
                    node(2, "cores=16,memory=64G,region=eu,price=0.9,zone=b", {.cores = 4}),
                    node(3, "cores=8,memory=64G,gpu=1,gpu_memory=40G,region=us,price=2.1,zone=a"),
                    node(4, "cores=4,memory=8G,region=ap,price=0.1,zone=a"),
                    node(5, "cores=64,memory=512G,gpu=8,region=eu", {}, node_state::leaving),
                    node(6, "cores=64,memory=512G,gpu=8,region=eu", {}, node_state::down)},
          .pairs = {{"eu", "us", 40ms, 0.02}, {"eu", "ap", 120ms, 0.08}, {"us", "ap", 90ms, 0.05}}};
}

actor_id born_on(std::uint64_t id) { return {.place = id << 16, .slot = 1, .generation = 1}; }

/// Actors live where they were born, in these tests.
situation from(std::uint64_t self) {
  return {.self = self, .locate = [](const actor_id& a) { return std::optional{a.node()}; }};
}

expected<choice> choose_in(const node_table& table, const place::spec& wanted,
                           const situation& now = from(1)) {
  const auto all = fleet::make(table);
  BOOST_REQUIRE_MESSAGE(all.has_value(), all.error().what);
  return choose(*all, wanted, now);
}

std::uint64_t chosen(const place::spec& wanted, const situation& now = from(1)) {
  const auto found = choose_in(six_nodes(), wanted, now);
  BOOST_REQUIRE_MESSAGE(found.has_value(), found.error().what);
  return found->node;
}

void check_refused(const place::spec& wanted, errc code, std::string_view what,
                   std::string_view value, const situation& now = from(1)) {
  const auto found = choose_in(six_nodes(), wanted, now);
  BOOST_REQUIRE_MESSAGE(!found, what);
  BOOST_TEST((found.error().code == code), to_string(found.error()));
  BOOST_TEST(found.error().what == what);
  BOOST_TEST(found.error().value == value);
}

} // namespace

BOOST_AUTO_TEST_CASE(here_and_on_a_node) {
  BOOST_TEST(chosen(place::here, from(3)) == 3u);
  BOOST_TEST(chosen(place::on("node-2")) == 2u);
}

BOOST_AUTO_TEST_CASE(near_an_actor_is_its_node_or_the_next_in_latency) {
  const auto near = place::near(any_ref{born_on(1)});
  BOOST_TEST(chosen(near) == 1u);
  // Two cores are left on node 1; node 2 is in the same region.
  BOOST_TEST(chosen(near.needing({.cores = 3})) == 2u);
  BOOST_TEST(chosen(near.needing({.gpus = 1})) == 3u);
  BOOST_TEST(chosen(place::near(any_ref{born_on(6)})) == 2u);
}

BOOST_AUTO_TEST_CASE(round_robin_takes_turns_among_those_that_fit) {
  std::vector<std::uint64_t> turns;
  situation now = from(1);
  for (int i = 0; i < 6; ++i) {
    now.last = chosen(place::round_robin.needing({.cores = 3}), now);
    turns.push_back(now.last);
  }
  BOOST_TEST(turns == (std::vector<std::uint64_t>{2, 3, 4, 2, 3, 4}),
             boost::test_tools::per_element());
  // The node of the last choice is gone.
  now.last = 99;
  BOOST_TEST(chosen(place::round_robin, now) == 1u);
}

BOOST_AUTO_TEST_CASE(least_loaded_by_resource_then_queue_then_actors) {
  BOOST_TEST(chosen(place::least_loaded) == 3u);
  BOOST_TEST(chosen(place::with_labels({{"region", "eu"}})) == 2u);
  auto table = six_nodes();
  table.nodes[2].load.queue = 5;
  BOOST_TEST(choose_in(table, place::least_loaded)->node == 4u);
  table.nodes[3].load.queue = 5; // on half as many cores
  BOOST_TEST(choose_in(table, place::least_loaded)->node == 3u);
  table.nodes[3].load.queue = 0;
  table.nodes[2].load = {.actors = 10};
  BOOST_TEST(choose_in(table, place::least_loaded)->node == 4u);
}

BOOST_AUTO_TEST_CASE(labels_are_met) {
  BOOST_TEST(chosen(place::with_labels({{"gpu", "1"}})) == 3u);
  BOOST_TEST(chosen(place::with_labels({{"zone", "b"}})) == 2u);
  BOOST_TEST(chosen(place::least_loaded.not_labelled({{"zone", "a"}})) == 2u);
  BOOST_TEST(chosen(place::least_loaded.not_labelled({{"memory", "16G"}})) == 4u);
}

BOOST_AUTO_TEST_CASE(cheapest_counts_nodes_transfer_and_latency) {
  BOOST_TEST(chosen(place::cheapest) == 4u);
  BOOST_TEST(chosen(place::cheapest.needing({.cores = 5})) == 2u);
  // From ap 10 GB to eu cost 0.8 more than being there.
  const auto to_eu = [](double gb) { return place::affinity{.region = "eu", .gb_per_hour = gb}; };
  BOOST_TEST(chosen(place::cheapest.beside(to_eu(3))) == 4u);
  BOOST_TEST(chosen(place::cheapest.beside(to_eu(4))) == 1u);
  BOOST_TEST(chosen(place::cheapest.beside({.region = "eu", .price_per_ms = 0.003})) == 1u);
  BOOST_TEST(chosen(place::cheapest.beside({.actor = born_on(2), .within = 1ms})) == 1u);
  BOOST_TEST(chosen(place::cheapest.beside({.actor = born_on(2), .within = 0ms})) == 2u);
  const auto found = choose_in(six_nodes(), place::cheapest.beside(to_eu(4)));
  BOOST_TEST(found->price == 0.4, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(cheapest_prefers_what_is_paid_already_then_the_cheap_then_the_full) {
  auto table = six_nodes();
  table.nodes[1].paid = true;
  BOOST_TEST(choose_in(table, place::cheapest)->node == 2u);
  BOOST_TEST(choose_in(table, place::cheapest)->price == 0.0);
  table.nodes[0].load.actors = 1;
  BOOST_TEST(choose_in(table, place::cheapest)->node == 1u);
  table.nodes[1].labels.price = 0.4;
  BOOST_TEST(choose_in(table, place::cheapest)->node == 1u);
  table.nodes[0].load.cores = 1;
  BOOST_TEST(choose_in(table, place::cheapest)->node == 2u);
}

BOOST_AUTO_TEST_CASE(replicas_are_spread) {
  situation now = from(1);
  now.replicas = {4};
  BOOST_TEST(chosen(place::cheapest.spread_over("node"), now) == 1u);
  BOOST_TEST(chosen(place::cheapest.spread_over("zone"), now) == 2u);
  now.replicas = {4, 1};
  BOOST_TEST(chosen(place::cheapest.spread_over("region"), now) == 3u);
  BOOST_TEST(chosen(place::cheapest.spread_over("zone", 3), now) == 4u);
}

BOOST_AUTO_TEST_CASE(what_no_node_has_is_named_with_what_the_closest_have) {
  const auto invalid = errc::invalid_argument;
  check_refused(place::with_labels({{"gpu", "2"}}), invalid,
                "no node has gpu=2: 3 with gpu=0, 1 with gpu=1 (of 6 nodes, 2 not up)", "gpu=2");
  check_refused(place::with_labels({{"rack", "7"}}), invalid,
                "no node has rack=7: 4 without rack (of 6 nodes, 2 not up)", "rack=7");
  check_refused(place::with_labels({{"gpu", "1"}, {"region", "eu"}}), invalid,
                "no node has region=eu: 1 with region=us (of 6 nodes, 3 without gpu=1, 2 not up)",
                "region=eu");
  check_refused(
      place::with_labels({{"region", "us"}}).not_labelled({{"zone", "a"}}), invalid,
      "no node is without zone=a: 1 with zone=a (of 6 nodes, 3 without region=us, 2 not up)",
      "zone=a");
  check_refused(place::cheapest.needing({.gpus = 1, .price_limit = 2}), invalid,
                "no node has 1 GPUs: 3 with 0 GPUs (of 6 nodes, 1 not offered at 2 an hour or "
                "less, 2 not up)",
                "1");
  check_refused(place::cheapest.needing({.gpu_memory = 80ull << 30}), invalid,
                "no node has 80G of memory per GPU: 3 with 0 of memory per GPU, 1 with 40G of "
                "memory per GPU (of 6 nodes, 2 not up)",
                "80G");
  check_refused(
      place::cheapest.needing({.cores = 32}), invalid,
      "no node has 32 cores: 2 with 8 cores, 1 with 16 cores, 1 with 4 cores (of 6 nodes, "
      "2 not up)",
      "32");
  check_refused(place::cheapest.needing({.memory = 128ull << 30}), invalid,
                "no node has 128G of memory: 2 with 64G of memory, 1 with 32G of memory, 1 with 8G "
                "of memory (of 6 nodes, 2 not up)",
                "128G");
  check_refused(place::cheapest.spread_over("rack"), invalid,
                "no node has a label rack: 4 without (of 6 nodes, 2 not up)", "rack");
  check_refused(place::cheapest.needing({.gpus = 1}).beside({.region = "eu", .within = 10ms}),
                invalid,
                "no node is within 10 ms of region eu: 1 40 ms away (of 6 nodes, 3 without 1 GPUs, "
                "2 not up)",
                "10 ms");
}

BOOST_AUTO_TEST_CASE(what_is_full_now_is_told_apart) {
  check_refused(place::with_labels({{"region", "eu"}}).needing({.cores = 13}), errc::overloaded,
                "no node has 13 free cores: 1 with 12 (of 6 nodes, 1 without 13 cores, 2 without "
                "region=eu, 2 not up)",
                "13");
  auto table = six_nodes();
  table.nodes[2].load = {.memory = 60ull << 30, .gpus = 1};
  const auto gpus = choose_in(table, place::cheapest.needing({.gpus = 1}));
  BOOST_REQUIRE(!gpus);
  BOOST_TEST(gpus.error().what ==
             "no node has 1 free GPUs: 1 with 0 (of 6 nodes, 3 without 1 GPUs, 2 not up)");
  const auto memory =
      choose_in(table, place::with_labels({{"gpu", "1"}}).needing({.memory = 8ull << 30}));
  BOOST_REQUIRE(!memory);
  BOOST_TEST(memory.error().what ==
             "no node has 8G of free memory: 1 with 4G (of 6 nodes, 3 without "
             "gpu=1, 2 not up)");
  BOOST_TEST((memory.error().code == errc::overloaded));
  situation now = from(1);
  now.replicas = {1, 2};
  check_refused(place::cheapest.spread_over("zone"), errc::overloaded,
                "no node is in a zone with less than 1 replicas: 4 in full ones (of 6 "
                "nodes, 2 not up)",
                "1 per zone", now);
}

BOOST_AUTO_TEST_CASE(a_named_node_that_will_not_do) {
  check_refused(place::on("node-9"), errc::invalid_argument,
                "no node is named node-9: expected one of 6 names", "node-9");
  check_refused(place::on("node-5"), errc::node_lost, "no node named node-5 is up: 1 leaving",
                "leaving");
  check_refused(place::on("node-1").needing({.cores = 3}), errc::overloaded,
                "no node named node-1 has 3 free cores: 1 with 2", "3");
  check_refused(place::here, errc::node_lost, "no node has this node's id", "77", from(77));
}

BOOST_AUTO_TEST_CASE(actors_and_regions_that_nobody_knows) {
  situation now = from(1);
  now.locate = [](const actor_id&) { return std::optional<std::uint64_t>{}; };
  const auto id = to_string(born_on(1));
  const auto what = "actor " + id + ": expected one whose node is known";
  check_refused(place::near(any_ref{born_on(1)}), errc::no_such_actor, what, id, now);
  check_refused(place::cheapest.beside({.actor = born_on(1)}), errc::no_such_actor, what, id, now);
  check_refused(place::near(any_ref{born_on(1)}), errc::no_such_actor, what, id, {.self = 1});
  check_refused(place::cheapest.beside({.region = "mars"}), errc::invalid_argument,
                "affinity.region: expected a region of a node or of a pair of regions", "mars");
  const auto empty = choose_in({}, place::cheapest);
  BOOST_REQUIRE(!empty);
  BOOST_TEST(empty.error().what == "no node: expected a table with at least one");
}

BOOST_AUTO_TEST_CASE(every_order_of_the_table_gives_the_same_choice_and_another_node_never_hurts) {
  const std::uint64_t first = actors::testing::seed_from_environment(1);
  for (std::uint64_t seed = first; seed < first + 2000; ++seed)
    BOOST_TEST_CONTEXT("ACTORS_SEED=" << seed) {
      auto w = test::random_world(
          seed, {.nodes = 6, .requests = 1, .ties = false, .only_cheapest = false});
      const place::spec& wanted = w.workload[0].where;
      const auto found = choose_in(w.table, wanted);
      auto other = w.table;
      std::ranges::reverse(other.nodes);
      std::ranges::rotate(other.nodes, other.nodes.begin() + seed % 6);
      const auto again = choose_in(other, wanted);
      BOOST_REQUIRE(found.has_value() == again.has_value());
      if (!found) {
        BOOST_TEST(found.error().what == again.error().what);
        continue;
      }
      BOOST_TEST(found->node == again->node);
      BOOST_TEST(
          test::broken_by(w, {{&*std::ranges::find(w.table.nodes, found->node, &node_entry::id)}})
              .empty());
      auto more = test::random_world(seed + 1'000'000, {.nodes = 1}).table.nodes[0];
      more.id = 7;
      more.name = "more";
      w.table.nodes.push_back(more);
      const auto with_more = choose_in(w.table, wanted);
      BOOST_REQUIRE(with_more.has_value());
      if (wanted.strategy == place::strategy::cheapest)
        BOOST_TEST(with_more->price <= found->price);
    }
}

BOOST_AUTO_TEST_CASE(cheapest_is_exact_for_one_actor) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed)
    BOOST_TEST_CONTEXT("ACTORS_SEED=" << seed) {
      auto w = test::random_world(seed, {.nodes = 6, .requests = 1, .most_replicas = 1});
      const auto found = choose_in(w.table, w.workload[0].where);
      const auto exact = test::exact_price(w);
      BOOST_REQUIRE(found.has_value() == exact.has_value());
      if (found)
        BOOST_TEST(found->price == *exact, boost::test_tools::tolerance(1e-6));
    }
}
