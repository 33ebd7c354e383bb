// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE heat_stencil
#include <boost/test/unit_test.hpp>

#include <cmath>
#include <numeric>
#include <random>

#include "heat/block.hpp"
#include "heat/edge_inbox.hpp"
#include "heat/prk.hpp"
#include "heat/serial.hpp"
#include "heat/snapshots.hpp"
#include "heat/stencil.hpp"
#include "heat/threads.hpp"
#include "heat_problem.hpp"

using namespace heat;

namespace {

/// What the actors do, without them: blocks, inboxes and rounds in one loop.
std::vector<double> solve_in_blocks(const problem& task, extent blocks, std::size_t depth,
                                    const std::vector<std::uint64_t>& stops = {}) {
  const block_plan plan{task.size, blocks};
  std::vector<block> all;
  std::vector<edge_inbox> inboxes;
  for (std::size_t i = 0; i < plan.count(); ++i) {
    all.emplace_back(plan.place(i), depth, task.rate).load(task.field, task.size);
    inboxes.emplace_back(plan.neighbour_count(i, exchanged(depth)));
  }
  for (std::uint64_t done = 0, round = 0; done < task.steps; ++round) {
    const auto length = round_length(done, task.steps, depth, stops);
    for (std::size_t i = 0; i < plan.count(); ++i)
      for (const auto d : exchanged(depth))
        if (const auto to = plan.neighbour(i, d))
          BOOST_REQUIRE(inboxes[*to].accept(round, opposite(d), all[i].edge(d)) == arrival::kept);
    for (std::size_t i = 0; i < plan.count(); ++i) {
      BOOST_REQUIRE(inboxes[i].complete());
      const auto edges = inboxes[i].take();
      for (const auto d : exchanged(depth))
        if (plan.neighbour(i, d))
          BOOST_REQUIRE(all[i].receive(d, edges[index_of(d)]));
      all[i].advance(length);
    }
    done += length;
  }
  std::vector<double> field(task.size.area());
  for (const auto& one : all)
    one.store(field, task.size);
  return field;
}

double prk_norm_in_blocks(const prk_problem& task, extent blocks) {
  const block_plan plan{task.size, blocks};
  std::vector<prk_block> all;
  for (std::size_t i = 0; i < plan.count(); ++i)
    all.emplace_back(plan.place(i), task.size);
  for (std::uint64_t sweep = 0; sweep <= task.iterations; ++sweep) {
    for (std::size_t i = 0; i < plan.count(); ++i)
      for (const auto d : sides)
        if (const auto to = plan.neighbour(i, d))
          BOOST_REQUIRE(all[*to].receive(opposite(d), all[i].edge(d)));
    for (auto& one : all)
      one.sweep();
  }
  double sum = 0.0;
  for (const auto& one : all)
    sum += one.absolute_sum();
  return sum / static_cast<double>(active_cells(task.size));
}

} // namespace

BOOST_AUTO_TEST_CASE(one_step_is_the_formula) {
  const problem task{
      .size = {3, 3}, .field = {0, 0, 0, 0, 100, 0, 0, 0, 0}, .rate = 0.2, .steps = 1};
  const auto field = solve_serially(task).field;
  BOOST_TEST(std::abs(field[4] - 20.0) < 1e-12);
  for (const auto side : {1, 3, 5, 7})
    BOOST_TEST(std::abs(field[static_cast<std::size_t>(side)] - 20.0) < 1e-12);
  for (const auto corner : {0, 2, 6, 8})
    BOOST_TEST(field[static_cast<std::size_t>(corner)] == 0.0);
}

BOOST_AUTO_TEST_CASE(a_row_may_be_written_over_its_neighbour) {
  std::mt19937_64 random{1};
  std::uniform_real_distribution<double> any{-1.0, 1.0};
  for (std::ptrdiff_t n = 1; n < 70; ++n) {
    std::vector<double> north(72), here(72), south(72), out(72);
    for (auto* row : {&north, &here, &south})
      for (auto& cell : *row)
        cell = any(random);
    heat_row(north.data() + 1, here.data() + 1, south.data() + 1, out.data() + 1, n, 0.2);
    auto over_north = north;
    auto over_south = south;
    heat_row(over_north.data() + 1, here.data() + 1, south.data() + 1, over_north.data() + 1, n,
             0.2);
    heat_row(north.data() + 1, here.data() + 1, over_south.data() + 1, over_south.data() + 1, n,
             0.2);
    for (std::size_t i = 1; i <= static_cast<std::size_t>(n); ++i) {
      // Plain scalar arithmetic, with every product rounded.
      volatile const double four = 4.0 * here[i];
      volatile const double flow =
          0.2 * (((north[i] + south[i]) + (here[i - 1] + here[i + 1])) - four);
      BOOST_REQUIRE(out[i] == here[i] + flow);
      BOOST_REQUIRE(over_north[i] == out[i]);
      BOOST_REQUIRE(over_south[i] == out[i]);
    }
    BOOST_REQUIRE(out[static_cast<std::size_t>(n) + 1] == 0.0);
  }
}

BOOST_AUTO_TEST_CASE(heat_is_neither_lost_nor_made) {
  const auto task = random_problem({37, 53}, 500, 2);
  const auto field = solve_serially(task).field;
  const auto sum = [](const std::vector<double>& f) {
    return std::accumulate(f.begin(), f.end(), 0.0);
  };
  BOOST_TEST(std::abs(sum(field) / sum(task.field) - 1.0) < 1e-12);
}

BOOST_AUTO_TEST_CASE(threads_equal_the_serial_loop_bit_for_bit) {
  for (const auto size : {extent{1, 1}, extent{2, 9}, extent{64, 48}, extent{101, 33}}) {
    const auto task = random_problem(size, 23, 3);
    const auto right = solve_serially(task).field;
    for (const unsigned threads : {1u, 2u, 3u})
      BOOST_TEST(same_bits(solve_with_threads(task, threads).field, right));
  }
}

BOOST_AUTO_TEST_CASE(blocks_equal_the_serial_loop_bit_for_bit) {
  const auto task = random_problem({48, 72}, 29, 4);
  const auto right = solve_serially(task).field;
  for (const auto blocks : {extent{1, 1}, extent{1, 8}, extent{8, 1}, extent{2, 3}, extent{6, 9},
                            extent{48, 72}, extent{16, 1}, extent{3, 72}}) {
    const auto size = block_plan{task.size, blocks}.block_size();
    for (const std::size_t depth : {1, 2, 3, 5, 8, 16})
      if (depth <= std::min(size.rows, size.cols)) {
        BOOST_TEST_INFO(apps::to_string(blocks) << " depth " << depth);
        BOOST_TEST(same_bits(solve_in_blocks(task, blocks, depth), right));
      }
  }
}

BOOST_AUTO_TEST_CASE(stopping_for_frames_changes_no_bit) {
  const auto task = random_problem({32, 32}, 40, 5);
  const auto right = solve_serially(task).field;
  BOOST_TEST(same_bits(solve_in_blocks(task, {4, 2}, 8, {0, 1, 2, 9, 17, 39, 40}), right));
}

BOOST_AUTO_TEST_CASE(frames_are_seen_as_they_were) {
  const auto task = random_problem({8, 8}, 10, 6);
  std::vector<std::uint64_t> seen;
  observer watch{.frames = {0, 3, 10}, .on_frame = {}, .on_progress = {}};
  watch.on_frame = [&](std::uint64_t step, std::span<const double> field) {
    seen.push_back(step);
    auto shorter = task;
    shorter.steps = step;
    BOOST_TEST(same_bits({field.begin(), field.end()}, solve_serially(shorter).field));
  };
  solve_serially(task, watch);
  BOOST_TEST((seen == watch.frames));
}

BOOST_AUTO_TEST_CASE(frame_steps_ascend_from_start_to_end) {
  BOOST_TEST((frame_steps(100, 3) == std::vector<std::uint64_t>{0, 25, 100}));
  BOOST_TEST((frame_steps(2, 12) == std::vector<std::uint64_t>{0, 1, 2}));
  BOOST_TEST((frame_steps(9, 1) == std::vector<std::uint64_t>{9}));
  BOOST_TEST(frame_steps(9, 0).empty());
}

BOOST_AUTO_TEST_CASE(rounds_end_at_stops_and_at_the_end) {
  const std::vector<std::uint64_t> stops{0, 3, 20};
  BOOST_TEST(round_length(0, 30, 8, stops) == 3u);
  BOOST_TEST(round_length(3, 30, 8, stops) == 8u);
  BOOST_TEST(round_length(19, 30, 8, stops) == 1u);
  BOOST_TEST(round_length(20, 30, 8, stops) == 8u);
  BOOST_TEST(round_length(28, 30, 8, stops) == 2u);
}

BOOST_AUTO_TEST_CASE(a_plan_knows_its_neighbours) {
  const block_plan plan{{30, 40}, {3, 4}};
  BOOST_TEST((plan.block_size() == extent{10, 10}));
  BOOST_TEST((plan.neighbour(5, direction::north) == std::size_t{1}));
  BOOST_TEST((plan.neighbour(5, direction::south_east) == std::size_t{10}));
  BOOST_TEST(!plan.neighbour(0, direction::west).has_value());
  BOOST_TEST(!plan.neighbour(3, direction::north_east).has_value());
  BOOST_TEST(plan.neighbour_count(0, sides) == 2u);
  BOOST_TEST(plan.neighbour_count(0, all_directions) == 3u);
  BOOST_TEST(plan.neighbour_count(5, all_directions) == 8u);
  for (std::size_t i = 0; i < plan.count(); ++i)
    for (const auto d : all_directions)
      if (const auto other = plan.neighbour(i, d))
        BOOST_TEST((plan.neighbour(*other, opposite(d)) == i));
  BOOST_TEST(plan.shard_of(0, 2) == 0u);
  BOOST_TEST(plan.shard_of(5, 2) == 0u);
  BOOST_TEST(plan.shard_of(6, 2) == 1u);
  BOOST_TEST(plan.shard_of(11, 2) == 1u);
}

BOOST_AUTO_TEST_CASE(the_nearest_cut_divides) {
  BOOST_TEST(nearest_cut(2048, 7) == 8u);
  BOOST_TEST(nearest_cut(2048, 5000) == 2048u);
  BOOST_TEST(nearest_cut(13, 6) == 1u);
  BOOST_TEST(nearest_cut(13, 8) == 13u);
  BOOST_TEST(nearest_cut(12, 5) == 6u);
  BOOST_TEST(nearest_cut(1, 9) == 1u);
}

BOOST_AUTO_TEST_CASE(an_inbox_tells_new_edges_from_known_and_wrong_ones) {
  edge_inbox inbox{2};
  BOOST_TEST(!inbox.complete());
  BOOST_TEST((inbox.accept(0, direction::north, {1.0}) == arrival::kept));
  BOOST_TEST((inbox.accept(0, direction::north, {1.0}) == arrival::known));
  BOOST_TEST((inbox.accept(1001, direction::south, {1.0}) == arrival::refused)); // too far ahead
  BOOST_TEST((inbox.accept(0, direction::south, {}) == arrival::refused));
  BOOST_TEST((inbox.accept(1, direction::north, {2.0}) == arrival::kept));
  BOOST_TEST((inbox.accept(0, direction::south, {3.0}) == arrival::kept));
  BOOST_TEST(inbox.complete());
  BOOST_TEST((inbox.accept(0, direction::west, {1.0}) == arrival::refused)); // one too many
  const auto edges = inbox.take();
  BOOST_TEST((edges[index_of(direction::north)] == std::vector{1.0}));
  BOOST_TEST((edges[index_of(direction::south)] == std::vector{3.0}));
  BOOST_TEST(inbox.round() == 1u);
  BOOST_TEST(!inbox.complete());
  BOOST_TEST((inbox.accept(0, direction::south, {1.0}) == arrival::known)); // past
  BOOST_TEST((inbox.accept(1, direction::south, {5.0}) == arrival::kept));
  BOOST_TEST(inbox.complete());
}

BOOST_AUTO_TEST_CASE(an_inbox_keeps_edges_of_neighbours_that_are_far_ahead) {
  edge_inbox inbox{1};
  for (const std::uint64_t round : {3, 2, 5, 0, 1, 4, 7})
    BOOST_TEST((inbox.accept(round, direction::west, {1.0 + double(round)}) == arrival::kept));
  BOOST_TEST((inbox.accept(7, direction::west, {0.5}) == arrival::known));
  for (std::uint64_t round = 0; round < 6; ++round) {
    BOOST_REQUIRE(inbox.complete());
    BOOST_TEST((inbox.take()[index_of(direction::west)] == std::vector{1.0 + double(round)}));
  }
  BOOST_TEST(!inbox.complete());
}

BOOST_AUTO_TEST_CASE(an_inbox_begins_at_any_round) {
  edge_inbox inbox{1, 7};
  BOOST_TEST((inbox.accept(6, direction::east, {1.0}) == arrival::known));
  BOOST_TEST((inbox.accept(8, direction::east, {1.0}) == arrival::kept));
  BOOST_TEST(!inbox.complete());
  BOOST_TEST((inbox.accept(7, direction::east, {1.0}) == arrival::kept));
  BOOST_TEST(inbox.complete());
}

BOOST_AUTO_TEST_CASE(an_edge_of_the_wrong_size_is_refused) {
  block one{block_plan{{8, 8}, {2, 2}}.place(0), 2, 0.2};
  BOOST_TEST(!one.receive(direction::south, std::vector<double>(7)));
  BOOST_TEST(one.receive(direction::south, std::vector<double>(8)));
  BOOST_TEST(one.receive(direction::south_east, std::vector<double>(4)));
}

BOOST_AUTO_TEST_CASE(the_prk_norm_is_the_one_on_paper) {
  for (const std::uint64_t iterations : {1, 10, 100}) {
    const auto found = prk_serially({{50, 50}, iterations});
    BOOST_TEST(found.norm == expected_norm(iterations)); // every number in it is a small integer
    BOOST_TEST(norm_is_right(found.norm, iterations));
  }
  BOOST_TEST(expected_norm(10) == 22.0);
  BOOST_TEST(!norm_is_right(22.1, 10));
  BOOST_TEST(!norm_is_right(std::nan(""), 10));
}

BOOST_AUTO_TEST_CASE(the_prk_norm_in_blocks) {
  for (const auto blocks :
       {extent{1, 1}, extent{2, 3}, extent{6, 1}, extent{12, 9}, extent{18, 18}})
    BOOST_TEST(prk_norm_in_blocks({{36, 36}, 15}, blocks) == expected_norm(15));
  BOOST_TEST(active_cells({4, 9}) == 0u);
  BOOST_TEST(active_cells({5, 9}) == 5u);
}

BOOST_AUTO_TEST_CASE(a_patch_gives_the_same_bits_as_the_whole_grid) {
  const auto task = random_problem({24, 18}, 0, 4);
  const snapshots start{block_plan{task.size, {4, 3}}, task.field};
  for (const std::uint64_t steps : {0, 1, 2, 5, 6, 7, 13, 40}) {
    auto later = task;
    later.steps = steps;
    const auto right = solve_serially(later).field;
    for (const auto blocks : {extent{1, 1}, extent{4, 3}, extent{24, 18}}) {
      const block_plan plan{task.size, blocks};
      for (std::size_t block = 0; block < plan.count(); ++block) {
        patch past{plan, block, steps, task.rate, start.cells(surroundings(plan, block, steps))};
        past.advance(steps / 2);
        past.advance(steps - steps / 2);
        const snapshots end{block_plan{task.size, {1, 1}}, right};
        BOOST_TEST(same_bits(past.values(), end.cells(surroundings(plan, block, 0))));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(snapshots_keep_the_newest_one_that_is_complete) {
  const std::vector<double> field{1.0, 2.0, 3.0, 4.0};
  snapshots kept{block_plan{{1, 4}, {1, 2}}, field};
  const region all{0, 0, {1, 4}};
  BOOST_TEST((kept.cells(all) == field));
  BOOST_TEST(kept.add(8, {0, {5.0, 6.0}}).empty());
  BOOST_TEST(kept.add(16, {0, {9.0, 9.5}}).empty());
  BOOST_TEST(kept.add(8, {0, {5.0, 6.0}}).size() == 1u); // it came back and does this step again
  BOOST_TEST(kept.step() == 0u);
  BOOST_TEST((kept.cells(all) == field));
  BOOST_TEST(kept.add(8, {1, {7.0, 8.0}}).empty());
  BOOST_TEST(kept.step() == 8u);
  BOOST_TEST((kept.cells(all) == std::vector{5.0, 6.0, 7.0, 8.0}));
  BOOST_TEST((kept.cells({0, 1, {1, 2}}) == std::vector{6.0, 7.0}));
  BOOST_TEST(kept.add(16, {1, {9.0, 9.5}}).size() == 2u); // those of step 8
  BOOST_TEST(kept.step() == 16u);
  BOOST_TEST(kept.add(8, {1, {7.0, 8.0}}).size() == 1u);
  BOOST_TEST((kept.cells(all) == std::vector{9.0, 9.5, 9.0, 9.5}));
}
