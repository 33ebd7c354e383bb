// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE heat_actors
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include <actors/testing.hpp>

#include "heat/actor_solver.hpp"
#include "heat/heat_actor.hpp"
#include "heat/serial.hpp"
#include "heat_problem.hpp"

using namespace heat;
using namespace std::chrono_literals;

namespace {

std::size_t deepest(extent size, extent blocks) {
  const auto block = block_plan{size, blocks}.block_size();
  return std::min(block.rows, block.cols);
}

actors::testing::simulation_options simulated(std::uint64_t seed) {
  return {.seed = seed, .shards = static_cast<std::uint32_t>(1 + seed % 3)};
}

/// A collector that looks after two blocks and somebody else.
struct small_run {
  actors::testing::node node{{.seed = 1}};
  observer nobody;
  actors::ref<collector> reports =
      node.spawn<collector>(block_plan{{8, 8}, {1, 2}}, 10U, &nobody, 60s);
  actors::ref<collector> other =
      node.spawn<collector>(block_plan{{8, 8}, {1, 2}}, 10U, &nobody, 60s);
  actors::future<void> set_up = node.ask(reports, watch_over{{{other, "keeper of copies"}}}, 10min);

  std::string failure() {
    auto end = node.ask(reports, await_end{}, 10min);
    const auto result = end.result();
    return result ? "none" : result.error().what;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(actors_equal_the_serial_loop_bit_for_bit) {
  const auto task = random_problem({48, 64}, 29, 1);
  const auto right = solve_serially(task).field;
  for (const auto blocks :
       {extent{1, 1}, extent{2, 4}, extent{8, 8}, extent{1, 16}, extent{48, 64}})
    for (const std::size_t shards : {1, 2, 3})
      for (const std::size_t depth : {1, 3, 4})
        if (depth <= deepest(task.size, blocks)) {
          BOOST_TEST_INFO(apps::to_string(blocks) << " shards " << shards << " depth " << depth);
          const auto run =
              solve_on_actors(task, {.blocks = blocks, .shards = shards, .depth = depth});
          BOOST_REQUIRE_MESSAGE(run, run.error().text);
          BOOST_TEST(same_bits(run->field, right));
        }
}

BOOST_AUTO_TEST_CASE(any_schedule_gives_the_same_bits_and_frames) {
  const auto task = random_problem({24, 18}, 23, 2);
  const auto right = solve_serially(task).field;
  for (std::uint64_t seed = actors::testing::seed_from_environment(1), end = seed + 60; seed < end;
       ++seed) {
    BOOST_TEST_CONTEXT("ACTORS_SEED=" << seed) {
      actors::testing::node node{simulated(seed)};
      std::vector<std::uint64_t> seen;
      observer watch{.frames = {0, 2, 9, 23}, .on_frame = {}, .on_progress = {}};
      watch.on_frame = [&](std::uint64_t step, std::span<const double> field) {
        seen.push_back(step);
        auto shorter = task;
        shorter.steps = step;
        BOOST_TEST(same_bits({field.begin(), field.end()}, solve_serially(shorter).field));
      };
      const auto run =
          solve_on_actors(node, task, {.blocks = {4, 3}, .depth = 1 + seed % 5}, watch);
      BOOST_REQUIRE_MESSAGE(run, run.error().text);
      BOOST_TEST(same_bits(run->field, right));
      BOOST_TEST((seen == watch.frames));
    }
  }
}

BOOST_AUTO_TEST_CASE(prk_has_the_norm_on_paper) {
  for (const auto blocks : {extent{1, 1}, extent{2, 3}, extent{18, 18}})
    for (const std::size_t shards : {1, 2, 3}) {
      const auto found = prk_on_actors({{36, 36}, 15}, {.blocks = blocks, .shards = shards});
      BOOST_REQUIRE_MESSAGE(found, found.error().text);
      BOOST_TEST(found->norm == expected_norm(15));
    }
}

BOOST_AUTO_TEST_CASE(a_collector_answers_when_all_blocks_are_set_up) {
  small_run run;
  run.reports.tell(ready{0});
  run.reports.tell(ready{0}); // it has come back
  run.node.run_until_idle();
  BOOST_TEST(!run.set_up.ready());
  run.reports.tell(ready{1});
  BOOST_TEST(run.set_up.result().has_value());
}

BOOST_AUTO_TEST_CASE(progress_that_goes_back_or_comes_twice_does_not_count) {
  small_run run;
  for (const std::uint64_t done : {10, 4, 10, 10})
    run.reports.tell(progress{0, done});
  auto end = run.node.ask(run.reports, await_end{}, 10min);
  run.node.run_until_idle();
  BOOST_TEST(!end.ready());
  run.reports.tell(progress{1, 10});
  BOOST_TEST(end.result().has_value());
}

BOOST_AUTO_TEST_CASE(the_end_of_a_keeper_fails_the_run) {
  small_run run;
  run.node.kill(run.other);
  BOOST_TEST(run.failure().starts_with("the keeper of copies ended: "), run.failure());
}

BOOST_AUTO_TEST_CASE(a_run_in_which_nothing_goes_on_fails) {
  small_run run;
  run.reports.tell(progress{0, 4});
  BOOST_TEST(run.failure() ==
             "nothing was heard of any block for 60 s; block 1x2 is at step 0 of 10");
  BOOST_TEST((run.node.now() < 61s));
}

BOOST_AUTO_TEST_CASE(a_block_that_does_the_same_again_and_again_is_nothing_that_goes_on) {
  small_run run;
  for (int i = 0; i < 10; ++i) {
    run.reports.tell(progress{0, 4});
    run.reports.tell(ready{0});
    run.node.run_for(6100ms);
  }
  BOOST_TEST(run.failure().starts_with("nothing was heard of any block"));
  BOOST_TEST((run.node.now() < 62s));
}

BOOST_AUTO_TEST_CASE(an_observer_that_throws_fails_the_run) {
  const auto task = random_problem({8, 8}, 10, 3);
  observer watch{.frames = {4}, .on_frame = {}, .on_progress = {}};
  watch.on_frame = [](std::uint64_t, std::span<const double>) {
    throw std::runtime_error{"disk full"};
  };
  const auto run = solve_on_actors(
      task, {.blocks = {2, 2}, .depth = 2, .node = {.level = actors::log_level::error}}, watch);
  BOOST_REQUIRE(!run);
  BOOST_TEST(run.error().text.find("disk full") != std::string::npos);
}
