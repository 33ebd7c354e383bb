// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/big.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/run_clock.hpp"

#include <atomic>
#include <caf/all.hpp>
#include <vector>

namespace bench {
namespace {

using start_atom = caf::atom_constant<caf::atom("start")>;
using ping_atom = caf::atom_constant<caf::atom("ping")>;
using pong_atom = caf::atom_constant<caf::atom("pong")>;

// Constant while the actors run, but for the countdown.
struct crowd {
  big_params params;
  std::vector<caf::actor> members;
  std::atomic<std::uint64_t> left{0};
  run_clock clock;
};

class member : public caf::event_based_actor {
public:
  member(caf::actor_config& config, crowd& of, std::uint64_t index)
      : event_based_actor(config), crowd_(of), choice_(index), left_(of.params.pings) {}

  // An answer goes to the sender as the handler's result.
  caf::behavior make_behavior() override {
    return {[](ping_atom) { return pong_atom::value; },
            [this](pong_atom) {
              if (--left_ > 0)
                ping();
              else if (crowd_.left.fetch_sub(1) == 1)
                crowd_.clock.finish();
            },
            [this](start_atom) { ping(); }};
  }

private:
  void ping() { send(crowd_.members[choice_.next(crowd_.members.size())], ping_atom::value); }

  crowd& crowd_;
  neighbour_choice choice_;
  std::uint64_t left_;
};

} // namespace

double caf_big(const big_params& params) {
  crowd all;
  all.params = params;
  all.left = params.actors;
  caf_system system{{caf_choice::policy::sharing, 2}};
  for (std::uint64_t i = 0; i < params.actors; ++i)
    all.members.push_back(system->spawn<member>(all, i));
  system->spawn([&](caf::event_based_actor* starter) {
    all.clock.start();
    for (const auto& each : all.members)
      starter->send(each, start_atom::value);
  });
  auto seconds = all.clock.seconds();
  for (const auto& each : all.members)
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  system.await_end();
  all.members.clear();
  return seconds * 1e9 / static_cast<double>(2 * params.actors * params.pings);
}

} // namespace bench
