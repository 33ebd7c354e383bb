// SPDX-License-Identifier: BSD-3-Clause
#include "shard_job.hpp"

#include <algorithm>

#include "platform.hpp"

namespace actors::runtime {

namespace {

/// Looks at an empty inbox before the worker goes elsewhere: the answer of a shard on the other core
/// is often under way.
constexpr int looks = 200;
/// Messages that the thread of the sockets handles in one go.
constexpr std::uint32_t share_here = 1024;
/// A turn that took longer keeps the shard away from the thread of the sockets for a hundred times as long;
/// each further one in a row for four times as long as the one before, up to a second.
constexpr detail::nanoseconds_t slow_here = 200'000;
constexpr detail::nanoseconds_t least_away = 100;
constexpr detail::nanoseconds_t most_away = 6'400;
constexpr detail::nanoseconds_t longest_away = 1'000'000'000;

} // namespace

void shard_job::wake() {
  state expected = state::idle;
  // A shard that is queued or running looks at its inbox again before it goes idle.
  if (state_.load(std::memory_order_seq_cst) != state::idle) return;
  if (!state_.compare_exchange_strong(expected, state::queued, std::memory_order_seq_cst)) return;
  ref();
  owner_.queue().push(this);
}

void shard_job::run_here() {
  state expected = state::idle;
  const auto before = owner_.clock();
  if (before < here_again_at_ || owner_.stopping() ||
      !state_.compare_exchange_strong(expected, state::running, std::memory_order_seq_cst)) {
    wake();
    return;
  }
  const bool more = shard_.run(before, share_here);
  const auto took = owner_.clock() - before;
  away_ = took > slow_here ? std::clamp(away_ * 4, least_away, most_away) : 0;
  here_again_at_ = before + std::min(away_ * took, longest_away);
  if (more) {
    state_.store(state::queued, std::memory_order_seq_cst);
    ref();
    owner_.queue().push(this);
    return;
  }
  go_idle_here();
}

void shard_job::go_idle_here() {
  const auto deadline = shard_.next_deadline();
  state_.store(state::idle, std::memory_order_seq_cst);
  if (shard_.has_mail()) wake();
  owner_.deadline_changed(deadline);
}

caf::resumable::resume_result shard_job::resume(caf::execution_unit*, size_t) {
  state_.store(state::running, std::memory_order_relaxed);
  const auto quantum = owner_.options().quantum;
  for (;;) {
    if (owner_.stopping()) {
      state_.store(state::idle, std::memory_order_seq_cst);
      return done;
    }
    bool more = shard_.run(owner_.clock(), quantum);
    if (int to = donate_to.exchange(-1, std::memory_order_relaxed); to >= 0 && more)
      owner_.count_move(shard_.donate(static_cast<std::uint32_t>(to), 256));
    if (more) {
      if (owner_.queue().empty()) continue;
      state_.store(state::queued, std::memory_order_relaxed);
      return resume_later;
    }
    bool mail = false;
    for (int i = 0; i < looks && !mail && owner_.queue().empty(); ++i) {
      __builtin_ia32_pause();
      mail = shard_.has_mail();
    }
    if (mail) continue;
    auto deadline = shard_.next_deadline();
    state_.store(state::idle, std::memory_order_seq_cst);
    if (shard_.has_mail()) {
      state expected = state::idle;
      if (state_.compare_exchange_strong(expected, state::running, std::memory_order_seq_cst)) continue;
      return done; // somebody else has queued it
    }
    owner_.deadline_changed(deadline);
    return done;
  }
}

} // namespace actors::runtime
