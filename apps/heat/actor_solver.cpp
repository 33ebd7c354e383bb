// SPDX-License-Identifier: BSD-3-Clause
#include "heat/actor_solver.hpp"

#include <algorithm>
#include <numeric>
#include <thread>

#include "heat/heat_actor.hpp"
#include "heat/prk_actor.hpp"
#include "heat/supervised_run.hpp"

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

/// A bound on a whole run, for the case that not even the collector answers any more: its patience,
/// and a hundredth of what a slow core does.
actors::duration time_limit(extent size, std::uint64_t steps, const solver_options& how) {
  constexpr double cells_per_second = 1e6;
  constexpr double longest = 365.0 * 24 * 3600;
  const auto work =
      static_cast<double>(size.area()) * static_cast<double>(steps) / cells_per_second;
  return 2 * how.patience +
         std::chrono::seconds{static_cast<std::int64_t>(std::min(work, longest))};
}

/// Over all nodes of the cluster that are up, in the order of their names.
solver_options on_members_of(const actors::node& node, solver_options how) {
  for (const auto& member : node.members())
    if (member.state == actors::node_state::up)
      how.nodes.push_back(member.name);
  std::ranges::sort(how.nodes);
  return how;
}

tl::unexpected<apps::error> failed(const actors::failure& reason) {
  return apps::fail(reason.value.empty() ? reason.what : reason.what + " (" + reason.value + ")");
}

std::uint32_t most_restarts(const solver_options& how) {
  return how.keep == 0 ? 0 : how.most_restarts + static_cast<std::uint32_t>(how.failures.size());
}

void show(const observer& watch, std::uint64_t step, std::span<const double> field) {
  if (watch.on_frame && std::ranges::binary_search(watch.frames, step))
    watch.on_frame(step, field);
}

} // namespace

expected<run_result> solve_on_actors(actors::basic_node& node, const problem& task,
                                     const solver_options& how, const observer& watch) {
  const block_plan plan{task.size, how.blocks};
  const auto frames = watch.on_frame ? watch.frames : std::vector<std::uint64_t>{};
  supervised_run all{
      node,
      {.name = "heat",
       .make = &block_child<heat_actor>,
       .setup = {plan, how.depth, task.rate, task.steps, how.keep, frames},
       .field = task.field,
       .nodes = how.nodes,
       .parts = plan,
       .failures = how.failures,
       .most_restarts = most_restarts(how),
       .patience = how.patience,
       .limit = time_limit(task.size, task.steps, how)},
      watch};
  show(watch, 0, task.field);
  const auto seconds = all.go();
  if (!seconds)
    return failed(seconds.error());
  auto field = all.field();
  if (!field)
    return failed(field.error());
  auto came_back = all.recoveries();
  if (!came_back)
    return failed(came_back.error());
  show(watch, task.steps, *field);
  if (watch.on_progress)
    watch.on_progress(task.steps);
  return run_result{std::move(*field), *seconds, std::move(*came_back)};
}

expected<run_result> solve_on_actors(const problem& task, const solver_options& how,
                                     const observer& watch) {
  actors::node node{node_options_for(task.size, how)};
  return solve_on_actors(node, task, on_members_of(node, how), watch);
}

expected<prk_result> prk_on_actors(actors::basic_node& node, const prk_problem& task,
                                   const solver_options& how) {
  const auto sweeps = task.iterations + 1;
  static const observer nobody;
  supervised_run all{node,
                     {.name = "prk",
                      .make = &block_child<prk_actor>,
                      .setup = {.plan = {task.size, how.blocks}, .steps = sweeps},
                      .field = {},
                      .nodes = how.nodes,
                      .parts = plan_of_sums(how.blocks),
                      .failures = {},
                      .patience = how.patience,
                      .limit = time_limit(task.size, sweeps, how)},
                     nobody};
  const auto seconds = all.go();
  if (!seconds)
    return failed(seconds.error());
  const auto sums = all.field();
  if (!sums)
    return failed(sums.error());
  const auto sum = std::accumulate(sums->begin(), sums->end(), 0.0);
  return prk_result{sum / static_cast<double>(active_cells(task.size)), *seconds};
}

expected<prk_result> prk_on_actors(const prk_problem& task, const solver_options& how) {
  actors::node node{node_options_for(task.size, how)};
  return prk_on_actors(node, task, on_members_of(node, how));
}

} // namespace heat
