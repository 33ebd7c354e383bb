// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE cluster_scenarios
#include <boost/test/unit_test.hpp>

#include <actors/actors.hpp>
#include <actors/testing_cluster.hpp>

using namespace actors;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_cluster_forms) {
  testing::cluster sim{{.nodes = 3, .seed = testing::seed_from_environment(), .level = log_level::debug, .begin = testing::cluster_options::beginning::apart}};
  sim.run_until_agreed(5s);
  for (std::size_t i = 0; i < 3; ++i) { auto c = sim.counters(i); BOOST_TEST_MESSAGE(c.connections << " " << c.links << " " << c.peers << " mem " << sim.is_member(i) << " members " << sim.members(i).size() << " " << c.protocol_errors); }
  BOOST_TEST(sim.is_agreed());
  BOOST_TEST_MESSAGE("formed after " << sim.now().count() / 1000000 << " ms, " << sim.events() << " events");
  sim.run_for(60s);
  BOOST_TEST_MESSAGE(sim.events() << " events");
  for (std::size_t i = 0; i < 3; ++i)
    for (auto& l : sim.logged(i)) BOOST_TEST_MESSAGE(l);
}
