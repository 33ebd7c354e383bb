// SPDX-License-Identifier: BSD-3-Clause
// Blocks that fail in mid-run: whatever fails, and when, the bits and the frames are those of the
// serial loop.
#define BOOST_TEST_MODULE heat_recovery
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include <actors/supervision/supervision.hpp>
#include <actors/testing.hpp>

#include "heat/actor_solver.hpp"
#include "heat/heat_actor.hpp"
#include "heat/serial.hpp"
#include "heat_problem.hpp"
#include "heat_saboteur.hpp"

using namespace heat;
namespace sup = actors::supervision;
using namespace std::chrono_literals;

namespace {

/// Runs with all frames checked; what else is to be seen is returned.
struct checked_run {
  problem task = random_problem({24, 18}, 23, 2);
  solver_options how{.blocks = {4, 3}, .depth = 2, .keep = 4};
  std::vector<double> right = solve_serially(task).field;
  std::vector<std::uint64_t> frames{0, 2, 9, 10, 23};

  run_result on(actors::basic_node& node) {
    std::vector<std::uint64_t> seen;
    observer watch{.frames = frames, .on_frame = {}, .on_progress = {}};
    watch.on_frame = [&](std::uint64_t step, std::span<const double> field) {
      seen.push_back(step);
      auto shorter = task;
      shorter.steps = step;
      BOOST_TEST(same_bits({field.begin(), field.end()}, solve_serially(shorter).field));
    };
    auto run = solve_on_actors(node, task, how, watch);
    BOOST_REQUIRE_MESSAGE(run, run.error().text);
    BOOST_TEST(same_bits(run->field, right));
    BOOST_TEST((seen == frames));
    for (const auto& one : how.failures)
      BOOST_TEST(failures_of(*run, one) >= std::ranges::count(how.failures, one));
    return std::move(*run);
  }

  static std::ptrdiff_t failures_of(const run_result& run, const failure_order& order) {
    return std::ranges::count_if(run.recoveries, [&](const recovery& one) {
      return one.block == order.block && one.failed_at == order.step;
    });
  }
};

/// Runs `test(seed, node)` under many schedules.
template <class Test>
void under_many_schedules(std::uint64_t count, Test&& test) {
  const auto first = actors::testing::seed_from_environment(1);
  for (auto seed = first; seed < first + count; ++seed)
    BOOST_TEST_CONTEXT("ACTORS_SEED=" << seed) {
      actors::testing::node node{
          {.seed = seed, .shards = static_cast<std::uint32_t>(1 + seed % 3)}};
      test(seed, node);
    }
}

void check_with_failures(const std::vector<failure_order>& failures) {
  under_many_schedules(25, [&](std::uint64_t seed, actors::testing::node& node) {
    checked_run run;
    run.how.depth = 1 + seed % 5;
    run.how.keep = 1 + seed % 7;
    run.how.failures = failures;
    const auto result = run.on(node);
    BOOST_TEST(result.recoveries.size() == failures.size());
    for (const auto& one : result.recoveries)
      BOOST_TEST(one.from < one.failed_at);
  });
}

} // namespace

BOOST_AUTO_TEST_CASE(one_block_in_mid_run) { check_with_failures({{5, 12}}); }

BOOST_AUTO_TEST_CASE(in_the_first_and_in_the_last_round) {
  check_with_failures({{4, 1}});
  check_with_failures({{0, 23}});
  check_with_failures({{4, 1}, {4, 23}, {11, 23}});
}

BOOST_AUTO_TEST_CASE(neighbours_at_once_and_blocks_far_apart_at_once) {
  check_with_failures({{4, 12}, {5, 12}});
  check_with_failures({{4, 12}, {8, 12}, {0, 12}, {11, 12}});
}

BOOST_AUTO_TEST_CASE(neighbours_one_after_the_other) {
  check_with_failures({{4, 10}, {5, 11}, {7, 12}, {8, 13}, {4, 14}});
}

BOOST_AUTO_TEST_CASE(the_same_block_again_and_again) {
  check_with_failures({{5, 12}, {5, 12}, {5, 12}});
  check_with_failures({{5, 11}, {5, 12}, {5, 13}, {5, 14}});
}

BOOST_AUTO_TEST_CASE(all_blocks_at_once) {
  std::vector<failure_order> all;
  for (std::size_t block = 0; block < 12; ++block)
    all.push_back({block, 12});
  check_with_failures(all);
}

BOOST_AUTO_TEST_CASE(any_failures_and_any_harm_from_strangers) {
  std::uint64_t in_mid_run = 0;
  under_many_schedules(300, [&](std::uint64_t seed, actors::testing::node& node) {
    actors::testing::random_source random{seed};
    checked_run run;
    run.how.depth = 1 + random.below(5);
    run.how.keep = 1 + random.below(12);
    for (auto left = random.below(6); left > 0; --left)
      run.how.failures.push_back({random.below(12), 1 + random.below(23)});
    node.spawn<saboteur>(seed, run.how.blocks, static_cast<int>(random.below(12)), any_harm);
    const auto result = run.on(node);
    for (const auto& one : result.recoveries)
      in_mid_run += one.failed_at > 0 && one.failed_at < 23 ? 1 : 0;
  });
  BOOST_TEST(in_mid_run > 700u); // the harm falls where it is to fall
}

BOOST_AUTO_TEST_CASE(a_long_run_in_which_much_fails) {
  under_many_schedules(10, [&](std::uint64_t seed, actors::testing::node& node) {
    checked_run run;
    run.task.steps = 200;
    run.right = solve_serially(run.task).field;
    run.frames = {0, 77, 150, 200};
    run.how.keep = 1 + seed * 3;
    run.how.most_restarts = 1000;
    node.spawn<saboteur>(seed, run.how.blocks, 150, any_harm);
    (void)run.on(node);
  });
}

BOOST_AUTO_TEST_CASE(a_killed_block_comes_back) {
  under_many_schedules(20, [&](std::uint64_t seed, actors::testing::node& node) {
    checked_run run;
    node.spawn<saboteur>(seed, run.how.blocks, 1, harm::kill);
    BOOST_TEST(run.on(node).recoveries.size() <= 1u);
  });
}

BOOST_AUTO_TEST_CASE(on_real_threads) {
  checked_run run;
  run.task.steps = 400;
  run.right = solve_serially(run.task).field;
  run.frames = {0, 100, 400};
  actors::node node{{.shards = 3, .level = actors::log_level::error}};
  for (std::uint64_t turn = 0; turn < 20; ++turn) {
    actors::testing::random_source random{turn};
    run.how.failures.clear();
    for (int i = 0; i < 12; ++i)
      run.how.failures.push_back({random.below(12), 1 + random.below(400)});
    (void)run.on(node);
  }
}

BOOST_AUTO_TEST_CASE(two_runs_follow_each_other_on_one_node) {
  actors::testing::node node{{.seed = 1}};
  node.run_until_idle();
  const auto before = node.counters().live_actors;
  for (int i = 0; i < 2; ++i) {
    checked_run run;
    run.how.failures = {{3, 9}};
    (void)run.on(node);
    node.run_until_idle();
    BOOST_TEST(node.counters().live_actors == before);
    BOOST_TEST(!node.find<sup::supervisor>("heat"));
  }
}

BOOST_AUTO_TEST_CASE(a_run_finds_another_name_where_its_own_is_taken) {
  actors::testing::node node{{.seed = 1}};
  const auto other = node.spawn<saboteur>(1U, extent{1, 1}, 0, any_harm);
  BOOST_REQUIRE(node.register_name("heat", other));
  checked_run run;
  run.how.failures = {{3, 9}};
  (void)run.on(node);
}

BOOST_AUTO_TEST_CASE(a_block_that_fails_too_often_ends_the_run) {
  under_many_schedules(10, [&](std::uint64_t seed, actors::testing::node& node) {
    checked_run run;
    run.task.steps = 1000;
    run.how.most_restarts = 1;
    node.spawn<saboteur>(seed, run.how.blocks, 100, harm::kill, 1U);
    const auto result = solve_on_actors(node, run.task, run.how);
    BOOST_REQUIRE(!result);
    BOOST_TEST(result.error().text.starts_with("the supervisor of the blocks ended: "),
               result.error().text);
  });
}

BOOST_AUTO_TEST_CASE(without_copies_a_failure_ends_the_run) {
  actors::testing::node node{{.seed = 1}};
  checked_run run;
  run.how.keep = 0;
  (void)run.on(node);
  run.how.failures = {{5, 12}};
  const auto result = solve_on_actors(node, run.task, run.how);
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().text.find("(last: '2x3': was told to fail at step 12)") !=
                 std::string::npos,
             result.error().text);
}
