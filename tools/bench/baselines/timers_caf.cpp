// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/timers.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/process_usage.hpp"
#include "bench/harness/run_clock.hpp"

#include <caf/all.hpp>

namespace bench {
namespace {

class waiter : public caf::event_based_actor {
public:
  waiter(caf::actor_config& config, const timers_params& params, run_clock& clock)
      : event_based_actor(config), params_(params), left_(params.timers), clock_(clock) {}

  caf::behavior make_behavior() override {
    clock_.start();
    for (std::uint64_t i = 0; i < params_.timers; ++i)
      delayed_send(this, timer_delay(params_, i), i);
    return {[this](std::uint64_t) {
      if (--left_ > 0)
        return;
      clock_.finish();
      quit();
    }};
  }

private:
  timers_params params_;
  std::uint64_t left_;
  run_clock& clock_;
};

} // namespace

double caf_timers(const timers_params& params) {
  run_clock clock;
  caf_system system{{caf_choice::policy::sharing, 1}};
  auto before = cpu_seconds();
  system->spawn<waiter>(params, clock);
  clock.seconds();
  auto used = cpu_seconds() - before;
  system.await_end();
  return used * 1e9 / static_cast<double>(params.timers);
}

} // namespace bench
