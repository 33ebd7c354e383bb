// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <future>

namespace bench {

/// Times work that starts and ends on other threads than the one that waits for it, so that neither
/// starting threads nor waking the waiter counts.
class run_clock {
public:
  using clock = std::chrono::steady_clock;

  /// Threading: called once, before `finish`, ordered with it by the messages of the work itself.
  void start() { started_ = clock::now(); }

  /// Threading: called once, from any thread.
  void finish() { elapsed_.set_value(clock::now() - started_); }

  /// Waits for `finish` and returns the seconds since `start`.
  /// Errors: work that takes longer than a minute ends the program, since actors that still run
  /// refer to what the caller would destroy.
  double seconds();

private:
  clock::time_point started_{};
  std::promise<clock::duration> elapsed_;
};

/// Seconds that `work` takes on this thread.
template <class Work>
double seconds_of(Work&& work) {
  auto started = run_clock::clock::now();
  work();
  return std::chrono::duration<double>(run_clock::clock::now() - started).count();
}

} // namespace bench
