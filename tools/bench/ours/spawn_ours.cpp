// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/spawn.hpp"

#include "bench/harness/run_clock.hpp"
#include "bench/ours/two_workers.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

struct number {
  std::uint64_t value;
};
struct more {};

// What the children of a run add up together.
struct tally {
  std::atomic<std::uint64_t> sum{0};
  std::atomic<std::uint64_t> left{0};
  run_clock clock;

  void add(std::uint64_t n) {
    sum.fetch_add(n, std::memory_order_relaxed);
    if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) clock.finish();
  }
};

class child : public actors::actor<child> {
public:
  using handles = actors::messages<number>;
  explicit child(tally& to) : tally_{&to} {}

  void on(number n) {
    tally_->add(n.value);
    stop();
  }

private:
  tally* tally_;
};

class spawner : public actors::actor<spawner> {
public:
  using handles = actors::messages<more>;
  spawner(const spawn_params& params, tally& to) : params_{params}, tally_{to} {}

  void on(more) {
    if (next_ == 0) tally_.clock.start();
    auto end = std::min(next_ + params_.burst, params_.actors);
    for (; next_ < end; ++next_) tell(spawn<child>(tally_), number{next_});
    if (next_ < params_.actors) tell(self(), more{});
  }

private:
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

class tree_node : public actors::actor<tree_node> {
public:
  using handles = actors::messages<number>;

  tree_node(tree& of, actors::ref<tree_node> parent, std::uint64_t first, std::uint64_t leaves)
      : tree_{of}, parent_{parent}, waiting_{of.params.children} {
    if (leaves == 1) {
      report(first);
      return;
    }
    auto part = leaves / tree_.params.children;
    bool top = leaves == tree_.params.leaves;
    for (std::uint64_t i = 0; i < tree_.params.children; ++i) {
      auto begin = first + i * part;
      // The root deals its children out over the shards; below, families stay together.
      if (top)
        spawn<tree_node>(actors::anywhere, std::ref(tree_), self(), begin, part);
      else
        spawn<tree_node>(tree_, self(), begin, part);
    }
  }

  void on(number n) {
    sum_ += n.value;
    if (--waiting_ == 0) report(sum_);
  }

private:
  void report(std::uint64_t sum) {
    if (parent_) {
      tell(parent_, number{sum});
    } else {
      tree_.sum = sum;
      tree_.clock.finish();
    }
    stop();
  }

  tree& tree_;
  actors::ref<tree_node> parent_;
  std::uint64_t waiting_;
  std::uint64_t sum_ = 0;
};

void check(std::uint64_t sum, std::uint64_t expected) {
  if (sum != expected)
    throw std::runtime_error("our actors added up to " + std::to_string(sum) + ", expected " +
                             std::to_string(expected));
}

} // namespace

double ours_spawn(const spawn_params& params) {
  tally total;
  total.left = params.actors;
  double seconds = 0;
  {
    actors::node node{two_workers()};
    node.spawn<spawner>(params, std::ref(total)).tell(more{});
    seconds = total.clock.seconds();
  }
  check(total.sum, params.actors * (params.actors - 1) / 2);
  return seconds * 1e9 / static_cast<double>(params.actors);
}

double ours_skynet(const skynet_params& params) {
  tree grown;
  grown.params = params;
  double seconds = 0;
  {
    actors::node node{two_workers()};
    grown.clock.start();
    node.spawn<tree_node>(std::ref(grown), actors::ref<tree_node>{}, std::uint64_t{0}, params.leaves);
    seconds = grown.clock.seconds();
  }
  check(grown.sum, skynet_answer(params));
  return seconds;
}

} // namespace bench
