// SPDX-License-Identifier: BSD-3-Clause
//
// Random histories of small clusters: see directory_world.hpp. `ACTORS_SEED=n` shows one again.
#define BOOST_TEST_MODULE directory_fuzz
#include <boost/test/unit_test.hpp>

#include "directory_world.hpp"

using namespace actors;
using protocol::planted;
using protocol::test::directory_totals;
using protocol::test::directory_world;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t histories = 300;
#else
constexpr std::uint64_t histories = 3'000;
#endif

/// The first seed that finds it, or 0.
std::uint64_t seed_that_finds(planted plant, std::uint64_t most) {
  directory_totals totals;
  for (std::uint64_t seed = 1; seed <= most; ++seed)
    if (const auto errors = directory_world{seed, plant, totals}.run(); !errors.empty()) {
      BOOST_TEST_MESSAGE("plant " << static_cast<int>(plant) << ": seed " << seed << ": "
                                  << errors.front());
      return seed;
    }
  return 0;
}

} // namespace

BOOST_AUTO_TEST_CASE(whatever_happens_everything_exists_once) {
  const std::uint64_t only = testing::seed_from_environment(0);
  const std::uint64_t first = only != 0 ? only : 1;
  const std::uint64_t last = only != 0 ? only : histories;
  std::uint64_t failed = 0;
  directory_totals totals;
  for (std::uint64_t seed = first; seed <= last && failed < 5; ++seed) {
    BOOST_TEST_CHECKPOINT("ACTORS_SEED=" << seed);
    directory_world w{seed, planted::none, totals};
    if (only != 0)
      w.narrate = [](const std::string& line) { BOOST_TEST_MESSAGE(line); };
    const auto errors = w.run();
    if (errors.empty())
      continue;
    ++failed;
    BOOST_ERROR("ACTORS_SEED=" << seed << " (kind " << static_cast<int>(w.kind())
                               << "): " << errors.front() << " (" << errors.size() << " errors)");
  }
  BOOST_TEST_MESSAGE(totals.granted << " granted, " << totals.taken << " taken, " << totals.resolved
                                    << " resolved, " << totals.failed << " failed, "
                                    << totals.activations << " activations, " << totals.ended
                                    << " ended, " << totals.revoked << " revoked, " << totals.terms
                                    << " up numbers of registrars");
  if (only != 0 || failed != 0)
    return;
  BOOST_TEST(totals.granted > 20 * histories);
  BOOST_TEST(totals.taken > 20 * histories);
  BOOST_TEST(totals.resolved > 100 * histories);
  BOOST_TEST(totals.activations > 20 * histories);
  BOOST_TEST(totals.terms > histories * 5 / 4);
}

BOOST_AUTO_TEST_CASE(planted_faults_are_found) {
  if (testing::seed_from_environment(0) != 0)
    return;
  for (const planted plant :
       {planted::term_not_checked, planted::serves_early, planted::frees_at_down,
        planted::duplicates_taken, planted::gaps_taken, planted::activations_unreported,
        planted::names_not_swept, planted::replaces_unreachable, planted::requests_forgotten,
        planted::ends_untold})
    BOOST_TEST(seed_that_finds(plant, 2'000) != 0U, "plant " << static_cast<int>(plant));
}
