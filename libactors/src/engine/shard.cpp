// SPDX-License-Identifier: BSD-3-Clause
//
// The loop of a shard: what it takes from where, in which order, and what it hands over.
#include <actors/detail/shard.hpp>

#include <exception>

#include <actors/detail/engine.hpp>

#include "migrants.hpp"
#include "object_pool.hpp"
#include "slot_memory.hpp"
#include "system_messages.hpp"
#include "unpacked_message.hpp"

namespace actors::detail {

constinit thread_local shard* current_shard = nullptr;

namespace {

/// Messages from the FIFO between two looks at the inbox.
constexpr std::uint32_t fifo_share = 256;
/// More chunks than this in front of the shard: they are sorted into mailboxes, so that limits and
/// fairness apply to each actor instead of to the sum.
constexpr std::uint32_t crowded = 32;
/// Messages sorted in one go. Bounded, as a full inbox is 256 MiB: urgent messages, timers and the
/// end of the node do not wait for all of it.
constexpr std::uint32_t sort_share = 16'384;

struct running_guard {
  explicit running_guard(shard* s) noexcept : before{std::exchange(current_shard, s)} {}
  ~running_guard() { current_shard = before; }
  shard* before;
};

} // namespace

shard::shard(engine& owner, std::uint32_t index, std::uint64_t place, std::uint32_t first_generation)
    : owner_{owner}, home_{owner.node() << 16}, place_{place}, index_{index}, first_generation_{first_generation},
      segments_{slot_memory::take_table()},
      outboxes_(engine::max_shards), split_{place >> 16 != owner.node()}, objects_{new object_pool{owner.objects()}} {
  ensure_segment(root);
  slot& s = *find(root);
  s.type = &root_type();
  s.generation = first_generation_;
  s.parent = s.last_child = s.next_sibling = s.previous_sibling = nobody;
  set_self({place_, root, first_generation_});
}

shard::~shard() {
  abandon();
  free_segments();
  delete objects_;
}

bool shard::run(nanoseconds_t now, std::uint32_t quantum) {
  running_guard running{this};
  now_ = now;
  wheel_.advance(now, this);
  std::uint32_t done = 0;
  bool more = true;
  while (more && done < quantum) {
    if (!urgent_.empty()) run_urgent();
    std::uint32_t taken = take_inbox();
    std::uint32_t limit = std::min(fifo_share, quantum - std::min(quantum, done));
    std::uint32_t handled = owner_.options().counters ? run_fifo<true>(limit) : run_fifo<false>(limit);
    done += taken + handled;
    more = handled == limit || taken != 0 || incoming_ != nullptr || has_mail() || !urgent_.empty();
  }
  leave();
  if (migrants_ != nullptr) look_at_leaving();
  flush();
  publish_deadline();
  return more || !urgent_.empty() || !fifo_.empty();
}

void shard::leave() noexcept {
  set_self({place_, root, first_generation_});
  self_slot_ = nullptr;
  current_ = nullptr;
}

void shard::publish_deadline() noexcept {
  next_deadline_.store(wheel_.next(), std::memory_order_relaxed);
}

inline void shard::enter(slot& s, std::uint32_t index, const envelope& e) noexcept {
  set_self({place_, index, s.generation});
  self_slot_ = &s;
  self_index_ = index;
  current_ = const_cast<envelope*>(&e);
  watched_message_.store(e.type, std::memory_order_relaxed);
}

template <bool Counting>
inline void shard::invoke(slot& s, envelope& e) {
  enter(s, e.slot, e);
  handler h = s.type->find(e.type);
  if (h == nullptr) [[unlikely]] {
    invoke_checked(s, e.slot, e);
    return;
  }
  // Only this thread writes it, so a plain load and store do; the watchdog reads it.
  processed_.store(processed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if constexpr (Counting) {
    if (++s.handled == 0) [[unlikely]]
      ++cold(s).handled_wraps;
  }
  h(*this, s, e);
  if (deferred_) [[unlikely]]
    after_handler(s, e);
}

template <bool Counting>
std::uint32_t shard::run_fifo(std::uint32_t limit) {
  std::uint32_t done = 0;
  while (done < limit) {
    envelope* e = fifo_.front(pool_);
    if (e == nullptr) break;
    ++done;
    try {
      if (!e->is(flag::answers | flag::system)) [[likely]] {
        slot* s = find(e->slot);
        if (s->generation == e->generation) [[likely]] {
          --s->waiting;
          if (((s->flags & state::slow_dispatch) | (e->flags & flag::routed)) == 0) [[likely]]
            invoke<Counting>(*s, *e);
          else
            dispatch_slow(*s, *e, origin::fifo);
        } else {
          reject(*e, errc::no_such_actor);
        }
      } else {
        dispatch_special(*e);
      }
    } catch (const std::exception& error) {
      handler_threw(*e, &error);
    } catch (...) {
      handler_threw(*e, nullptr);
    }
    fifo_.pop(e);
    if (!urgent_.empty()) [[unlikely]]
      run_urgent();
  }
  return done;
}

/// A message that came from outside of this shard: it has not been counted as waiting.
inline void shard::deliver(envelope& e) {
  if (e.is(flag::answers | flag::system)) [[unlikely]] {
    dispatch_special(e);
    return;
  }
  slot* s = find(e.slot);
  if (s != nullptr && s->generation == e.generation &&
      ((s->flags & (state::slow_dispatch | state::backlogged)) | (e.flags & flag::routed)) == 0) [[likely]] {
    if (owner_.options().counters)
      invoke<true>(*s, e);
    else
      invoke<false>(*s, e);
  } else if (s != nullptr && s->generation == e.generation) {
    dispatch_slow(*s, e, origin::inbox);
  } else if (slot* r = claim_reserved({place_, e.slot, e.generation})) {
    dispatch_slow(*r, e, origin::inbox);
  } else if (const actor_id target{place_, e.slot, e.generation}; split_ && goes_out(target)) {
    send_on(head_of(e, target), e.payload());
  } else {
    reject(e, errc::no_such_actor);
  }
}

void shard::deliver_envelope(envelope& e) {
  try {
    deliver(e);
  } catch (const std::exception& error) {
    handler_threw(e, &error);
  } catch (...) {
    handler_threw(e, nullptr);
  }
}

void shard::run_chunk(chunk* c) {
  char* end = c->begin() + c->used;
  for (char* at = c->begin(); at != end;) {
    auto* e = reinterpret_cast<envelope*>(at);
    at += e->size();
    deliver_envelope(*e);
    if (!urgent_.empty()) [[unlikely]]
      run_urgent();
  }
}

void shard::admit_chunk(chunk* c) {
  const auto admit = [this](envelope& e) {
    const std::uint32_t size = e.size();
    if (e.is(flag::answers | flag::system))
      relocate(fifo_.append(size, pool_), &e);
    else if (const actor_id target{place_, e.slot, e.generation}; split_ && goes_out(target))
      send_on(head_of(e, target), e.payload());
    else if (envelope* to = locate(head_of(e, {place_, e.slot, e.generation}), size))
      relocate(to, &e);
    else
      destroy_payload(e);
  };
  char* end = c->begin() + c->used;
  for (char* at = c->begin(); at != end;) {
    auto* e = reinterpret_cast<envelope*>(at);
    at += e->size();
    if (e->is(flag::system) && e->type == message_index<multicast_call>) {
      // What it tells is sorted in its place, as if it had been told one by one.
      sorting_ = true;
      deliver_envelope(*e);
      sorting_ = false;
      continue;
    }
    if (!e->is(flag::system) || e->type != message_index<packed_message>) {
      admit(*e);
      continue;
    }
    auto& packed = payload<packed_message>::get(e->payload());
    unpacked_message built{packed};
    if (built.why() == errc::none)
      admit(built.message());
    else
      reject(packed.head, built.why());
    destroy_payload(*e);
  }
  // Until this mark has been passed, later chunks go behind what has just been laid aside.
  system<order_mark>({place_, root, first_generation_}, {});
  ++marks_;
}

std::uint32_t shard::take_inbox() {
  if (incoming_ == nullptr || has_mail()) {
    // The stack holds the newest chunk first.
    chunk* newest = inbox_.exchange(nullptr, std::memory_order_seq_cst);
    chunk* first = nullptr;
    chunk* last = newest;
    std::uint32_t n = 0;
    while (newest != nullptr) {
      chunk* next = newest->next;
      newest->next = first;
      first = newest;
      newest = next;
      ++n;
    }
    auto append = [this](chunk* head, chunk* tail) {
      if (head == nullptr) return;
      if (incoming_ == nullptr)
        incoming_ = head;
      else
        incoming_last_->next = head;
      incoming_last_ = tail;
    };
    append(first, last);
    if (foreign_pending_.load(std::memory_order_seq_cst)) {
      chunk* f = nullptr;
      chunk* l = nullptr;
      {
        spin_guard guard{foreign_lock_};
        f = std::exchange(foreign_first_, nullptr);
        l = std::exchange(foreign_last_, nullptr);
        foreign_pending_.store(false, std::memory_order_seq_cst);
      }
      for (chunk* c = f; c != nullptr; c = c->next) ++n;
      append(f, l);
    }
    incoming_count_ += n;
  }
  std::uint32_t done = 0;
  bool sort = incoming_count_ > crowded || marks_ != 0;
  while (incoming_ != nullptr) {
    chunk* c = incoming_;
    incoming_ = c->next;
    --incoming_count_;
    inbox_bytes_.fetch_sub(c->capacity, std::memory_order_relaxed);
    done += c->used / 48 + 1;
    if (sort)
      admit_chunk(c);
    else
      run_chunk(c);
    pool_.give(c);
    // What is run at once leaves the FIFO its turn.
    if (!sort || done >= sort_share) break;
  }
  return done;
}

bool shard::inbox_full() const noexcept {
  return inbox_bytes_.load(std::memory_order_relaxed) > owner_.options().inbox_limit;
}

/// What threads outside have posted before goes first: one of them may have caused this.
void shard::hand_over(chunk* c) noexcept {
  inbox_bytes_.fetch_add(c->capacity, std::memory_order_relaxed);
  const auto push = [this](chunk* next) {
    chunk* before = inbox_.load(std::memory_order_relaxed);
    do {
      next->next = before;
    } while (!inbox_.compare_exchange_weak(before, next, std::memory_order_seq_cst, std::memory_order_relaxed));
  };
  // Not in a simulation, whose one thread tries both orders.
  const bool has_threads = owner_.options().known_to == engine_options::scope::process;
  if (has_threads && foreign_pending_.load(std::memory_order_seq_cst)) {
    spin_guard guard{foreign_lock_};
    while (foreign_first_ != nullptr) push(std::exchange(foreign_first_, foreign_first_->next));
    foreign_last_ = nullptr;
    foreign_pending_.store(false, std::memory_order_seq_cst);
  }
  push(c);
}

envelope* shard::grow_outbox(const message_head& head, std::uint32_t size) {
  if (is_far(head.target)) return nullptr; // the caller sends it as bytes
  shard* peer = owner_.shard_at(head.target.shard());
  if (peer != nullptr) return outbox_room(*peer, head, size);
  reject(head, errc::no_such_actor);
  return nullptr;
}

/// Null: refused.
envelope* shard::outbox_room(shard& peer, const message_head& head, std::uint32_t size) {
  const std::uint32_t to = peer.index();
  outbox& box = outboxes_[to];
  if (static_cast<std::size_t>(box.limit - box.write) >= size) return reinterpret_cast<envelope*>(std::exchange(box.write, box.write + size));
  if (box.open != nullptr) {
    hand_over_outbox(to);
    if (box.size_class + 1 < chunk_classes) ++box.size_class;
  } else {
    dirty_.push_back(to);
  }
  // A peer that does not keep up: refused here, where the sender can be told. Answers and what the
  // system has to say go through: they are few, and others wait for them.
  if ((head.flags & (flag::answers | flag::system | flag::vital)) == 0 && peer.inbox_full()) {
    if (box.open == nullptr && !dirty_.empty() && dirty_.back() == to) dirty_.pop_back();
    reject(head, errc::overloaded);
    return nullptr;
  }
  while (chunk_sizes[box.size_class] - sizeof(chunk) < size) ++box.size_class;
  box.open = pool_.take(box.size_class);
  box.open->source = index_;
  box.write = box.open->begin() + size;
  box.limit = box.open->begin() + box.open->capacity;
  return reinterpret_cast<envelope*>(box.open->begin());
}

void shard::hand_over_outbox(std::uint32_t to) {
  outbox& box = outboxes_[to];
  chunk* c = std::exchange(box.open, nullptr);
  c->used = static_cast<std::uint32_t>(box.write - c->begin());
  box.write = box.limit = nullptr;
  shard& peer = *owner_.shard_at(to);
  peer.hand_over(c);
  owner_.drive().wake(peer);
}

void shard::reject_chunk(chunk* c, errc code) {
  char* end = c->begin() + c->used;
  for (char* at = c->begin(); at != end;) {
    auto* e = reinterpret_cast<envelope*>(at);
    at += e->size();
    if (e->is(flag::system) && e->type == message_index<packed_message>)
      reject(payload<packed_message>::get(e->payload()).head, code);
    reject(*e, code);
  }
  pool_.give(c);
}

void shard::flush() {
  for (std::size_t k = 0; k < dirty_.size(); ++k) {
    std::uint32_t to = dirty_[k];
    outbox& box = outboxes_[to];
    if (box.open == nullptr) continue;
    // Sparse traffic goes back to small chunks.
    auto used = static_cast<std::size_t>(box.write - box.open->begin());
    std::uint32_t k_class = box.size_class;
    hand_over_outbox(to);
    if (k_class > 0 && used < chunk_sizes[k_class - 1] / 2) --box.size_class;
  }
  dirty_.clear();
  if (far_dirty_) flush_far();
}

shard::activity shard::current_activity() const noexcept {
  activity a{};
  a.serial = processed_.load(std::memory_order_relaxed);
  a.actor = self();
  a.running = a.actor.slot != root || a.actor.place != place_;
  a.message = watched_message_.load(std::memory_order_relaxed);
  return a;
}

} // namespace actors::detail
