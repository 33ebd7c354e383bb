// SPDX-License-Identifier: BSD-3-Clause
#include "heat/job.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include <fmt/format.h>

#include "common/picture.hpp"
#include "common/progress.hpp"
#include "heat/serial.hpp"
#include "heat/threads.hpp"

namespace heat {
namespace {

using apps::expected;

double mean(const std::vector<double>& field) {
  return std::accumulate(field.begin(), field.end(), 0.0) / static_cast<double>(field.size());
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

expected<run_result> show_run(const options& asked, const problem& task, const solver_options& how,
                              apps::contact_sheet& sheet) {
  apps::progress_bar bar{"heat", task.steps};
  observer watch;
  watch.on_progress = [&](std::uint64_t done) { bar.update(done); };
  if (!asked.sheet.empty()) {
    watch.frames = frame_steps(task.steps, asked.frames);
    watch.on_frame = [&](std::uint64_t step, std::span<const double> field) {
      sheet.add(step, field);
    };
  }
  return solve_on_actors(task, how, watch);
}

/// The two take turns, and turns in going first, so that a drift of the machine hits both alike.
expected<comparison> compare_speed(const problem& task, const solver_options& how,
                                   std::size_t repetitions) {
  comparison result;
  std::vector<double> actors;
  std::vector<double> threads;
  apps::progress_bar bar{"baseline", repetitions};
  for (std::size_t i = 0; i < repetitions; ++i) {
    if (i % 2 == 0)
      threads.push_back(solve_with_threads(task, result.threads).seconds);
    const auto run = solve_on_actors(task, how);
    if (!run)
      return tl::unexpected{run.error()};
    actors.push_back(run->seconds);
    if (i % 2 == 1)
      threads.push_back(solve_with_threads(task, result.threads).seconds);
    bar.update(i + 1);
  }
  result.actors_seconds = median(actors);
  result.threads_seconds = median(threads);
  return result;
}

} // namespace

bool findings::right(const options& asked) const {
  return (!verified || verified->cells == 0) && (!prk || norm_is_right(prk->norm, asked.steps));
}

expected<problem> load_problem(const options& asked) {
  problem task{.size = asked.size, .field = {}, .rate = asked.rate, .steps = asked.steps};
  if (asked.input.empty()) {
    task.field = synthetic_field(asked.size);
    return task;
  }
  auto luma = apps::read_luma(asked.input);
  if (!luma)
    return apps::fail(fmt::format("--input {}: {}", asked.input.string(), luma.error().text));
  if (luma->size != asked.size)
    return apps::fail(fmt::format("--input {}: changed while it was read", asked.input.string()));
  task.field = std::move(luma->values);
  return task;
}

difference compare_bits(const std::vector<double>& a, const std::vector<double>& b) {
  difference found;
  for (std::size_t i = a.size(); i-- > 0;)
    if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i])) {
      ++found.cells;
      found.first = i;
    }
  return found;
}

expected<findings> run_job(const options& asked, const actors::node_options& node,
                           const problem& task, apps::contact_sheet& sheet) {
  solver_options how{.blocks = asked.blocks,
                     .shards = asked.shards,
                     .depth = asked.depth,
                     .node = node,
                     .keep = asked.keep,
                     .failures = asked.failures};
  findings found;
  auto run = show_run(asked, task, how, sheet);
  how.failures.clear(); // what follows is measured, or checked, undisturbed
  if (!run)
    return tl::unexpected{run.error()};
  found.run = std::move(*run);
  found.mean_before = mean(task.field);
  found.mean_after = mean(found.run.field);
  if (asked.verify)
    found.verified = compare_bits(found.run.field, solve_serially(task).field);
  if (asked.baseline) {
    const auto compared = compare_speed(task, how, asked.repetitions);
    if (!compared)
      return tl::unexpected{compared.error()};
    found.compared = *compared;
  }
  if (asked.prk) {
    const auto prk = prk_on_actors({task.size, task.steps}, how);
    if (!prk)
      return tl::unexpected{prk.error()};
    found.prk = *prk;
  }
  return found;
}

} // namespace heat
