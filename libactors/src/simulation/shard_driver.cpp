// SPDX-License-Identifier: BSD-3-Clause
#include "shard_driver.hpp"

#include <algorithm>

namespace actors::simulation {

void shard_driver::log(log_level level, std::string_view text) {
  if (level >= level_) lines_.push_back(prefix() + std::string{text});
}

void shard_driver::mark(std::uint32_t i) {
  if (i >= ready_.size()) ready_.resize(i + 1, false);
  if (ready_[i]) return;
  ready_[i] = true;
  ++ready_count_;
}

void shard_driver::mark_due(nanoseconds_t now) {
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i)
    if (s->next_deadline() <= now) mark(i);
}

bool shard_driver::run_one(nanoseconds_t now, bool may_move) {
  if (ready_count_ == 0) return false;
  std::uint64_t skip = ready_count_ == 1 ? 0 : random_.below(ready_count_);
  std::uint32_t i = 0;
  while (!ready_[i] || skip-- != 0) ++i;
  run(*engine_->shard_at(i), now, may_move);
  return true;
}

void shard_driver::run(detail::shard& s, nanoseconds_t now, bool may_move) {
  // Short turns show more interleavings; long ones show batches.
  const auto quantum = 1 + static_cast<std::uint32_t>(random_.below(random_.one_in(4) ? 200 : 8));
  if (const std::uint32_t i = s.index(); i < ready_.size() && ready_[i]) {
    ready_[i] = false;
    --ready_count_;
  }
  const bool more = s.run(now, quantum);
  if (more || s.has_mail()) mark(s.index());
  if (may_move && more && engine_->shard_count() > 1 && random_.one_in(16))
    moves_ += s.donate(static_cast<std::uint32_t>(random_.below(engine_->shard_count())), 8);
}

nanoseconds_t shard_driver::next_deadline() const noexcept {
  nanoseconds_t next = detail::timer_wheel::never;
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i) next = std::min(next, s->next_deadline());
  return next;
}

void shard_driver::begin_shutdown() {
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i)
    engine_->post_call(*s, [](detail::shard& there) { there.begin_shutdown(); });
}

bool shard_driver::ended() const noexcept {
  for (std::uint32_t i = 0; detail::shard* s = engine_->shard_at(i); ++i)
    if (!s->ended() && !(s->is_twin() && s->live() == 0)) return false;
  return true;
}

} // namespace actors::simulation
