// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/network.hpp"

#include <array>

namespace bench {

using namespace std::chrono_literals;

std::span<const peer_role> network_roles() {
  static constexpr std::array<peer_role, 5> roles{
      peer_role{"ours", ours_peer}, peer_role{"tcp_echo", tcp_echo_peer}, peer_role{"tcp_sink", tcp_sink_peer},
      peer_role{"basp", basp_peer}, peer_role{"basp_rate", basp_rate_peer}};
  return roles;
}

namespace {

constexpr const char* raw_tcp = "raw TCP, blocking";
constexpr const char* basp = "CAF 0.17 BASP";

void add_single(registry& to) {
  to.add({.name = "net_rtt",
          .unit = "us",
          .what = "Round trip of 64 bytes between actors of two processes.",
          .ours = [] { return ours_rtt({.round_trips = 20'000}); },
          .baseline = [] { return tcp_rtt({.round_trips = 20'000}); },
          .baseline_name = raw_tcp});
  to.add({.name = "net_rtt_basp",
          .unit = "us",
          .what = "The same, beside CAF.",
          .ours = [] { return ours_rtt({.round_trips = 20'000}); },
          .baseline = [] { return basp_rtt({.round_trips = 5'000}); },
          .baseline_name = basp});
  to.add({.name = "net_ask",
          .unit = "asks/s",
          .better = direction::higher_is_better,
          .what = "Questions answered per second between actors of two processes, 1000 at a time.",
          .ours = [] { return ours_asks({.asks = 500'000}); }});
}

void add_streams(registry& to) {
  to.add({.name = "net_rate",
          .unit = "msg/s",
          .better = direction::higher_is_better,
          .what = "Messages of 16 bytes per second from one actor to one of another process.",
          .ours = [] { return ours_rate({.messages = 10'000'000}); },
          .baseline = [] { return basp_rate({.messages = 100'000}); },
          .baseline_name = basp});
  to.add({.name = "net_bulk",
          .unit = "MB/s",
          .better = direction::higher_is_better,
          .what = "Messages of 4 MiB one way between actors of two processes.",
          .ours = [] { return ours_bulk({.messages = 200}); },
          .baseline = [] { return tcp_bulk({.messages = 400}); },
          .baseline_name = raw_tcp});
  to.add({.name = "net_bulk_basp",
          .unit = "MB/s",
          .better = direction::higher_is_better,
          .what = "The same, beside CAF.",
          .ours = [] { return ours_bulk({.messages = 200}); },
          .baseline = [] { return basp_bulk({.messages = 40}); },
          .baseline_name = basp,
          .note = "CAF's messages are answered one by one: its memory would not be bounded otherwise"});
  to.add({.name = "net_mixed",
          .unit = "us",
          .what = "99th percentile of a round trip of 64 bytes while 4 MiB messages flow beside it.",
          .ours = [] { return ours_mixed({.length = 600ms, .large = 4}); },
          .baseline = [] { return ours_mixed({.length = 300ms, .large = 0}); },
          .baseline_name = "ours with nothing beside it"});
}

void add_losses(registry& to) {
  to.add({.name = "node_killed",
          .unit = "ms",
          .what = "From kill -9 of a process to `down` at an actor of another that watches one there.",
          .ours = [] { return ours_loss(net_loss::killed); }});
  to.add({.name = "node_stopped",
          .unit = "ms",
          .what = "The same from SIGSTOP, after which nothing is closed and nothing is said.",
          .ours = [] { return ours_loss(net_loss::stopped); }});
}

void add_moves(registry& to) {
  to.add({.name = "migrate_one",
          .unit = "us",
          .what = "A move of an actor of 100 bytes to another process or back, one after the other.",
          .ours = [] { return ours_migrate_one({.moves = 2'000}); },
          .baseline = [] { return tcp_rtt({.round_trips = 20'000}); },
          .baseline_name = "a round trip of raw TCP"});
  to.add({.name = "migrate_many",
          .unit = "actors/s",
          .better = direction::higher_is_better,
          .what = "Actors of 100 bytes that move to another process, 100,000 of them, 20,000 at a time.",
          .ours = [] { return ours_migrate_many({.moves = 100'000, .at_once = 20'000}); }});
}

} // namespace

void add_network(registry& to) {
  add_single(to);
  add_streams(to);
  add_moves(to);
  add_losses(to);
}

} // namespace bench
