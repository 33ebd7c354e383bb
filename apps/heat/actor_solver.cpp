// SPDX-License-Identifier: BSD-3-Clause
#include "heat/actor_solver.hpp"

#include <algorithm>
#include <functional>
#include <thread>

#include "heat/heat_actor.hpp"
#include "heat/prk_actor.hpp"

namespace heat {
namespace {

using apps::expected;

/// How many messages a shard handles before it hands over the edges for other shards. Too many, and
/// the others wait for them; too few, and they are woken for next to nothing. A tenth of a
/// millisecond of work is between the two.
std::uint32_t messages_at_once(extent grid_size, const solver_options& how) {
  constexpr std::size_t cells_at_once = std::size_t{1} << 18;
  const auto per_round = grid_size.area() / how.blocks.area() * how.depth;
  const auto per_message = std::max<std::size_t>(1, per_round / exchanged(how.depth).size());
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(cells_at_once / per_message, 4, 4096));
}

actors::node_options node_options_for(extent grid_size, const solver_options& how) {
  const actors::node_options plain;
  auto node = how.node;
  node.shards = static_cast<std::uint32_t>(how.shards);
  if (node.workers == 0)
    node.workers = std::min(node.shards, std::max(1U, std::thread::hardware_concurrency()));
  if (node.quantum == plain.quantum)
    node.quantum = messages_at_once(grid_size, how);
  if (node.slow_handler == plain.slow_handler)
    node.slow_handler = std::chrono::seconds{10}; // a round of a large block takes its time
  // All blocks report at the end: room for it.
  node.inbox_bytes = std::max(node.inbox_bytes, how.blocks.area() * 512);
  return node;
}

/// A bound on a whole run, for the case that not even the collector answers any more: a hundredth
/// of what a slow core does.
actors::duration time_limit(extent size, std::uint64_t steps, const solver_options& how) {
  constexpr double cells_per_second = 1e6;
  constexpr double longest = 365.0 * 24 * 3600;
  const auto work =
      static_cast<double>(size.area()) * static_cast<double>(steps) / cells_per_second;
  return how.patience + std::chrono::seconds{static_cast<std::int64_t>(std::min(work, longest))};
}

tl::unexpected<apps::error> failed(const actors::failure& reason) {
  return apps::fail(reason.value.empty() ? reason.what : reason.what + " (" + reason.value + ")");
}

/// What the two kinds of problems have in common: a group of blocks with their collector.
template <class Block>
class run {
public:
  run(actors::basic_node& node, const block_plan& plan, std::uint64_t steps,
      const solver_options& how, const observer& watch, actors::group<Block> blocks)
      : node_{node}, blocks_{std::move(blocks)}, limit_{time_limit(plan.grid_size(), steps, how)} {
    std::vector<actors::any_ref> members;
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      members.push_back(blocks_[i]);
    // Every block may send it its cells and a report before it gets a turn.
    const auto room = actors::spawn_options{}.limit(std::size_t{1} << 31);
    collector_ =
        node_.spawn<collector>(room, plan, steps, std::move(members), &watch, how.patience);
  }

  ~run() {
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      node_.stop(blocks_[i]);
    node_.stop(collector_);
  }
  run(const run&) = delete;
  run& operator=(const run&) = delete;

  /// Runs all steps. Gives the time they took, in seconds.
  actors::expected<double> go() {
    if (auto there = node_.ask(blocks_.reduce(check_in{}, std::plus<>{}), limit_).result(); !there)
      return tl::unexpected{there.error()};
    auto end = node_.ask(collector_, await_end{}, limit_);
    const auto start = std::chrono::steady_clock::now();
    blocks_.multicast(begin{collector_});
    return end.result().map(
        [&](collector::moment at) { return std::chrono::duration<double>{at - start}.count(); });
  }

  const actors::group<Block>& blocks() const { return blocks_; }
  const actors::ref<collector>& reports() const { return collector_; }
  actors::duration limit() const { return limit_; }

private:
  actors::basic_node& node_;
  actors::group<Block> blocks_;
  actors::duration limit_;
  actors::ref<collector> collector_;
};

actors::grid shape_of(extent blocks) { return {blocks.rows, blocks.cols}; }

void show(const observer& watch, std::uint64_t step, std::span<const double> field) {
  if (watch.on_frame && std::ranges::binary_search(watch.frames, step))
    watch.on_frame(step, field);
}

} // namespace

expected<run_result> solve_on_actors(actors::basic_node& node, const problem& task,
                                     const solver_options& how, const observer& watch) {
  const block_plan plan{task.size, how.blocks};
  const auto frames = watch.on_frame ? watch.frames : std::vector<std::uint64_t>{};
  const actors::shared<heat_setup> setup{
      {plan, how.depth, task.rate, task.steps, frames, task.field}};
  auto blocks = node.spawn_group<heat_actor>(shape_of(how.blocks), actors::spread, setup);
  run<heat_actor> all{node, plan, task.steps, how, watch, std::move(blocks)};
  show(watch, 0, task.field);
  const auto seconds = all.go();
  if (!seconds)
    return failed(seconds.error());
  auto field = node.ask(all.reports(), await_field{}, all.limit());
  all.blocks().multicast(hand_in{});
  auto result = field.result();
  if (!result)
    return failed(result.error());
  show(watch, task.steps, *result);
  if (watch.on_progress)
    watch.on_progress(task.steps);
  return run_result{std::move(*result), *seconds};
}

expected<run_result> solve_on_actors(const problem& task, const solver_options& how,
                                     const observer& watch) {
  actors::node node{node_options_for(task.size, how)};
  return solve_on_actors(node, task, how, watch);
}

expected<prk_result> prk_on_actors(actors::basic_node& node, const prk_problem& task,
                                   const solver_options& how) {
  const block_plan plan{task.size, how.blocks};
  const auto sweeps = task.iterations + 1;
  auto blocks = node.spawn_group<prk_actor>(shape_of(how.blocks), actors::spread, plan, sweeps);
  static const observer nobody;
  run<prk_actor> all{node, plan, sweeps, how, nobody, std::move(blocks)};
  const auto seconds = all.go();
  if (!seconds)
    return failed(seconds.error());
  const auto sum =
      node.ask(all.blocks().reduce(absolute_sum{}, std::plus<>{}), all.limit()).result();
  if (!sum)
    return failed(sum.error());
  return prk_result{*sum / static_cast<double>(active_cells(task.size)), *seconds};
}

expected<prk_result> prk_on_actors(const prk_problem& task, const solver_options& how) {
  actors::node node{node_options_for(task.size, how)};
  return prk_on_actors(node, task, how);
}

} // namespace heat
