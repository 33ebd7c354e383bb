// SPDX-License-Identifier: BSD-3-Clause
//
// Random trees with random delays, failures at every point and requests at any time: see
// core_world.hpp. `ACTORS_SEED=n` shows one history again.
#define BOOST_TEST_MODULE core_fuzz
#include <boost/test/unit_test.hpp>

#include "core_world.hpp"

using namespace actors;
using supervision::detail::test::world;
using supervision::detail::test::world_totals;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t worlds = 4'000;
#else
constexpr std::uint64_t worlds = 100'000;
#endif

} // namespace

BOOST_AUTO_TEST_CASE(whatever_happens_the_core_keeps_its_promises) {
  const std::uint64_t only = testing::seed_from_environment(0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : worlds;
  std::uint64_t failed = 0;
  world_totals totals;
  for (std::uint64_t seed = first; seed <= last && failed < 5; ++seed) {
    BOOST_TEST_CHECKPOINT("ACTORS_SEED=" << seed);
    const auto errors = world{seed, totals}.run();
    if (errors.empty())
      continue;
    ++failed;
    BOOST_ERROR("ACTORS_SEED=" << seed << ": " << errors.front() << " (" << errors.size()
                               << " errors)");
  }
  BOOST_TEST_MESSAGE(totals.orders << " orders, " << totals.group_restarts << " group restarts, "
                                   << totals.covered_ends << " covered ends, " << totals.retries
                                   << " retries, " << totals.crossed_halts << " crossed halts, "
                                   << totals.settled << " settled");
  for (const auto& [reason, count] : totals.finishes)
    BOOST_TEST_MESSAGE(count << " finished: " << reason);
  if (only != 0 || failed != 0)
    return;
  BOOST_TEST(totals.group_restarts > worlds / 4);
  BOOST_TEST(totals.covered_ends > worlds / 100);
  BOOST_TEST(totals.retries > worlds / 10);
  BOOST_TEST(totals.crossed_halts > worlds / 1000);
  BOOST_TEST(totals.settled > worlds / 4);
  for (const char* reason : {"cannot", "restart", "auto"})
    BOOST_TEST(totals.finishes[reason] > worlds / 100);
}

BOOST_AUTO_TEST_CASE(a_seed_replays_exactly) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    world_totals first, second;
    (void)world{seed, first}.run();
    (void)world{seed, second}.run();
    BOOST_TEST(first.orders == second.orders);
  }
}
