// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/big.hpp"

#include "bench/harness/run_clock.hpp"
#include "bench/ours/two_workers.hpp"

#include <atomic>
#include <functional>

namespace bench {
namespace {

struct start {};
struct ping {};
struct pong {};

// What the actors of a run share.
struct crowd {
  big_params params;
  std::atomic<std::uint64_t> left{0};
  run_clock clock;
};

class member : public actors::actor<member> {
public:
  using handles = actors::messages<start, ping, pong>;
  member(const actors::member<member>& me, crowd& of)
      : all_{me.all()}, crowd_{of}, choice_{me.index()}, left_{of.params.pings} {}

  void on(start) { next(); }
  void on(ping) { tell(sender().as<member>(), pong{}); }
  void on(pong) {
    if (--left_ > 0)
      next();
    else if (crowd_.left.fetch_sub(1) == 1)
      crowd_.clock.finish();
  }

private:
  void next() { tell(all_[choice_.next(all_.size())], ping{}); }

  actors::group<member> all_;
  crowd& crowd_;
  neighbour_choice choice_;
  std::uint64_t left_;
};

} // namespace

double ours_big(const big_params& params) {
  crowd all;
  all.params = params;
  all.left = params.actors;
  actors::node node{two_workers()};
  auto members = node.spawn_group<member>(params.actors, actors::dealt, std::ref(all));
  all.clock.start();
  members.multicast(start{});
  return all.clock.seconds() * 1e9 / static_cast<double>(2 * params.actors * params.pings);
}

} // namespace bench
