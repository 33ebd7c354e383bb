// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"

#include <cstdint>

namespace bench {

/// Savina's big: each of `actors` actors sends a ping to a random actor, waits for its pong, and so
/// on `pings` times, while answering the pings of others. Counts nanoseconds per message, ping or
/// pong. Source: Imam and Sarkar, "Savina: an actor benchmark suite" (AGERE 2014).
struct big_params {
  std::uint64_t actors = 120;
  std::uint64_t pings = 0;
};

/// The pseudo-random choice of a neighbour, the same on both sides (xorshift).
class neighbour_choice {
public:
  explicit neighbour_choice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}

  std::uint64_t next(std::uint64_t actors) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % actors;
  }

private:
  std::uint64_t state_;
};

double ours_big(const big_params& params);
double caf_big(const big_params& params);

/// big.
void add_big(registry& to);

} // namespace bench
