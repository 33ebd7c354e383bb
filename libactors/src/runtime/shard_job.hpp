// SPDX-License-Identifier: BSD-3-Clause
//
// A shard as a job of CAF's scheduler.
//
//   idle --wake--> queued --worker--> running --no work--> idle
//                     ^                  |
//                     +---- quantum -----+
//
// Who wakes an idle shard queues it; a wake while it runs is noticed by the second look before idle.
#pragma once

#include <atomic>

#include <caf/ref_counted.hpp>
#include <caf/resumable.hpp>

#include <actors/detail/shard.hpp>

namespace actors::runtime {

class platform;

class shard_job final : public caf::resumable, public caf::ref_counted {
public:
  shard_job(platform& owner, detail::shard& s) : owner_{owner}, shard_{s} {}

  /// Threading: any.
  void wake();
  resume_result resume(caf::execution_unit* unit, size_t) override;
  /// Runs the shard on this thread if it is idle, and has not been slow there of late; it is woken
  /// otherwise. Threading: the multiplexer's, which must go back to its sockets soon.
  void run_here();
  void intrusive_ptr_add_ref_impl() override { ref(); }
  void intrusive_ptr_release_impl() override { deref(); }

  [[nodiscard]] detail::shard& shard() noexcept { return shard_; }
  [[nodiscard]] bool idle() const noexcept { return state_.load(std::memory_order_seq_cst) == state::idle; }
  [[nodiscard]] bool running() const noexcept { return state_.load(std::memory_order_relaxed) == state::running; }
  /// Another shard asks for work; -1 when none does. Threading: any.
  std::atomic<int> donate_to{-1};

private:
  enum class state : std::uint8_t { idle, queued, running };

  platform& owner_;
  detail::shard& shard_;
  void go_idle_here();

  std::atomic<state> state_{state::idle}; // decides who queues the shard
  // Only the multiplexer's thread.
  detail::nanoseconds_t here_again_at_ = 0;
  detail::nanoseconds_t away_ = 0; // of the last turn's time
};

} // namespace actors::runtime
