// SPDX-License-Identifier: BSD-3-Clause
//
// A cluster in one thread: hosts with a process each, the network between them, one clock, one source of
// chance, one queue of what is to happen. Equal options give equal histories; `digest` says so.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <actors/testing_cluster.hpp>

#include "process.hpp"

namespace actors::simulation {

class world final : public surroundings {
public:
  explicit world(const testing::cluster_options& options);
  ~world() override;

  [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }
  [[nodiscard]] nanoseconds_t now() const noexcept override { return now_; }
  [[nodiscard]] testing::random_source& random() noexcept { return random_; }
  [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_done_; }

  /// A process that has not ended. Null where there is none.
  [[nodiscard]] process* running(std::size_t at) noexcept;
  /// The last one, dead or not.
  [[nodiscard]] process& last(std::size_t at) noexcept { return *hosts_[at].last; }
  [[nodiscard]] bool is_stalled(std::size_t at) const noexcept { return hosts_[at].stalled_until > now_; }
  [[nodiscard]] std::vector<std::string> lines(std::size_t at) const;

  void start(std::size_t at);
  void kill(std::size_t at);
  void power_off(std::size_t at);
  void stall(std::size_t at, duration time);
  void jump_clock(std::size_t at, duration by);
  void leave(std::size_t at) { last(at).leave(); }
  [[nodiscard]] network& net() noexcept { return net_; }
  /// `what` happens then, whoever is stalled.
  void later(duration delay, std::function<void()> what);

  /// One event, not after `limit`.
  bool step(nanoseconds_t limit);
  bool run_until(const std::function<bool()>& done, nanoseconds_t time) override;

private:
  struct host {
    std::unique_ptr<process> last;
    std::uint32_t lives = 0;
    nanoseconds_t stalled_until = 0;
    nanoseconds_t clock_offset = 0;
    std::vector<std::string> lines;
  };

  void push(event_kind kind, nanoseconds_t when, std::uint32_t host, std::uint32_t stamp, std::uint32_t slot) override;
  void handle(const event& e);
  void handle_here(process& p, const event& e);
  void happened(const event& e) noexcept;
  [[nodiscard]] process_options options_of(std::size_t at);

  const testing::cluster_options options_;
  testing::random_source random_;
  nanoseconds_t now_ = 0;
  event_queue events_;
  network net_;
  std::vector<host> hosts_;
  std::deque<std::function<void()>> calls_;
  std::uint64_t digest_ = 0xcbf29ce484222325;
  std::uint64_t events_done_ = 0;
};

} // namespace actors::simulation
