// SPDX-License-Identifier: BSD-3-Clause
//
// actors-bench: measures our actors and what we compare with, side by side in one run.
#include "bench/baselines/caf_choice.hpp"
#include "bench/harness/child_process.hpp"
#include "bench/harness/options.hpp"
#include "bench/harness/replaced_file.hpp"
#include "bench/harness/report.hpp"
#include "bench/workloads/archive.hpp"
#include "bench/workloads/big.hpp"
#include "bench/workloads/counters.hpp"
#include "bench/workloads/memory.hpp"
#include "bench/workloads/messages.hpp"
#include "bench/workloads/network.hpp"
#include "bench/workloads/simulator.hpp"
#include "bench/workloads/spawn.hpp"
#include "bench/workloads/supervision.hpp"
#include "bench/workloads/task_graph.hpp"
#include "bench/workloads/timers.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

namespace {

bench::registry all_benchmarks() {
  bench::registry result;
  bench::add_messages(result);
  bench::add_spawn(result);
  bench::add_memory(result);
  bench::add_timers(result);
  bench::add_big(result);
  bench::add_task_graph(result);
  bench::add_archive(result);
  bench::add_counters(result);
  bench::add_supervision(result);
  bench::add_network(result);
  bench::add_simulator(result);
  return result;
}

std::vector<bench::benchmark> chosen(const bench::options& options, const bench::registry& from) {
  if (options.names.empty())
    return from.all();
  std::vector<bench::benchmark> result;
  for (const auto& name : options.names)
    result.push_back(*from.find(name));
  return result;
}

int measure_all(const bench::options& options, const bench::registry& benchmarks) {
  std::optional<bench::replaced_file> file;
  if (options.json_path)
    file.emplace(*options.json_path);
  std::vector<bench::measurement> results;
  bench::print_head();
  for (const auto& each : chosen(options, benchmarks)) {
    results.push_back(bench::measure(each, {.repetitions = options.repetitions}));
    bench::print_line(results.back());
  }
  if (file)
    file->commit(bench::to_json(results));
  auto failed = [](const auto& result) { return !result.failure.empty(); };
  return std::ranges::any_of(results, failed) ? 1 : 0;
}

int run(int argc, char** argv) {
  if (auto status = bench::run_as_peer(bench::network_roles(), argc, argv))
    return *status;
  auto benchmarks = all_benchmarks();
  if (auto status = bench::run_as_child(benchmarks, argc, argv))
    return *status;
  auto options = bench::parse(argc, argv, benchmarks);
  if (!options)
    return 0;
  if (options->caf)
    bench::override_caf(*options->caf);
  if (options->list) {
    bench::print_list(benchmarks);
    return 0;
  }
  return measure_all(*options, benchmarks);
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "actors-bench: %s\n", error.what());
    return 2;
  }
}
