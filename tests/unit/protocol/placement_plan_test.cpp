// SPDX-License-Identifier: BSD-3-Clause
//
// `ACTORS_SEED=n` shows one world again.
#define BOOST_TEST_MODULE placement_plan
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include "placement_world.hpp"

using actors::parse_labels;
using namespace actors::placement::detail;
using namespace actors::placement::detail::test;
namespace place = actors::placement;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t worlds = 60;
#else
constexpr std::uint64_t worlds = 300;
#endif
constexpr std::size_t small_effort = 5'000;

plan planned(const world& w, const plan_options& options = {.effort = small_effort}) {
  const auto all = fleet::make(w.table);
  BOOST_REQUIRE_MESSAGE(all.has_value(), all.error().what);
  auto found = make_plan(*all, w.workload, options);
  BOOST_REQUIRE_MESSAGE(found.has_value(), found.error().what);
  return *found;
}

/// For each seed, or the one of `ACTORS_SEED`.
void for_each_world(const world_size& size, const std::function<void(std::uint64_t, world)>& f) {
  const std::uint64_t only = actors::testing::seed_from_environment(0);
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : worlds); ++seed)
    BOOST_TEST_CONTEXT("ACTORS_SEED=" << seed)
  f(seed, random_world(seed, size));
}

world_size size_of(std::uint64_t seed) {
  return {.nodes = 3 + seed % 4, .requests = 2 + seed / 4 % 4};
}

node_entry node(std::uint64_t id, std::string_view labels) {
  return {.id = id, .name = "n" + std::to_string(id), .labels = *parse_labels(labels)};
}

request wanting(std::string name, std::uint32_t count, place::spec where) {
  return {.name = std::move(name), .count = count, .where = std::move(where)};
}

std::vector<std::uint64_t> ids(std::initializer_list<std::uint64_t> list) { return list; }

} // namespace

BOOST_AUTO_TEST_CASE(no_constraint_is_broken_and_the_price_is_right) {
  std::size_t placed = 0;
  for_each_world({.nodes = 12, .requests = 20, .most_replicas = 4, .only_cheapest = false},
                 [&](std::uint64_t, const world& w) {
                   const plan p = planned(w, {.effort = 500});
                   const auto a = assignment_of(w, p);
                   for (const auto& fault : broken_by(w, a))
                     BOOST_ERROR(fault);
                   BOOST_TEST(std::abs(price_of(w, a) - p.price()) < 1e-5);
                   std::size_t missing = 0;
                   for (std::size_t i = 0; i < a.size(); ++i) {
                     missing += w.workload[i].count - a[i].size();
                     placed += a[i].size();
                     BOOST_TEST((p.requests[i].why_not.has_value()) ==
                                (a[i].size() < w.workload[i].count));
                     if (const auto& why = p.requests[i].why_not)
                       BOOST_TEST(why->what.starts_with("no node "), why->what);
                   }
                   BOOST_TEST(missing == p.unplaced);
                   if (missing == 0)
                     BOOST_TEST(p.lower_bound <= p.price() + 1e-6);
                 });
  BOOST_TEST(placed > worlds * 10);
}

// With effort 5,000 every one of these worlds is solved exactly; the bar leaves room for other
// random numbers.
BOOST_AUTO_TEST_CASE(small_plans_are_within_two_percent_of_the_exact_ones) {
  const std::uint64_t only = actors::testing::seed_from_environment(0);
  std::size_t feasible = 0, exact = 0;
  double worst = 1;
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : worlds); ++seed) {
    const world w = random_world(seed, size_of(seed));
    const auto best = exact_price(w);
    const plan p = planned(w);
    BOOST_TEST_CONTEXT("ACTORS_SEED=" << seed) {
      BOOST_TEST(best.has_value() == (p.unplaced == 0));
      if (!best || p.unplaced > 0)
        continue;
      ++feasible;
      BOOST_TEST(p.lower_bound <= *best + 1e-6);
      BOOST_TEST(p.price() <= *best * 1.02 + 1e-6);
      exact += p.price() <= *best + 1e-6 ? 1 : 0;
      if (*best > 1e-6)
        worst = std::max(worst, p.price() / *best);
    }
  }
  BOOST_TEST_MESSAGE(exact << " of " << feasible << " exact, the worst " << worst << " times it");
  if (only == 0) {
    BOOST_TEST(feasible > worlds / 3);
    BOOST_TEST(exact * 100 >= feasible * 99);
  }
}

BOOST_AUTO_TEST_CASE(every_order_of_nodes_and_requests_gives_the_same_plan) {
  for_each_world({.nodes = 10, .requests = 12, .most_replicas = 3, .only_cheapest = false},
                 [&](std::uint64_t seed, const world& w) {
                   if (seed % 5 != 0)
                     return;
                   const plan p = planned(w, {.effort = 300});
                   world other = w;
                   std::ranges::reverse(other.table.nodes);
                   std::ranges::reverse(other.table.pairs);
                   std::ranges::reverse(other.workload);
                   const plan again = planned(other, {.effort = 300});
                   for (std::size_t i = 0; i < w.workload.size(); ++i)
                     BOOST_TEST(
                         (p.requests[i].nodes == again.requests[w.workload.size() - 1 - i].nodes));
                 });
}

BOOST_AUTO_TEST_CASE(another_node_never_makes_a_small_plan_impossible) {
  for_each_world({.nodes = 4, .requests = 4}, [&](std::uint64_t seed, world w) {
    if (planned(w).unplaced > 0)
      return;
    auto more = random_world(seed + 1'000'000, {.nodes = 1}).table.nodes[0];
    more.id = 7;
    more.name = "more";
    w.table.nodes.push_back(more);
    BOOST_TEST(planned(w).unplaced == 0u);
  });
}

BOOST_AUTO_TEST_CASE(more_effort_never_makes_a_plan_worse) {
  for_each_world({.nodes = 12, .requests = 25, .most_replicas = 3},
                 [&](std::uint64_t seed, const world& w) {
                   if (seed % 5 != 0)
                     return;
                   const plan first = planned(w, {.effort = 0});
                   for (const std::size_t effort : {7, 60, 200, 900}) {
                     const plan p = planned(w, {.effort = effort});
                     BOOST_TEST(p.unplaced <= first.unplaced);
                     if (p.unplaced == first.unplaced)
                       BOOST_TEST(p.price() <= first.price() + 1e-6);
                   }
                 });
}

BOOST_AUTO_TEST_CASE(large_plans_are_close_to_the_lower_bound) {
  world w = random_world(3, {.nodes = 300, .requests = 6000, .most_replicas = 1, .ties = false});
  for (request& r : w.workload) {
    r.where.spreads.clear();
    r.where.needs.cores /= 5;
    r.where.needs.memory /= 5;
    r.where.needs.gpus = 0;
  }
  const plan p = planned(w, {.effort = 20'000});
  BOOST_TEST(p.unplaced == 0u);
  BOOST_TEST_MESSAGE(p.price() << " an hour, at least " << p.lower_bound);
  BOOST_TEST(p.price() <= p.lower_bound * 1.1);
}

BOOST_AUTO_TEST_CASE(one_large_node_or_two_small_ones) {
  world w{{.nodes = {node(1, "cores=4,price=1"), node(2, "cores=4,price=1"),
                     node(3, "cores=8,price=1.7")}},
          {wanting("a", 8, place::cheapest.needing({.cores = 1}))}};
  BOOST_TEST(planned(w).price() == 1.7, boost::test_tools::tolerance(1e-9));
  w.table.nodes[2].labels.price = 2.1;
  BOOST_TEST(planned(w).price() == 2.0, boost::test_tools::tolerance(1e-9));
  w.workload[0].count = 4;
  BOOST_TEST(planned(w).price() == 1.0, boost::test_tools::tolerance(1e-9));
  w.table.nodes[2].paid = true;
  BOOST_TEST(planned(w).price() == 0.0);
}

BOOST_AUTO_TEST_CASE(those_who_talk_much_live_together_though_nodes_are_dearer_there) {
  world w{{.nodes = {node(1, "cores=4,price=1,region=eu"), node(2, "cores=4,price=3,region=eu"),
                     node(3, "cores=4,price=1,region=us")},
           .pairs = {{"eu", "us", 50ms, 0.05}}},
          {wanting("a", 1, place::cheapest.needing({.cores = 3})),
           wanting("b", 1, place::cheapest.needing({.cores = 3}))}};
  w.workload[1].peers = {{"a", {.gb_per_hour = 30}}};
  plan p = planned(w);
  BOOST_TEST(p.node_price == 2.0, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(p.transfer_price == 1.5, boost::test_tools::tolerance(1e-9));
  w.workload[1].peers[0].how.gb_per_hour = 50;
  p = planned(w);
  BOOST_TEST(p.node_price == 4.0, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(p.transfer_price == 0.0);
  w.workload[1].peers[0].how = {.price_per_ms = 0.03};
  p = planned(w);
  BOOST_TEST(p.latency_price == 1.5, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(the_other_strategies_in_a_plan) {
  world w{{.nodes = {node(1, "cores=4,price=1,region=eu"), node(2, "cores=8,price=3,region=eu"),
                     node(3, "cores=4,price=1,region=us")}},
          {wanting("turns", 4, place::round_robin), wanting("named", 2, place::on("n3")),
           wanting("even", 4, place::least_loaded.needing({.cores = 1})),
           wanting("beside", 2, {.strategy = place::strategy::near_actor})}};
  w.workload[3].near = "named";
  w.workload[3].where.needs.cores = 2;
  const plan p = planned(w);
  BOOST_TEST(p.requests[0].nodes == ids({1, 1, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(p.requests[1].nodes == ids({3, 3}), boost::test_tools::per_element());
  BOOST_TEST(p.requests[2].nodes == ids({1, 2, 2, 3}), boost::test_tools::per_element());
  // Three cores are left on n3 itself; the others are equally far.
  BOOST_TEST(p.requests[3].nodes == ids({2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_finds_no_room_says_why) {
  world w{{.nodes = {node(1, "cores=4,gpu=1,price=1"), node(2, "cores=4,price=1")}},
          {wanting("a", 3, place::cheapest.needing({.cores = 2, .gpus = 1}))}};
  const plan p = planned(w);
  BOOST_TEST(p.unplaced == 2u);
  BOOST_TEST(p.requests[0].nodes == ids({1}), boost::test_tools::per_element());
  BOOST_REQUIRE(p.requests[0].why_not.has_value());
  BOOST_TEST(p.requests[0].why_not->what ==
             "no node has 1 free GPUs: 1 with 0 (of 2 nodes, 1 without 1 GPUs)");
}

BOOST_AUTO_TEST_CASE(faulty_workloads_are_refused) {
  const auto refused = [](auto change, std::string_view what, std::string_view value) {
    std::vector<request> all = {wanting("a", 1, place::cheapest), wanting("b", 1, place::cheapest)};
    change(all);
    const auto found = make_plan(*fleet::make({.nodes = {node(1, "cores=4")}}), all);
    BOOST_REQUIRE_MESSAGE(!found, what);
    BOOST_TEST(found.error().what == what);
    BOOST_TEST(found.error().value == value);
  };
  refused([](auto& r) { r[1].name = "a"; }, "request 'a': name: expected each name once", "a");
  refused([](auto& r) { r[1].name = ""; }, "request '': name: expected a name", "");
  refused([](auto& r) { r[0].count = 0; }, "request 'a': count: expected 1 or more", "0");
  refused([](auto& r) { r[0].where = place::here; },
          "request 'a': strategy: expected another one: a plan is made from nowhere", "here");
  refused([](auto& r) { r[0].where = place::on("n2"); },
          "request 'a': node: expected the name of a node of the table", "n2");
  refused([](auto& r) { r[0].near = "b"; },
          "request 'a': near: expected the name of a request if the strategy is near, else none",
          "b");
  refused([](auto& r) { r[0].where.strategy = place::strategy::near_actor; },
          "request 'a': near: expected the name of a request if the strategy is near, else none",
          "");
  refused(
      [](auto& r) {
        r[0].peers = {{"c", {}}};
      },
      "request 'a': peer: expected the name of a request", "c");
  refused(
      [](auto& r) {
        r[0].peers = {{"b", {.gb_per_hour = -1}}};
      },
      "request 'a': peer 'b': affinity.gb_per_hour: expected a number from 0 to 100000", "-1");
  refused([](auto& r) { r[0].where = place::cheapest.beside({.region = "mars"}); },
          "request 'a': affinity.region: expected a region of a node or of a pair of regions",
          "mars");
  refused([](auto& r) { r[0].where.needs.cores = std::nan(""); },
          "request 'a': needs.cores: expected a number from 0 to 1000000", "nan");
  refused([](auto& r) { r[0].count = 20'000'000; }, "workload: expected at most 10000000 replicas",
          "20000001");
  refused(
      [](auto& r) {
        r[0].count = 1'000'000;
        r[0].peers = {{"b", {.gb_per_hour = 1e5}}};
      },
      "workload: expected flows and latencies that cannot cost more than 9000000000 an hour",
      "1000000000000");
}
