// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/memory.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/process_usage.hpp"
#include "bench/harness/run_clock.hpp"

#include <atomic>
#include <caf/all.hpp>
#include <vector>

namespace bench {
namespace {

struct census {
  std::atomic<std::uint64_t> left{0};
  run_clock clock;
};

class idler : public caf::event_based_actor {
public:
  idler(caf::actor_config& config, census& of) : event_based_actor(config), state_(&of) {}

  caf::behavior make_behavior() override {
    return {[this](std::uint64_t) {
      if (state_->left.fetch_sub(1, std::memory_order_acq_rel) == 1)
        state_->clock.finish();
    }};
  }

private:
  census* state_; // the 8 bytes of state
};

} // namespace

// Nothing is taken down again: the process ends with the measurement.
double caf_memory(const memory_params& params) {
  auto& counted = *new census;
  counted.left = params.actors;
  auto& system = *new caf_system{{caf_choice::policy::sharing, 1}};
  // CAF ends an actor that nobody refers to. Filled first, so that it does not count.
  auto& keep_alive = *new std::vector<caf::actor>(params.actors);
  auto before = resident_bytes();
  counted.clock.start();
  for (auto& each : keep_alive) {
    each = system->spawn<idler>(counted);
    caf::anon_send(each, std::uint64_t{1});
  }
  counted.clock.seconds();
  auto grown = static_cast<double>(resident_bytes()) - static_cast<double>(before);
  return grown / static_cast<double>(params.actors);
}

} // namespace bench
