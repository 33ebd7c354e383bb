// SPDX-License-Identifier: BSD-3-Clause
//
// Drives the shards of one engine in virtual time, in one thread. Which shard runs next and how long its
// turn is come from a random source; when they run is the world's business: one node alone
// (`testing::node`) or a cluster of them (`world`).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <actors/detail/engine.hpp>
#include <actors/testing.hpp>

namespace actors::simulation {

using detail::nanoseconds_t;

class shard_driver : public detail::driver {
public:
  shard_driver(testing::random_source& random, log_level level) : random_{random}, level_{level} {}
  /// Requires: called once, before anything else.
  void start(const detail::engine_options& options) { engine_ = std::make_unique<detail::engine>(options, *this); }
  [[nodiscard]] detail::engine& engine() noexcept { return *engine_; }

  void wake(detail::shard& s) override { mark(s.index()); }
  void log(log_level level, std::string_view text) override;
  void notify() override {}

  /// Marks the shards with timers that are due.
  void mark_due(nanoseconds_t now);
  [[nodiscard]] bool has_ready() const noexcept { return ready_count_ != 0; }
  /// One turn of a ready shard. False where there is none.
  bool run_one(nanoseconds_t now, bool may_move);
  /// One turn of this shard.
  void run(detail::shard& s, nanoseconds_t now, bool may_move);
  /// When the next timer is due.
  [[nodiscard]] nanoseconds_t next_deadline() const noexcept;
  void begin_shutdown();
  [[nodiscard]] bool ended() const noexcept;

  [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }
  [[nodiscard]] std::uint64_t moves() const noexcept { return moves_; }

protected:
  void mark(std::uint32_t i);
  /// What a line of the log begins with.
  [[nodiscard]] virtual std::string prefix() const { return {}; }
  void end_engine() { engine_.reset(); }

private:
  testing::random_source& random_;
  const log_level level_;
  std::vector<bool> ready_;
  std::uint32_t ready_count_ = 0;
  std::vector<std::string> lines_;
  std::uint64_t moves_ = 0;
  std::unique_ptr<detail::engine> engine_;
};

} // namespace actors::simulation
