// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE placement_node_table
#include <boost/test/unit_test.hpp>

#include <cmath>

#include "protocol/placement/node_table.hpp"

using namespace actors::placement::detail;
using namespace std::chrono_literals;

namespace {

node_table two_nodes() {
  return {.nodes = {{.id = 1, .name = "node-1", .labels = {.cores = 8, .region = "eu"}},
                    {.id = 2, .name = "node-2", .labels = {.cores = 4, .region = "us"}}},
          .pairs = {{"eu", "us", 40ms, 0.02}}};
}

} // namespace

BOOST_AUTO_TEST_CASE(distances_hold_in_both_directions_and_have_defaults) {
  auto table = two_nodes();
  table.nodes.push_back({.id = 3, .name = "node-3", .labels = {.region = "ap"}});
  const auto all = fleet::make(table);
  BOOST_REQUIRE(all.has_value());
  BOOST_TEST(all->latency_of_nodes(0, 1) == 40'000'000);
  BOOST_TEST(all->latency_of_nodes(1, 0) == 40'000'000);
  BOOST_TEST(all->latency_of_nodes(0, 0) == 0);
  BOOST_TEST(all->latency_of_nodes(0, 2) == 100'000'000);
  BOOST_TEST(all->latency(all->region_of(0), all->region_of(0)) == 500'000);
  BOOST_TEST(all->price_per_gb(all->region_of(1), all->region_of(0)) == 20'000'000);
  BOOST_TEST(all->price_per_gb(all->region_of(1), all->region_of(2)) == 0);
}

BOOST_AUTO_TEST_CASE(faulty_tables_are_refused) {
  const auto refused = [](auto change, std::string_view what, std::string_view value) {
    auto table = two_nodes();
    change(table);
    const auto found = fleet::make(table);
    BOOST_REQUIRE_MESSAGE(!found, what);
    BOOST_TEST(found.error().what == what);
    BOOST_TEST(found.error().value == value);
  };
  refused([](auto& t) { t.nodes[1].id = 1; },
          "node 'node-2': id: expected one that node 'node-1' does not have", "1");
  refused([](auto& t) { t.nodes[1].name = "node-1"; },
          "node 2: name: expected one that no other node has", "node-1");
  refused([](auto& t) { t.nodes[1].name = ""; }, "node 2: name: expected a name", "");
  refused([](auto& t) { t.nodes[0].labels.cores = -1; },
          "node 'node-1': cores: expected 0 to 1000000", "-1");
  refused([](auto& t) { t.nodes[0].load.cores = std::nan(""); },
          "node 'node-1': load.cores: expected 0 to 1000000", "nan");
  refused([](auto& t) { t.nodes[0].labels.price = 1e5; },
          "node 'node-1': price: expected 0 to 10000", "100000");
  refused(
      [](auto& t) {
        t.pairs.push_back({"us", "eu", 1ms, 0});
      },
      "regions 'us' and 'eu': pair: expected each pair once", "us,eu");
  refused([](auto& t) { t.pairs[0].latency = 11s; },
          "regions 'eu' and 'us': latency: expected 0 to 10 s", "11000000000 ns");
  refused([](auto& t) { t.pairs[0].price_per_gb = -1; },
          "regions 'eu' and 'us': price_per_gb: expected 0 to 10", "-1");
}
