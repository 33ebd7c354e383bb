// SPDX-License-Identifier: BSD-3-Clause
//
// The simulated network: hosts, connections between them, and what may happen to both. It does to bytes
// what TCP over a bad network may do: they keep their order, arrive in pieces, late, or not; a path that
// drops packets holds them until it is whole again; a connection that ends takes with it what was on the
// way, or a part of that.
//
//   no process at a host      refuses connections, resets what comes on old ones
//   no power                  says nothing
//   a path is blocked         nothing passes in that direction
//   a process is stalled      its kernel goes on: it accepts, takes bytes until it is full
#pragma once

#include <deque>
#include <string>
#include <vector>

#include <actors/testing.hpp>

#include "stream.hpp"

namespace actors::simulation {

struct network_options {
  duration least_delay = std::chrono::microseconds{50};
  duration most_delay = std::chrono::milliseconds{1};
  /// Bytes that the kernels hold for one direction of a connection.
  std::uint64_t capacity = 256 << 10;
  /// Of one direction of a connection; 0: no bound.
  std::uint64_t bytes_per_second = 0;
  /// One write in so many is torn.
  std::uint64_t torn_one_in = 16;
  /// How long a dial waits for a host that does not answer.
  duration dial_patience = std::chrono::seconds{2};
};

/// A process, as the network knows it.
class network_user {
public:
  virtual ~network_user() = default;
  enum class dialled : std::uint8_t { connected, refused, silent };
  virtual void take_dialled(cluster::connection_id c, dialled how) = 0;
  [[nodiscard]] virtual cluster::connection_id next_connection() = 0;
  virtual void take_accepted(cluster::connection_id c, const std::string& from) = 0;
  virtual void take_bytes(cluster::connection_id c, std::span<const std::byte> bytes) = 0;
  virtual void take_written(cluster::connection_id c, std::uint64_t bytes) = 0;
  virtual void take_end(cluster::connection_id c) = 0;
};

class network {
public:
  network(std::size_t hosts, const network_options& options, event_queue& events, testing::random_source& random);

  void set_time(nanoseconds_t now) noexcept { now_ = now; }
  /// The address of a host is its name and a port.
  [[nodiscard]] static std::string address_of(std::size_t host) { return "node-" + std::to_string(host) + ":7000"; }

  // -- hosts ----------------------------------------------------------------------------------------

  /// A process begins to listen.
  void begin(std::uint32_t host, network_user& user);
  /// It has ended: what its kernel had taken still leaves, or is lost with a reset.
  void end(std::uint32_t host);
  void power_off(std::uint32_t host);

  // -- paths ----------------------------------------------------------------------------------------

  void block(std::uint32_t from, std::uint32_t to);
  void unblock(std::uint32_t from, std::uint32_t to);
  /// All connections between two hosts break.
  void cut(std::uint32_t a, std::uint32_t b);

  // -- processes ------------------------------------------------------------------------------------

  void connect(std::uint32_t host, cluster::connection_id c, const std::string& address);
  /// Bytes that the kernel has taken and the process has not been told of.
  std::uint64_t write(std::uint32_t host, cluster::connection_id c, std::span<const std::byte> head,
                      std::span<const std::byte> body);
  void close(std::uint32_t host, cluster::connection_id c);
  std::uint64_t tell_written(std::uint32_t host, cluster::connection_id c);
  /// Tells of everything that the kernel has taken.
  void tell_all_written(std::uint32_t host);
  [[nodiscard]] std::size_t connections(std::uint32_t host) const noexcept { return hosts_[host].open.size(); }

  void handle(const event& e);

private:
  struct open_end {
    cluster::connection_id id;
    std::uint32_t slot;
    std::uint8_t side;
  };
  struct host {
    network_user* user = nullptr;
    bool has_power = true;
    std::uint32_t life = 0;
    std::vector<open_end> open;
  };
  struct dial {
    std::uint32_t from = 0;
    std::uint32_t life = 0;
    std::uint32_t to = 0;
    cluster::connection_id id{};
    nanoseconds_t deadline = 0;
    network_user::dialled outcome{};
    std::uint32_t stream = 0;
  };

  [[nodiscard]] nanoseconds_t delay();
  [[nodiscard]] bool passes(std::uint32_t from, std::uint32_t to) const noexcept {
    return hosts_[from].has_power && hosts_[to].has_power && blocked_[from * hosts_.size() + to] == 0;
  }
  [[nodiscard]] open_end* find(std::uint32_t host, cluster::connection_id c);
  void push(event_kind kind, nanoseconds_t when, std::uint32_t host, std::uint32_t slot, std::uint32_t stamp);
  void schedule(std::uint32_t slot, std::uint8_t side);
  void release(std::uint32_t slot);
  void resume_paths();

  void dial_step(std::uint32_t slot);
  void dial_over(std::uint32_t slot, network_user::dialled how, nanoseconds_t when);
  void tell_dialled(const event& e);
  void accept(const event& e);
  void bytes(const event& e);
  void tell_room(const event& e);
  void end_side(std::uint32_t slot, std::uint8_t side);
  void reset_to(std::uint32_t slot, std::uint8_t side);
  void break_stream(std::uint32_t slot);
  [[nodiscard]] std::uint64_t some_of(const pipe& p);

  const network_options options_;
  event_queue& events_;
  testing::random_source& random_;
  nanoseconds_t now_ = 0;
  std::vector<host> hosts_;
  /// How many faults block a path.
  std::vector<std::uint8_t> blocked_;
  std::deque<stream> streams_;
  std::vector<std::uint32_t> free_streams_;
  std::deque<dial> dials_;
  std::vector<std::uint32_t> free_dials_;
};

} // namespace actors::simulation
