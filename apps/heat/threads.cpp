// SPDX-License-Identifier: BSD-3-Clause
#include "heat/threads.hpp"

#include <barrier>
#include <chrono>
#include <thread>

#include "heat/double_grid.hpp"

namespace heat {
namespace {

using clock = std::chrono::steady_clock;

/// Runs `work(0)` here and `work(1)` to `work(threads - 1)` on threads of their own.
template <class Work>
void in_parallel(unsigned threads, const Work& work) {
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t)
    others.emplace_back([&work, t] { work(t); });
  work(0);
}

} // namespace

run_result solve_with_threads(const problem& task, unsigned threads) {
  double_grid grids{task};
  std::barrier all{static_cast<std::ptrdiff_t>(threads)};
  std::chrono::duration<double> took{};
  in_parallel(threads, [&](unsigned self) {
    const auto first = static_cast<std::ptrdiff_t>(task.size.rows * self / threads);
    const auto last = static_cast<std::ptrdiff_t>(task.size.rows * (self + 1) / threads);
    all.arrive_and_wait(); // starting the threads is not part of the time
    const auto start = clock::now();
    for (std::uint64_t step = 0; step < task.steps; ++step) {
      grids.step_rows(step, first, last);
      all.arrive_and_wait();
    }
    if (self == 0)
      took = clock::now() - start;
  });
  return {grids.field(task.steps), took.count()};
}

} // namespace heat
