// SPDX-License-Identifier: BSD-3-Clause
//
// Actors that move between real nodes, over sockets and threads. What can go wrong on the way is the simulator's:
// tests/simulation/cluster_moves_test.cpp.
#define BOOST_TEST_MODULE cluster_moves
#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

#include <actors/actors.hpp>

#include "moving_actors.hpp"
#include "two_nodes.hpp"
#include "waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;
using namespace moving;
using waiting::eventually;

BOOST_FIXTURE_TEST_CASE(an_actor_goes_to_and_fro_and_its_senders_follow, two_nodes) {
  constexpr std::uint32_t senders = 4, each = 10'000;
  auto w = a.spawn<witness>();
  std::vector<any_ref> all{w};
  for (std::uint32_t i = 0; i < senders; ++i) all.push_back((i % 2 == 0 ? a : b).spawn<chatter>(w, i, each, 20U));
  for (int round = 0; round < 50; ++round) {
    BOOST_TEST(said(a.migrate(w, placement::on(round % 2 == 0 ? "b" : "a"))) == "moved");
    BOOST_TEST(said(b.migrate(all[1 + static_cast<std::size_t>(round) % senders], placement::on(round % 3 == 0 ? "b" : "a"))) == "moved");
  }
  std::vector<std::uint64_t> seen;
  BOOST_TEST(eventually([&] { return (seen = b.ask(w, report{}).value())[0] >= std::uint64_t{senders} * each; }, 20s));
  BOOST_TEST(seen[0] == std::uint64_t{senders} * each);
  BOOST_TEST(seen[1] == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_thousand_move_at_once_and_back, two_nodes) {
  std::vector<ref<witness>> refs;
  std::vector<any_ref> all;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    refs.push_back(a.spawn<witness>());
    all.push_back(refs.back());
    refs.back().tell(numbered{0, 0});
  }
  for (const char* to : {"b", "a", "b"}) {
    const auto done = a.migrate(all, placement::on(to)).value();
    BOOST_TEST(done.actors.size() == all.size());
    BOOST_TEST(done.all_moved());
  }
  for (const auto& r : refs) BOOST_REQUIRE(a.ask(r, report{}).value()[0] == 1);
  BOOST_TEST(a.counters().live_actors < 10U);
}

BOOST_AUTO_TEST_CASE(a_node_of_its_own_moves_nobody) {
  node_options o;
  o.log_file = "/dev/null";
  node alone{o};
  auto w = alone.spawn<witness>();
  BOOST_TEST(said(alone.migrate(w, placement::on("node-2"))).find("not part of a cluster") != std::string::npos);
}
