// SPDX-License-Identifier: BSD-3-Clause
#include "bench/ours/ping_pong.hpp"

#include "bench/harness/run_clock.hpp"

#include <actors/node.hpp>
#include <atomic>
#include <functional>
#include <vector>

namespace bench {
namespace {

struct ball {
  std::uint64_t left;
};

// What the players of a run share.
struct match {
  std::atomic<std::uint64_t> pairs_left;
  run_clock clock;
};

class player : public actors::actor<player> {
public:
  using handles = actors::messages<ball>;
  player(match& of, actors::ref<player> peer) : match_{of}, peer_{peer} {}

  void on(ball b) {
    if (b.left > 0)
      tell(peer_ ? peer_ : sender().as<player>(), ball{b.left - 1});
    else if (match_.pairs_left.fetch_sub(1) == 1)
      match_.clock.finish();
  }

private:
  match& match_;
  actors::ref<player> peer_;
};

} // namespace

double run_pairs(const pairs_params& params, const actors::node_options& options, placement where) {
  match played;
  played.pairs_left = params.pairs;
  actors::node node{options};
  std::vector<actors::ref<player>> servers;
  for (std::uint64_t i = 0; i < params.pairs; ++i) {
    auto other = node.spawn<player>(actors::on_shard(where == placement::apart ? 1 : 0), std::ref(played),
                                    actors::ref<player>{});
    servers.push_back(node.spawn<player>(actors::on_shard(0), std::ref(played), other));
  }
  played.clock.start();
  for (const auto& each : servers) each.tell(ball{params.messages - 1});
  return played.clock.seconds() * 1e9 / static_cast<double>(params.pairs * params.messages);
}

} // namespace bench
