// SPDX-License-Identifier: BSD-3-Clause
//
// Random histories of small clusters: see membership_world.hpp. `ACTORS_SEED=n` shows one again.
#define BOOST_TEST_MODULE membership_fuzz
#include <boost/test/unit_test.hpp>

#include "membership_world.hpp"

using namespace actors;
using protocol::test::world;
using protocol::test::world_totals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t histories = 500;
#else
constexpr std::uint64_t histories = 5'000;
#endif

} // namespace

BOOST_AUTO_TEST_CASE(whatever_happens_the_cluster_keeps_its_promises) {
  const std::uint64_t only = testing::seed_from_environment(0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : histories;
  std::uint64_t failed = 0;
  world_totals totals;
  for (std::uint64_t seed = first; seed <= last && failed < 5; ++seed) {
    BOOST_TEST_CHECKPOINT("ACTORS_SEED=" << seed);
    world w{seed, totals};
    if (only != 0)
      w.narrate = [](const std::string& line) { BOOST_TEST_MESSAGE(line); };
    const auto errors = w.run();
    if (errors.empty())
      continue;
    ++failed;
    BOOST_ERROR("ACTORS_SEED=" << seed << " (kind " << static_cast<int>(w.kind())
                               << "): " << errors.front() << " (" << errors.size() << " errors)");
  }
  BOOST_TEST_MESSAGE(totals.deliveries << " messages, " << totals.events << " events, "
                                       << totals.unreachable << " unreachable, " << totals.stops
                                       << " stops, " << totals.take_overs << " take-overs, "
                                       << totals.cuts_decided << " cuts decided, " << totals.winners
                                       << " winners, " << totals.rejoined << " rejoined");
  if (only != 0 || failed != 0)
    return;
  BOOST_TEST(totals.stops > histories / 4);
  BOOST_TEST(totals.take_overs > histories / 4);
  BOOST_TEST(totals.cuts_decided > histories / 10);
  BOOST_TEST(totals.winners > histories / 40);
  BOOST_TEST(totals.rejoined > histories / 4);
}

BOOST_AUTO_TEST_CASE(a_seed_replays_exactly) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    world_totals first, second;
    (void)world{seed, first}.run();
    (void)world{seed, second}.run();
    BOOST_TEST(first.deliveries == second.deliveries);
    BOOST_TEST(first.events == second.events);
  }
}
