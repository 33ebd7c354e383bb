// SPDX-License-Identifier: BSD-3-Clause
//
// Random histories of whole clusters: those of tools/simulate. `simulate --seed n --verbose` shows one.
#define BOOST_TEST_MODULE cluster_histories
#include <boost/test/unit_test.hpp>

#include "simulate/history.hpp"
#include "simulate/memory.hpp"
#include "simulation/planted.hpp"

using namespace simulate;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t histories = 10;
constexpr bool looks_for_plants = false;
#else
constexpr std::uint64_t histories = 200;
constexpr bool looks_for_plants = true;
#endif
constexpr std::uint64_t most_seeds = 2000;

/// The first seed that finds the bug; 0: none did.
std::uint64_t found_at(std::string_view bug) {
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed)
    if (!run_history({.seed = seed, .planted = std::string{bug}}).errors.empty()) return seed;
  return 0;
}

struct memory_kept {
  memory_kept() { keep_memory(); }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(memory_kept);

BOOST_AUTO_TEST_CASE(whatever_happens_a_cluster_keeps_its_promises) {
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    const auto r = run_history({.seed = seed});
    if (!r.errors.empty()) BOOST_ERROR("simulate --seed " << seed << " --verbose: " << r.errors.front());
  }
}

BOOST_AUTO_TEST_CASE(a_seed_replays_exactly) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    BOOST_TEST(run_history({.seed = seed}).digest == run_history({.seed = seed}).digest);
}

BOOST_AUTO_TEST_CASE(planted_bugs_are_found) {
  // Some need hundreds of histories; a sanitizer learns nothing from those.
  if (!looks_for_plants) return;
  for (const auto& bug : actors::simulation::all_planted()) {
    const std::uint64_t seed = found_at(bug.name);
    BOOST_TEST_MESSAGE(bug.name << " is found at seed " << seed);
    BOOST_TEST(seed != 0U, bug.name);
  }
}
