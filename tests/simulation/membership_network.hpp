// SPDX-License-Identifier: BSD-3-Clause
//
// A small network of nodes that run membership, in virtual time and from one seed: delays, losses,
// cuts in one direction or both, stalls, kills, power cuts, restarts at the same address, clocks
// that jump. Between two hosts messages keep their order. What else the nodes run may send with
// `carry`, over the same connections. It decides nothing about right and wrong: that is for whoever
// listens.
#pragma once

#include <functional>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include <actors/testing.hpp>

#include "protocol/membership/membership.hpp"

namespace actors::protocol::test {

enum class cut_kind : std::uint8_t { none, drops, refuses };

struct network_options {
  std::size_t hosts = 5;
  std::size_t seeds = 2;
  duration least_delay = 100us;
  duration most_delay = 2ms;
  /// Messages lost in a thousand.
  std::uint64_t loss = 0;
  membership_options membership{};
};

/// Where a node with this id runs or ran.
[[nodiscard]] std::size_t host_of(node_id id) noexcept;

class network {
public:
  struct host {
    std::string address;
    std::unique_ptr<membership> process;
    bool has_power = true;
    /// The process has ordered `stop_all`; it lingers until it is started again.
    bool is_stopped = false;
    stop_reason why = stop_reason::left;
    std::size_t lives = 0;
    duration stalled_until{};
    duration clock_offset{};
    duration next_tick{};
    std::uint64_t sent = 0;
    std::set<node_id> linked{};
    /// What came during a stall.
    std::vector<std::function<void()>> held{};
  };

  network(std::uint64_t seed, network_options options);

  [[nodiscard]] duration now() const noexcept { return now_; }
  [[nodiscard]] testing::random_source& random() noexcept { return random_; }
  [[nodiscard]] std::vector<host>& hosts() noexcept { return hosts_; }
  [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }
  [[nodiscard]] const network_options& options() const noexcept { return options_; }
  /// Its process runs, and is or wants to be a member.
  [[nodiscard]] bool runs(std::size_t at) const noexcept;
  [[nodiscard]] bool is_stalled(std::size_t at) const noexcept;
  /// The host whose present process has this id, or `size()`.
  [[nodiscard]] std::size_t find(node_id id) const noexcept;
  [[nodiscard]] std::uint64_t deliveries() const noexcept { return deliveries_; }

  // What may happen to hosts.
  void start(std::size_t at);
  void kill(std::size_t at);
  void power_off(std::size_t at);
  void stall(std::size_t at, duration time);
  /// The connection between two breaks; both live and may connect again.
  void disconnect(std::size_t a, std::size_t b);
  void jump_clock(std::size_t at, duration by) { hosts_[at].clock_offset += by; }
  void leave(std::size_t at);
  void set_loss(std::uint64_t per_mille) noexcept { options_.loss = per_mille; }
  /// What `from` sends does not reach `to`.
  void cut(std::size_t from, std::size_t to, cut_kind how);
  void heal();

  void later(duration delay, std::function<void()> what);
  /// A message of another protocol: `arrive` is called where and when it arrives, if it does.
  void carry(std::size_t from, node_id to, std::function<void()> arrive);
  /// What the host's clock shows.
  [[nodiscard]] duration time_of(std::size_t at) const { return now_ + hosts_[at].clock_offset; }
  void run_until(duration end);

  // Who listens.
  std::function<void(std::size_t, const publish_event&)> on_event;
  std::function<void(std::size_t, const stop_all&)> on_stop;
  std::function<void(const std::string&)> on_error;

private:
  struct event {
    enum class what : std::uint8_t { deliver, carry, tick, link_up, link_down, refused, call };
    duration when;
    std::uint64_t number;
    what kind;
    std::uint32_t host;
    node_id peer;
    std::uint32_t slot;
    /// Of the host: what was meant for a former one is void.
    std::size_t life;
    friend bool operator>(const event& a, const event& b) noexcept {
      return a.when != b.when ? a.when > b.when : a.number > b.number;
    }
  };

  void push(duration when, event::what kind, std::size_t host, node_id peer,
            std::uint32_t slot = 0);
  [[nodiscard]] duration delay();
  [[nodiscard]] cut_kind between(std::size_t from, std::size_t to) const noexcept;
  void handle(const event& e);
  void hand_over(const event& e);
  void deliver(std::size_t at, const message& text);
  void tick(std::size_t at);
  void after(std::size_t at);
  void carry_out(std::size_t at, order& o);
  void send(std::size_t from, send_message& out);
  [[nodiscard]] bool reaches(std::size_t from, std::size_t to, node_id peer);
  [[nodiscard]] duration arrival(std::size_t from, std::size_t to);
  [[nodiscard]] std::uint32_t keep(std::function<void()> what);
  [[nodiscard]] std::function<void()> take_call(std::uint32_t slot);
  void connect(std::size_t from, const connect_to& what);
  void refuse(std::size_t from, node_id peer);
  void unlink(std::size_t at);
  void drain(std::size_t at, node_id id);

  testing::random_source random_;
  network_options options_;
  duration now_{};
  std::uint64_t number_ = 0;
  std::uint64_t deliveries_ = 0;
  std::vector<host> hosts_;
  std::vector<cut_kind> cuts_;
  /// When the last message from one host to another arrives.
  std::vector<duration> arrivals_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::vector<message> messages_;
  std::vector<std::uint32_t> free_;
  std::vector<std::function<void()>> calls_;
  std::vector<std::uint32_t> free_calls_;
};

} // namespace actors::protocol::test
