// SPDX-License-Identifier: BSD-3-Clause
//
// Random histories of moves: see migration_world.hpp. `ACTORS_SEED=n` shows one again,
// `ACTORS_HISTORIES=n` goes through more of them.
#define BOOST_TEST_MODULE migration_fuzz
#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "migration_world.hpp"

using namespace actors;
using protocol::migration_plant;
using protocol::test::migration_totals;
using protocol::test::migration_world;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t histories = 400;
#else
constexpr std::uint64_t histories = 12'000;
#endif

/// The first seed that finds it, or 0.
std::uint64_t seed_that_finds(migration_plant plant, std::uint64_t most) {
  migration_totals totals;
  for (std::uint64_t seed = 1; seed <= most; ++seed)
    if (const auto errors = migration_world{seed, plant, totals}.run(); !errors.empty()) {
      BOOST_TEST_MESSAGE("plant " << static_cast<int>(plant) << ": seed " << seed << ": "
                                  << errors.front());
      return seed;
    }
  return 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(whatever_happens_there_is_one_copy) {
  const std::uint64_t only = testing::seed_from_environment(0);
  const std::uint64_t first = only != 0 ? only : 1;
  const char* most = std::getenv("ACTORS_HISTORIES");
  const std::uint64_t last = only != 0         ? only
                             : most != nullptr ? std::strtoull(most, nullptr, 10)
                                               : histories;
  std::uint64_t failed = 0;
  migration_totals totals;
  for (std::uint64_t seed = first; seed <= last && failed < 5; ++seed) {
    BOOST_TEST_CHECKPOINT("ACTORS_SEED=" << seed);
    migration_world w{seed, migration_plant::none, totals};
    if (only != 0)
      w.narrate = [](const std::string& line) { BOOST_TEST_MESSAGE(line); };
    const auto errors = w.run();
    if (errors.empty())
      continue;
    ++failed;
    BOOST_ERROR("ACTORS_SEED=" << seed << ": " << errors.front() << " (" << errors.size()
                               << " errors)");
  }
  BOOST_TEST_MESSAGE(totals.deliveries << " messages, " << totals.moved << " moved, "
                                       << totals.stayed << " stayed, " << totals.ended << " ended, "
                                       << totals.lost << " lost, " << totals.told << " told, "
                                       << totals.gone << " gone, " << totals.crashes << " crashes");
  if (only != 0 || failed != 0)
    return;
  BOOST_TEST(totals.moved > 4 * histories);
  BOOST_TEST(totals.stayed > 4 * histories);
  BOOST_TEST(totals.told > 4 * histories);
  BOOST_TEST(totals.ended > histories / 50);
  BOOST_TEST(totals.lost > histories / 200);
  BOOST_TEST(totals.gone > histories / 50);
}

BOOST_AUTO_TEST_CASE(planted_faults_are_found) {
  if (testing::seed_from_environment(0) != 0)
    return;
  for (int plant = 1; plant <= static_cast<int>(migration_plant::moves_on_early); ++plant)
    BOOST_TEST(seed_that_finds(migration_plant{static_cast<std::uint8_t>(plant)}, 2'000) != 0U,
               "plant " << plant);
}
