// SPDX-License-Identifier: BSD-3-Clause
//
// Messages between actors of one process. Both sides run the same pattern; the sizes differ so that
// a run of either takes long enough to be measured.
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// `pairs` of two actors that send a number back and forth, counting it down from `messages`; the
/// pairs run at the same time, and the run ends when all have reached zero. Counts nanoseconds per
/// message over all pairs.
struct pairs_params {
  std::uint64_t pairs = 1;
  std::uint64_t messages = 0;
};

/// `senders` actors send 8-byte numbers to one sink, `messages` each, in bursts of `burst`. After a
/// burst a sender asks the sink for leave to go on, which bounds what waits in the sink's mailbox
/// to senders * burst; these permits are not counted. Counts nanoseconds per message.
struct fan_in_params {
  std::uint64_t senders = 100;
  std::uint64_t messages = 0;
  std::uint64_t burst = 100;
};

/// One actor asks another `asks` times, the next question after the answer to the last, and takes
/// the answer in a callback. Counts nanoseconds per ask, that is per question and answer.
struct ask_params {
  std::uint64_t asks = 0;
};

/// Both actors in one shard.
double ours_ping_pong(const pairs_params& params);

/// The two actors of each pair in different shards.
double ours_pairs_cross_shard(const pairs_params& params);

double ours_fan_in(const fan_in_params& params);
double ours_ask(const ask_params& params);

double caf_ping_pong(const pairs_params& params);
double caf_ping_pong_two_workers(const pairs_params& params);
double caf_pairs_two_workers(const pairs_params& params);
double caf_fan_in(const fan_in_params& params);
double caf_ask(const ask_params& params);

/// ping_pong, ping_pong_cross_shard, pairs_cross_shard, fan_in and ask.
void add_messages(registry& to);

} // namespace bench
