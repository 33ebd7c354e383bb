// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/messages.hpp"

#include "bench/workloads/plain_caf.hpp"

namespace bench {
namespace {

void add_pairs(registry& to) {
  to.add({.name = "ping_pong",
          .unit = "ns",
          .what = "Time per message between two actors of one shard.",
          .ours = [] { return ours_ping_pong({.pairs = 1, .messages = 20'000'000}); },
          .baseline = [] { return caf_ping_pong({.pairs = 1, .messages = 1'000'000}); },
          .baseline_name = plain_caf});
  to.add({.name = "ping_pong_cross_shard",
          .unit = "ns",
          .what = "Time per message between two actors in two shards, one message at a time.",
          .ours = [] { return ours_pairs_cross_shard({.pairs = 1, .messages = 500'000}); },
          .baseline = [] { return caf_ping_pong_two_workers({.pairs = 1, .messages = 500'000}); },
          .baseline_name = plain_caf,
          .note = "CAF decides by itself whether its two workers share the pair"});
  to.add({.name = "pairs_cross_shard",
          .unit = "ns",
          .what = "Time per message when 1000 pairs over two shards exchange at the same time.",
          .ours = [] { return ours_pairs_cross_shard({.pairs = 1000, .messages = 20'000}); },
          .baseline = [] { return caf_pairs_two_workers({.pairs = 1000, .messages = 2'000}); },
          .baseline_name = plain_caf});
}

} // namespace

void add_messages(registry& to) {
  add_pairs(to);
  to.add({.name = "fan_in",
          .unit = "ns",
          .what = "Time per message from 100 senders to one actor.",
          .ours = [] { return ours_fan_in({.messages = 100'000}); },
          .baseline = [] { return caf_fan_in({.messages = 10'000}); },
          .baseline_name = plain_caf});
  to.add({.name = "ask",
          .unit = "ns",
          .what = "Time per question and answer between two actors, one at a time.",
          .ours = [] { return ours_ask({.asks = 5'000'000}); },
          .baseline = [] { return caf_ask({.asks = 200'000}); },
          .baseline_name = plain_caf,
          .note = "CAF asks without a timeout, which is its fastest way"});
}

} // namespace bench
