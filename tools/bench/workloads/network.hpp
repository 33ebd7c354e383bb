// SPDX-License-Identifier: BSD-3-Clause
//
// Messages between two processes on this machine, over its loopback. The measuring side starts its peer
// (`harness/peer_process.hpp`) and takes it away again; neither the start nor the connection counts.
#pragma once

#include "bench/harness/peer_process.hpp"
#include "bench/harness/registry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bench {

/// A message of `bytes` there and the same back, `round_trips` times, the next after the last.
/// Counts microseconds per round trip.
struct net_rtt_params {
  std::uint64_t round_trips = 0;
  std::size_t bytes = 64;
};

/// `messages` of 16 bytes one way, from one actor to one; what is on its way is bounded by credit
/// that the receiver gives. Counts messages per second from the first to the answer that all have
/// come.
struct net_rate_params {
  std::uint64_t messages = 0;
};

/// `messages` of `bytes` one way, the next after the last. The receiver has each of them whole and
/// in one piece of memory. Counts MB/s (10^6) from the first to the answer that all have come.
struct net_bulk_params {
  std::uint64_t messages = 0;
  std::size_t bytes = std::size_t{4} << 20;
};

/// `asks` from one actor to one, `at_once` of them open at any time. Counts answers per second.
struct net_ask_params {
  std::uint64_t asks = 0;
  std::uint64_t at_once = 1000;
};

/// 64 bytes there and back for so long, the next after the last, beside `large` messages of 4 MiB that
/// are on their way one way at any time. Counts the 99th percentile of a round trip in microseconds.
struct net_mixed_params {
  std::chrono::milliseconds length{};
  std::uint64_t large = 0;
};

/// Actors of 100 bytes that move between two processes. One after the other: counts microseconds a move, from
/// the wish to the word that it works there. Many: counts actors a second.
struct migrate_params {
  std::uint64_t moves = 0;
  std::size_t at_once = 1;
};

/// How a peer is lost.
enum class net_loss { killed, stopped };

double ours_rtt(const net_rtt_params& params);
double ours_rate(const net_rate_params& params);
double ours_bulk(const net_bulk_params& params);
double ours_asks(const net_ask_params& params);
double ours_mixed(const net_mixed_params& params);
double ours_migrate_one(const migrate_params& params);
double ours_migrate_many(const migrate_params& params);
/// Milliseconds from the signal to `down` at an actor that watches one of the peer.
double ours_loss(net_loss how);

double tcp_rtt(const net_rtt_params& params);
double tcp_bulk(const net_bulk_params& params);
double basp_rtt(const net_rtt_params& params);
double basp_rate(const net_rate_params& params);
double basp_bulk(const net_bulk_params& params);

/// What the peers of these benchmarks can be; `main` passes them to `run_as_peer`.
std::span<const peer_role> network_roles();

void ours_peer(const peer_parent& parent);
void tcp_echo_peer(const peer_parent& parent);
void tcp_sink_peer(const peer_parent& parent);
void basp_peer(const peer_parent& parent);
void basp_rate_peer(const peer_parent& parent);

/// net_rtt, net_rtt_basp, net_rate, net_bulk, net_bulk_basp, net_ask, net_mixed, migrate_one, migrate_many,
/// node_killed and node_stopped.
void add_network(registry& to);

} // namespace bench
