// SPDX-License-Identifier: BSD-3-Clause
//
// The end of a whole shard: in order, or at once with all that waits.
#include <actors/detail/engine.hpp>

#include "migrants.hpp"
#include "system_messages.hpp"

namespace actors::detail {

void shard::begin_shutdown() {
  owner_.ending.store(true, std::memory_order_relaxed);
  slot& r = *find(root);
  if (r.last_child == nobody && r.cold == nullptr) {
    ended_.store(true, std::memory_order_release);
    return;
  }
  urgent({urgent_step::what::stop, exit_kind::shutdown, {place_, root, first_generation_}, {}});
}

void shard::abandon() {
  shard* before = std::exchange(current_shard, this);
  leave();
  std::uint32_t end = next_fresh_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 1; i < end; ++i) {
    slot* s = find(i);
    if (s == nullptr) {
      i |= segment_size - 1;
      continue;
    }
    if (s->type == nullptr || (s->flags & state::vacant)) continue;
    if (s->cold != nullptr) {
      end_dealings(*s, {errc::shutting_down, id_of(*s, i), "the node is shutting down", ""});
      drain_to_dead_letters(*s);
    }
    // Under way to another shard it is in its parcel; one that readies itself for another node is here.
    const bool is_under_way = (s->flags & state::moving) != 0 && (s->cold == nullptr || s->cold->move == 0);
    if ((s->flags & state::moved) == 0 && !is_under_way) s->type->destroy(*s);
    delete s->cold;
    s->cold = nullptr;
    s->type = nullptr;
    s->flags = state::vacant;
    ++s->generation;
  }
  live_.store(0, std::memory_order_relaxed);
  discard_migrants();
  discard_all_mail();
  slot* r = find(root);
  delete r->cold;
  r->cold = nullptr;
  current_shard = before;
}

/// Those that have come and do not run yet, and what waits for marks.
void shard::discard_migrants() {
  if (migrants_ == nullptr) return;
  while (!migrants_->newcomers.empty()) send_back(migrants_->newcomers.begin()->first);
  for (auto& [id, r] : migrants_->routes) {
    if (!r.held) continue;
    while (envelope* e = r.held->front(pool_)) {
      reject(head_of(*e, id), errc::shutting_down);
      destroy_payload(*e);
      r.held->pop(e);
    }
    r.held->clear(pool_);
  }
  wheel_.cancel(migrants_->detour_timer);
  migrants_.reset();
}

void shard::discard_all_mail() {
  while (envelope* e = fifo_.front(pool_)) {
    reject(*e, errc::shutting_down);
    fifo_.pop(e);
  }
  fifo_.clear(pool_);
  auto discard = [this](chunk* c) {
    while (c != nullptr) {
      chunk* next = c->next;
      reject_chunk(c, errc::shutting_down);
      c = next;
    }
  };
  discard(std::exchange(incoming_, nullptr));
  discard(inbox_.exchange(nullptr));
  chunk* foreign = nullptr;
  {
    spin_guard guard{foreign_lock_};
    foreign = std::exchange(foreign_first_, nullptr);
    foreign_last_ = nullptr;
    foreign_pending_.store(false, std::memory_order_seq_cst);
  }
  discard(foreign);
  for (std::uint32_t to : dirty_)
    if (chunk* c = std::exchange(outboxes_[to].open, nullptr)) {
      c->used = static_cast<std::uint32_t>(outboxes_[to].write - c->begin());
      outboxes_[to].write = outboxes_[to].limit = nullptr;
      reject_chunk(c, errc::shutting_down);
    }
  dirty_.clear();
  // Rejecting answers askers, which may have written again: those are answers to nobody now.
  while (envelope* e = fifo_.front(pool_)) {
    destroy_payload(*e);
    fifo_.pop(e);
  }
  fifo_.clear(pool_);
  for (outbox& box : outboxes_)
    if (chunk* c = std::exchange(box.open, nullptr)) {
      c->used = static_cast<std::uint32_t>(box.write - c->begin());
      for (char* at = c->begin(); at != c->begin() + c->used;) {
        auto* e = reinterpret_cast<envelope*>(at);
        at += e->size();
        destroy_payload(*e);
      }
      pool_.give(c);
    }
  dirty_.clear();
}

} // namespace actors::detail
