// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/supervision.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/run_clock.hpp"

#include <caf/all.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

using policy = caf_choice::policy;
using steady = std::chrono::steady_clock;
using fail_atom = caf::atom_constant<caf::atom("fail")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using alive_atom = caf::atom_constant<caf::atom("alive")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;

// What the instances of the failing child share.
struct ordeal {
  std::uint64_t left = 0;
  steady::time_point failed_at;
  steady::duration down{};
  run_clock clock;
};

class patient : public caf::event_based_actor {
public:
  patient(caf::actor_config& config, ordeal& shared, caf::actor keeper)
      : event_based_actor(config), shared_(shared), keeper_(std::move(keeper)) {}

  caf::behavior make_behavior() override {
    // CAF's own handler writes a line for each; ours is told to be as silent.
    set_exception_handler([](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
    return {[this](fail_atom) {
              shared_.failed_at = steady::now();
              throw std::runtime_error{"as planned"};
            },
            [this](tick_atom) {
              shared_.down += steady::now() - shared_.failed_at;
              send(keeper_, alive_atom::value);
            }};
  }

  void on_exit() override { keeper_ = nullptr; }

private:
  ordeal& shared_;
  caf::actor keeper_;
};

class keeper : public caf::event_based_actor {
public:
  keeper(caf::actor_config& config, ordeal& shared) : event_based_actor(config), shared_(shared) {}

  caf::behavior make_behavior() override {
    set_down_handler([this](const caf::down_msg&) {
      child_ = spawn<patient, caf::monitored>(shared_, caf::actor{this});
      send(child_, tick_atom::value);
    });
    child_ = spawn<patient, caf::monitored>(shared_, caf::actor{this});
    send(child_, fail_atom::value);
    return {[this](alive_atom) {
      if (--shared_.left != 0) {
        send(child_, fail_atom::value);
        return;
      }
      shared_.clock.finish();
      send_exit(child_, caf::exit_reason::user_shutdown);
      child_ = nullptr;
      quit();
    }};
  }

private:
  ordeal& shared_;
  caf::actor child_;
};

class parent : public caf::event_based_actor {
public:
  parent(caf::actor_config& config, std::uint64_t children, run_clock& clock)
      : event_based_actor(config), clock_(clock) {
    children_.reserve(children);
  }

  caf::behavior make_behavior() override {
    clock_.start();
    set_down_handler([this](const caf::down_msg&) {
      children_.pop_back();
      stop_last();
    });
    for (std::size_t i = 0; i < children_.capacity(); ++i)
      children_.push_back(spawn<caf::monitored>([](caf::event_based_actor*) -> caf::behavior {
        return {[](stop_atom) {}};
      }));
    stop_last();
    return {[](stop_atom) {}};
  }

private:
  void stop_last() {
    if (!children_.empty()) {
      send_exit(children_.back(), caf::exit_reason::user_shutdown);
      return;
    }
    clock_.finish();
    quit();
  }

  run_clock& clock_;
  std::vector<caf::actor> children_;
};

} // namespace

double caf_restart(const restart_params& params) {
  ordeal shared;
  shared.left = params.failures;
  caf_system system{{policy::sharing, 2}};
  system->spawn<keeper>(shared);
  (void)shared.clock.seconds();
  system.await_end();
  return std::chrono::duration<double, std::micro>(shared.down).count() / static_cast<double>(params.failures);
}

double caf_children(const children_params& params) {
  run_clock clock;
  caf_system system{{policy::sharing, 2}};
  system->spawn<parent>(params.children, clock);
  auto seconds = clock.seconds();
  system.await_end();
  return seconds;
}

} // namespace bench
