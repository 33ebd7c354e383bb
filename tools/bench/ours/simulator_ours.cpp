// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/simulator.hpp"

#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "simulate/history.hpp"
#include "simulate/memory.hpp"

namespace bench {

namespace {

double processor_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// What is wrong with the history of that seed; empty: nothing.
std::string flaw_of(std::uint64_t seed) {
  const auto r = simulate::run_history({.seed = seed});
  return r.errors.empty() ? std::string{} : "seed " + std::to_string(seed) + ": " + r.errors.front();
}

} // namespace

double ours_simulator(const simulator_params& params) {
  simulate::keep_memory();
  std::atomic<std::uint64_t> next{1};
  std::mutex mutex; // guards flaw
  std::string flaw;
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned k = 0; k < params.threads; ++k)
      threads.emplace_back([&] {
        for (std::uint64_t seed; (seed = next.fetch_add(1)) <= params.seeds;)
          if (auto found = flaw_of(seed); !found.empty()) {
            std::lock_guard guard{mutex};
            flaw = std::move(found);
          }
      });
  }
  if (!flaw.empty()) throw std::runtime_error{flaw};
  return static_cast<double>(params.seeds) / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double ours_simulator_core(std::uint64_t seeds) {
  simulate::keep_memory();
  const double begin = processor_seconds();
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    if (const auto flaw = flaw_of(seed); !flaw.empty()) throw std::runtime_error{flaw};
  return static_cast<double>(seeds) / (processor_seconds() - begin);
}

} // namespace bench
