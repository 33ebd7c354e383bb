// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/spawn.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/run_clock.hpp"

#include <algorithm>
#include <atomic>
#include <caf/all.hpp>
#include <stdexcept>

namespace bench {
namespace {

using policy = caf_choice::policy;
using more_atom = caf::atom_constant<caf::atom("more")>;

// What the children of a run add up together.
struct tally {
  std::atomic<std::uint64_t> sum{0};
  std::atomic<std::uint64_t> left{0};
  run_clock clock;

  void add(std::uint64_t number) {
    sum.fetch_add(number, std::memory_order_relaxed);
    if (left.fetch_sub(1, std::memory_order_acq_rel) == 1)
      clock.finish();
  }
};

class child : public caf::event_based_actor {
public:
  child(caf::actor_config& config, tally& to) : event_based_actor(config), tally_(to) {}

  caf::behavior make_behavior() override {
    return {[this](std::uint64_t number) {
      tally_.add(number);
      quit();
    }};
  }

private:
  tally& tally_;
};

class spawner : public caf::event_based_actor {
public:
  spawner(caf::actor_config& config, const spawn_params& params, tally& to)
      : event_based_actor(config), params_(params), tally_(to) {}

  caf::behavior make_behavior() override {
    tally_.clock.start();
    send(this, more_atom::value);
    return {[this](more_atom) { spawn_burst(); }};
  }

private:
  void spawn_burst() {
    auto end = std::min(next_ + params_.burst, params_.actors);
    for (; next_ < end; ++next_)
      send(spawn<child>(tally_), next_);
    if (next_ < params_.actors)
      send(this, more_atom::value);
    else
      quit();
  }

  spawn_params params_;
  std::uint64_t next_ = 0;
  tally& tally_;
};

// What the actors of a skynet share.
struct tree {
  skynet_params params;
  std::uint64_t sum = 0;
  run_clock clock;
};

class tree_node : public caf::event_based_actor {
public:
  tree_node(caf::actor_config& config, tree& of, caf::actor parent, std::uint64_t first,
            std::uint64_t leaves)
      : event_based_actor(config), tree_(of), parent_(std::move(parent)), first_(first),
        leaves_(leaves), waiting_(of.params.children) {}

  caf::behavior make_behavior() override {
    if (leaves_ == 1) {
      report(first_);
      return {};
    }
    auto part = leaves_ / tree_.params.children;
    for (std::uint64_t i = 0; i < tree_.params.children; ++i)
      spawn<tree_node>(tree_, caf::actor{this}, first_ + i * part, part);
    return {[this](std::uint64_t number) {
      sum_ += number;
      if (--waiting_ == 0)
        report(sum_);
    }};
  }

  void on_exit() override { parent_ = nullptr; }

private:
  void report(std::uint64_t sum) {
    if (parent_) {
      send(parent_, sum);
    } else {
      tree_.sum = sum;
      tree_.clock.finish();
    }
    quit();
  }

  tree& tree_;
  caf::actor parent_;
  std::uint64_t first_;
  std::uint64_t leaves_;
  std::uint64_t waiting_;
  std::uint64_t sum_ = 0;
};

void check(std::uint64_t sum, std::uint64_t expected) {
  if (sum != expected)
    throw std::runtime_error("CAF's actors added up to " + std::to_string(sum) + ", expected " +
                             std::to_string(expected));
}

} // namespace

double caf_spawn(const spawn_params& params) {
  tally total;
  total.left = params.actors;
  caf_system system{{policy::sharing, 2}};
  system->spawn<spawner>(params, total);
  auto seconds = total.clock.seconds();
  system.await_end();
  check(total.sum, params.actors * (params.actors - 1) / 2);
  return seconds * 1e9 / static_cast<double>(params.actors);
}

double caf_skynet(const skynet_params& params) {
  tree grown;
  grown.params = params;
  caf_system system{{policy::stealing, 2}};
  system->spawn([&](caf::event_based_actor* starter) {
    grown.clock.start();
    starter->spawn<tree_node>(grown, caf::actor{}, std::uint64_t{0}, params.leaves);
  });
  auto seconds = grown.clock.seconds();
  system.await_end();
  check(grown.sum, skynet_answer(params));
  return seconds;
}

} // namespace bench
