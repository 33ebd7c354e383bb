// SPDX-License-Identifier: BSD-3-Clause
//
// One life of a simulated node: the engine and the hub of production, on a network and a clock of the
// world's. What its threads would do is done by events: a turn of a shard, a pump of the hub, an alarm
// for whatever timer is due first.
#pragma once

#include <memory>
#include <string>

#include "../cluster/hub.hpp"
#include "network.hpp"
#include "shard_driver.hpp"

namespace actors::simulation {

/// What a process needs of the world around it.
class surroundings {
public:
  virtual ~surroundings() = default;
  [[nodiscard]] virtual nanoseconds_t now() const noexcept = 0;
  virtual void push(event_kind kind, nanoseconds_t when, std::uint32_t host, std::uint32_t stamp, std::uint32_t slot = 0) = 0;
  virtual bool run_until(const std::function<bool()>& done, nanoseconds_t time) = 0;
};

struct process_options {
  detail::engine_options engine;
  cluster::hub_options hub;
  log_level level = log_level::warning;
  bool moves = true;
};

class process final : public shard_driver, public cluster::transport, public network_user {
public:
  process(surroundings& world, network& net, testing::random_source& random, std::uint32_t host, std::uint32_t life,
          nanoseconds_t clock_offset, const process_options& options);
  ~process() override;

  void begin();
  /// Ends like a process that is killed: nothing more leaves. What its futures wait for fails.
  void die();
  /// Leaves the cluster in order, then ends.
  void leave();
  void jump_clock(duration by);

  enum class state : std::uint8_t {
    running,
    /// Its actors have ended: the cluster goes on without it.
    expelled,
    leaving,
    /// It may be taken away: it has left.
    left,
    dead,
  };
  [[nodiscard]] state now_in() const noexcept { return state_; }
  [[nodiscard]] protocol::stop_reason why() const noexcept { return why_; }
  [[nodiscard]] cluster::hub& hub() noexcept { return *hub_; }
  [[nodiscard]] std::uint32_t life() const noexcept { return life_; }
  [[nodiscard]] nanoseconds_t clock_offset() const noexcept { return offset_; }

  // -- events ---------------------------------------------------------------------------------------

  void pump();
  void turn();
  void alarm();
  void take_dialled(cluster::connection_id c, dialled how) override;
  [[nodiscard]] cluster::connection_id next_connection() override { return hub_->next_connection(); }
  void take_accepted(cluster::connection_id c, const std::string& from) override;
  void take_bytes(cluster::connection_id c, std::span<const std::byte> bytes) override;
  void take_written(cluster::connection_id c, std::uint64_t bytes) override;
  void take_end(cluster::connection_id c) override;

  // -- detail::driver -------------------------------------------------------------------------------

  void wake(detail::shard& s) override;
  [[nodiscard]] nanoseconds_t clock() override { return world_.now() + offset_; }
  void log(log_level level, std::string_view text) override { shard_driver::log(level, text); }
  bool wait(const std::atomic<bool>& done, nanoseconds_t timeout) override;

  // -- cluster::transport ---------------------------------------------------------------------------

  void connect(cluster::connection_id c, const std::string& address) override;
  void write(cluster::connection_id c, std::span<const std::byte> head, std::span<const std::byte> body) override;
  void close(cluster::connection_id c) override;
  void wake_at(duration when) override { tick_at_ = when.count(); }
  void nudge() override;
  [[nodiscard]] protocol::bytes32 nonce() override;
  void run(detail::shard& s) override;
  void member_changed(protocol::member_event, const protocol::member&) override {}
  void expelled(protocol::stop_reason why) override;

private:
  [[nodiscard]] std::string prefix() const override;
  [[nodiscard]] duration local() noexcept { return duration{clock()}; }
  /// Carries one event of the hub through, and what became of its writes meanwhile.
  template <class F>
  void event(F&& f) {
    is_inside_ = true;
    f();
    tell_written();
    is_inside_ = false;
    after();
  }
  void tell_written();
  void after();
  void follow_leaving();

  surroundings& world_;
  network& net_;
  testing::random_source& random_;
  const std::uint32_t host_;
  const std::uint32_t life_;
  const bool moves_;
  nanoseconds_t offset_;
  std::unique_ptr<cluster::hub> hub_;

  state state_ = state::running;
  protocol::stop_reason why_{};
  bool is_inside_ = false;
  bool is_pump_queued_ = false;
  bool is_turn_queued_ = false;
  /// By the process's own clock.
  nanoseconds_t tick_at_ = detail::timer_wheel::never;
  nanoseconds_t timers_at_ = detail::timer_wheel::never;
  /// By the world's: of alarms in the queue, the next one last.
  std::vector<nanoseconds_t> alarms_;
  nanoseconds_t tell_at_ = 0;
  std::vector<cluster::connection_id> written_;
};

} // namespace actors::simulation
