// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/memory.hpp"

#include "bench/harness/process_usage.hpp"
#include "bench/harness/run_clock.hpp"
#include "bench/ours/two_workers.hpp"

#include <algorithm>
#include <atomic>

namespace bench {
namespace {

struct touch {};
struct more {};

struct census {
  std::atomic<std::uint64_t> left{0};
  run_clock clock;
};

class idler : public actors::actor<idler> {
public:
  using handles = actors::messages<touch>;
  explicit idler(census& of) : state_{&of} {}

  void on(touch) {
    if (state_->left.fetch_sub(1, std::memory_order_acq_rel) == 1) state_->clock.finish();
  }

private:
  census* state_; // the 8 bytes of state
};
static_assert(sizeof(idler) == 8);

class parent : public actors::actor<parent> {
public:
  using handles = actors::messages<more>;
  parent(census& of, std::uint64_t actors) : census_{of}, left_{actors} {}

  void on(more) {
    for (std::uint64_t n = std::min<std::uint64_t>(left_, 1000); n > 0; --n, --left_)
      tell(spawn<idler>(census_), touch{});
    if (left_ > 0) tell(self(), more{});
  }

private:
  census& census_;
  std::uint64_t left_;
};

} // namespace

// Nothing is taken down again: the process ends with the measurement.
double ours_memory(const memory_params& params) {
  auto& counted = *new census;
  counted.left = params.actors;
  auto& node = *new actors::node{two_workers()};
  auto before = resident_bytes();
  counted.clock.start();
  for (unsigned s = 0; s < workers; ++s)
    node.spawn<parent>(actors::on_shard(s), std::ref(counted), params.actors / workers).tell(more{});
  counted.clock.seconds();
  auto grown = static_cast<double>(resident_bytes()) - static_cast<double>(before);
  return grown / static_cast<double>(params.actors);
}

} // namespace bench
