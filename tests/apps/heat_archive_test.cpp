// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE heat_archive
#include <boost/test/unit_test.hpp>

#include <actors/archive.hpp>

#include "heat/block.hpp"
#include "heat/edge_inbox.hpp"
#include "heat/prk.hpp"
#include "heat/serial.hpp"
#include "heat_problem.hpp"

using namespace heat;

namespace {

/// The value that comes back from an archive of `value`.
template <class T>
T moved_elsewhere(const T& value) {
  actors::buffer bytes;
  actors::encode(bytes, value);
  return actors::decode<T>({bytes.data(), bytes.size()});
}

struct member {
  block cells;
  edge_inbox inbox;
};

/// Runs in blocks of depth 3; every one is archived in the middle of each round, half of its edges
/// there.
std::vector<double> solve_with_archives(const problem& task, extent blocks) {
  constexpr std::size_t depth = 3;
  const block_plan plan{task.size, blocks};
  std::vector<member> all;
  for (std::size_t i = 0; i < plan.count(); ++i) {
    all.push_back({block{plan.place(i), depth, task.rate},
                   edge_inbox{plan.neighbour_count(i, exchanged(depth))}});
    all.back().cells.load(task.field, task.size);
  }
  for (std::uint64_t done = 0, round = 0; done < task.steps; ++round) {
    for (std::size_t i = 0; i < plan.count(); ++i) {
      for (const auto d : exchanged(depth))
        if (const auto to = plan.neighbour(i, d))
          BOOST_REQUIRE(all[*to].inbox.accept(round, opposite(d), all[i].cells.edge(d)) ==
                        arrival::kept);
      if (i == plan.count() / 2)
        for (auto& one : all)
          one = {moved_elsewhere(one.cells), moved_elsewhere(one.inbox)};
    }
    const auto length = round_length(done, task.steps, depth, {});
    for (auto& one : all) {
      const auto edges = one.inbox.take();
      for (const auto d : exchanged(depth))
        if (plan.neighbour(one.cells.place().index, d))
          BOOST_REQUIRE(one.cells.receive(d, edges[index_of(d)]));
      one.cells.advance(length);
    }
    done += length;
  }
  std::vector<double> field(task.size.area());
  for (const auto& one : all)
    one.cells.store(field, task.size);
  return field;
}

} // namespace

BOOST_AUTO_TEST_CASE(blocks_archived_in_mid_run_go_on_with_the_same_bits) {
  const auto task = random_problem({24, 36}, 20, 1);
  const auto right = solve_serially(task).field;
  for (const auto blocks : {extent{1, 1}, extent{2, 3}, extent{8, 12}})
    BOOST_TEST(same_bits(solve_with_archives(task, blocks), right));
}

BOOST_AUTO_TEST_CASE(a_prk_block_archived_in_mid_run_goes_on) {
  const extent size{20, 20};
  prk_block whole{block_plan{size, {1, 1}}.place(0), size};
  for (int sweep = 0; sweep <= 10; ++sweep) {
    whole.sweep();
    whole = moved_elsewhere(whole);
  }
  BOOST_TEST(whole.absolute_sum() / static_cast<double>(active_cells(size)) == expected_norm(10));
}
