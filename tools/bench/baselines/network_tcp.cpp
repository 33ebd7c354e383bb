// SPDX-License-Identifier: BSD-3-Clause
//
// What the machine's TCP gives to two threads that do nothing else: blocking reads and writes.
#include "bench/workloads/network.hpp"

#include "bench/harness/run_clock.hpp"
#include "bench/harness/tcp_socket.hpp"

#include <cstring>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

/// Round trips before those that count: the connection's window and the caches are warm then.
constexpr std::uint64_t warm_up = 500;

/// What the measuring side says first: the size of the messages to come and how many.
struct announcement {
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
};

announcement hear(const tcp_socket& from) {
  announcement heard;
  if (!from.read(&heard, sizeof heard))
    throw std::runtime_error("nothing was announced");
  return heard;
}

} // namespace

void tcp_echo_peer(const peer_parent& parent) {
  const tcp_listener listener;
  parent.say(std::to_string(listener.port()));
  const auto connection = listener.accept();
  std::vector<char> message(hear(connection).bytes);
  while (connection.read(message.data(), message.size()))
    connection.write(message.data(), message.size());
}

double tcp_rtt(const net_rtt_params& params) {
  peer_process peer{"tcp_echo"};
  const auto connection = tcp_socket::connected(peer.port());
  const announcement first{params.bytes, 0};
  connection.write(&first, sizeof first);
  std::vector<char> message(params.bytes, 'x');
  auto turns = [&](std::uint64_t n) {
    for (; n != 0; --n) {
      connection.write(message.data(), message.size());
      connection.read(message.data(), message.size());
    }
  };
  turns(warm_up);
  return seconds_of([&] { turns(params.round_trips); }) * 1e6 /
         static_cast<double>(params.round_trips);
}

void tcp_sink_peer(const peer_parent& parent) {
  const tcp_listener listener;
  parent.say(std::to_string(listener.port()));
  const auto connection = listener.accept();
  const auto announced = hear(connection);
  // Two messages in turn: the program may still hold one while the next comes in.
  std::vector<char> memory[2] = {std::vector<char>(announced.bytes),
                                 std::vector<char>(announced.bytes)};
  for (std::uint64_t i = 0; i < announced.messages; ++i)
    connection.read(memory[i % 2].data(), announced.bytes);
  connection.write(&announced.messages, sizeof announced.messages);
  parent.wait_until_dismissed();
}

double tcp_bulk(const net_bulk_params& params) {
  peer_process peer{"tcp_sink"};
  const auto connection = tcp_socket::connected(peer.port());
  const announcement first{params.bytes, params.messages};
  connection.write(&first, sizeof first);
  const std::vector<char> message(params.bytes, 'x');
  std::uint64_t arrived = 0;
  const double took = seconds_of([&] {
    for (std::uint64_t i = 0; i < params.messages; ++i)
      connection.write(message.data(), message.size());
    connection.read(&arrived, sizeof arrived);
  });
  if (arrived != params.messages)
    throw std::runtime_error("not all messages have arrived");
  return static_cast<double>(params.messages * params.bytes) / took / 1e6;
}

} // namespace bench
