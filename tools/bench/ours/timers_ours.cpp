// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/timers.hpp"

#include "bench/harness/process_usage.hpp"
#include "bench/harness/run_clock.hpp"
#include "bench/ours/two_workers.hpp"

namespace bench {
namespace {

struct due {
  std::uint64_t number;
};
struct start {};

class waiter : public actors::actor<waiter> {
public:
  using handles = actors::messages<start, due>;
  waiter(const timers_params& params, run_clock& clock)
      : params_{params}, left_{params.timers}, clock_{clock} {}

  void on(start) {
    clock_.start();
    for (std::uint64_t i = 0; i < params_.timers; ++i) send_after(timer_delay(params_, i), due{i});
  }
  void on(due) {
    if (--left_ == 0) clock_.finish();
  }

private:
  timers_params params_;
  std::uint64_t left_;
  run_clock& clock_;
};

} // namespace

double ours_timers(const timers_params& params) {
  run_clock clock;
  actors::node node{two_workers()};
  auto before = cpu_seconds();
  node.spawn<waiter>(params, std::ref(clock)).tell(start{});
  clock.seconds();
  auto used = cpu_seconds() - before;
  return used * 1e9 / static_cast<double>(params.timers);
}

} // namespace bench
