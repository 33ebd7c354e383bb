// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/messages.hpp"

#include "bench/harness/run_clock.hpp"
#include "bench/ours/ping_pong.hpp"
#include "bench/ours/two_workers.hpp"

#include <algorithm>

namespace bench {
namespace {

struct number {
  std::uint64_t value;
};
struct more {};

class sink : public actors::actor<sink> {
public:
  using handles = actors::messages<number, more>;
  sink(std::uint64_t expected, run_clock& clock) : left_{expected}, clock_{clock} {}

  void on(number) {
    if (--left_ == 0) clock_.finish();
  }
  void on(more);

private:
  std::uint64_t left_;
  run_clock& clock_;
};

class burst_sender : public actors::actor<burst_sender> {
public:
  using handles = actors::messages<more>;
  burst_sender(actors::ref<sink> to, const fan_in_params& params)
      : to_{to}, left_{params.messages}, burst_{params.burst} {}

  void on(more) {
    for (std::uint64_t i = 0; i < burst_ && left_ > 0; ++i) tell(to_, number{left_--});
    tell(to_, more{});
    if (left_ == 0) stop();
  }

private:
  actors::ref<sink> to_;
  std::uint64_t left_;
  std::uint64_t burst_;
};

void sink::on(more) { tell(sender().as<burst_sender>(), more{}); }

class successor : public actors::actor<successor> {
public:
  using handles = actors::messages<number>;
  std::uint64_t on(number n) { return n.value + 1; }
};

class asker : public actors::actor<asker> {
public:
  using handles = actors::messages<more>;
  asker(actors::ref<successor> whom, std::uint64_t asks, run_clock& clock)
      : whom_{whom}, asks_{asks}, clock_{clock} {}

  void on(more) {
    clock_.start();
    ask_for(0);
  }

private:
  void ask_for(std::uint64_t asked) {
    ask(whom_, number{asked}).then([this](actors::expected<std::uint64_t> answer) {
      if (*answer < asks_)
        ask_for(*answer);
      else
        clock_.finish();
    });
  }

  actors::ref<successor> whom_;
  std::uint64_t asks_;
  run_clock& clock_;
};

} // namespace

double ours_ping_pong(const pairs_params& params) { return run_pairs(params, two_workers(), placement::together); }

double ours_pairs_cross_shard(const pairs_params& params) {
  return run_pairs(params, two_workers(), placement::apart);
}

double ours_fan_in(const fan_in_params& params) {
  run_clock clock;
  actors::node node{two_workers()};
  auto total = params.senders * params.messages;
  // As CAF's fastest configuration: all on one worker.
  auto to = node.spawn<sink>(actors::on_shard(0), total, std::ref(clock));
  std::vector<actors::ref<burst_sender>> senders;
  for (std::uint64_t i = 0; i < params.senders; ++i)
    senders.push_back(node.spawn<burst_sender>(actors::on_shard(0), to, params));
  clock.start();
  for (const auto& each : senders) each.tell(more{});
  return clock.seconds() * 1e9 / static_cast<double>(total);
}

double ours_ask(const ask_params& params) {
  run_clock clock;
  actors::node node{two_workers()};
  auto whom = node.spawn<successor>(actors::on_shard(0));
  node.spawn<asker>(actors::on_shard(0), whom, params.asks, std::ref(clock)).tell(more{});
  return clock.seconds() * 1e9 / static_cast<double>(params.asks);
}

} // namespace bench
