// SPDX-License-Identifier: BSD-3-Clause
//
// The kill matrix: one move of three actors from node 0 to 1, known to 2 and 3, with each fault
// before each step that any node makes, alone and in pairs. See migration_world.hpp for what is
// held against it.
#define BOOST_TEST_MODULE migration_matrix
#include <boost/test/unit_test.hpp>

#include "migration_world.hpp"

using namespace actors;
using namespace actors::protocol::test;
using protocol::migration_plant;
using fault = migration_fault;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t delays = 1;
constexpr std::size_t stride = 8;
#else
/// Seeds of the delays with which the matrix is gone through.
constexpr std::uint64_t delays = 8;
/// Pairs: each step with the one `stride` later, and so on.
constexpr std::size_t stride = 1;
#endif

constexpr fault at_a_node[] = {fault::crash, fault::short_stall, fault::long_stall};
constexpr fault at_a_message[] = {fault::lose_message, fault::lose_and_break,
                                  fault::repeat_message};

std::size_t steps_of(std::uint64_t seed, bool refusing) {
  migration_totals totals;
  migration_world w{seed, {}, refusing, migration_plant::none, totals};
  BOOST_TEST(w.run().empty());
  BOOST_TEST(totals.moved == (refusing ? 2U : 3U));
  return w.steps();
}

/// False: a promise was broken.
bool holds(std::uint64_t seed, const std::vector<planned_fault>& faults, bool refusing,
           migration_totals& totals) {
  const auto errors = migration_world{seed, faults, refusing, migration_plant::none, totals}.run();
  if (errors.empty())
    return true;
  std::string cell;
  for (const planned_fault& f : faults)
    cell += " step " + std::to_string(f.step) + " fault " +
            std::to_string(static_cast<int>(f.what)) + " node " + std::to_string(f.node);
  BOOST_ERROR("seed " << seed << (refusing ? " refusing" : "") << cell << ": " << errors.front());
  return false;
}

std::vector<planned_fault> faults_at(std::size_t step) {
  std::vector<planned_fault> result;
  for (std::size_t node = 0; node < 3; ++node)
    for (const fault what : at_a_node)
      result.push_back({step, what, node});
  for (const fault what : at_a_message)
    result.push_back({step, what, 0});
  result.push_back({step, fault::end_actor, 0});
  return result;
}

void report(const char* what, const migration_totals& t) {
  BOOST_TEST_MESSAGE(what << ": " << t.histories << " histories, " << t.moved << " moved, "
                          << t.stayed << " stayed, " << t.ended << " ended, " << t.lost << " lost, "
                          << t.gone << " gone");
}

} // namespace

BOOST_AUTO_TEST_CASE(each_fault_before_each_step) {
  migration_totals totals;
  for (std::uint64_t seed = 1; seed <= delays; ++seed)
    for (const bool refusing : {false, true})
      for (std::size_t step = 0, n = steps_of(seed, refusing); step < n; ++step)
        for (const planned_fault& f : faults_at(step))
          if (!holds(seed, {f}, refusing, totals))
            return;
  report("single faults", totals);
  BOOST_TEST(totals.lost > 0U);
  BOOST_TEST(totals.gone > 0U);
}

/// What is lost is sent again, so that the move goes through.
BOOST_AUTO_TEST_CASE(no_lost_message_keeps_an_actor_from_moving) {
  for (std::uint64_t seed = 1; seed <= delays; ++seed)
    for (std::size_t step = 0, n = steps_of(seed, false); step < n; ++step)
      for (const fault what : {fault::lose_message, fault::lose_and_break, fault::repeat_message,
                               fault::short_stall}) {
        migration_totals totals;
        BOOST_REQUIRE(holds(seed, {{step, what, step % 3}}, false, totals));
        BOOST_REQUIRE_EQUAL(totals.moved, 3U);
      }
}

BOOST_AUTO_TEST_CASE(each_pair_of_faults_before_each_two_steps) {
  migration_totals totals;
  const std::size_t n = steps_of(1, false);
  for (std::size_t first = 0; first < n; ++first)
    for (std::size_t second = first; second < n; second += stride)
      for (const planned_fault& a : faults_at(first))
        for (const planned_fault& b : faults_at(second))
          if (!holds(1, {a, b}, false, totals))
            return;
  report("pairs", totals);
}
