// SPDX-License-Identifier: BSD-3-Clause
//
// The inline part of `shard`: what a message, an answer and a spawn cost.
#pragma once

#include <actors/detail/shard.hpp>

namespace actors::detail {

/// The type of an empty answer.
struct unit {};

/// Makes `s` the running actor for its lifetime; restores what was before.
struct context_guard {
  context_guard(shard& here, slot& s, std::uint32_t index, const actor_id& id) noexcept
      : here_{here}, self_{here.self()}, sender_{here.sender_}, slot_{here.self_slot_},
        index_{here.self_index_}, current_{here.current_} {
    here.set_self(id);
    here.sender_ = {};
    here.self_slot_ = &s;
    here.self_index_ = index;
    here.current_ = nullptr;
  }
  ~context_guard() {
    here_.set_self(self_);
    here_.sender_ = sender_;
    here_.self_slot_ = slot_;
    here_.self_index_ = index_;
    here_.current_ = current_;
  }
  context_guard(const context_guard&) = delete;
  context_guard& operator=(const context_guard&) = delete;

private:
  shard& here_;
  actor_id self_;
  actor_id sender_;
  slot* slot_;
  std::uint32_t index_;
  envelope* current_;
};

inline envelope* shard::locate(const message_head& head, std::uint32_t size) {
  if (head.target.place == place_) [[likely]] {
    slot* s = find(head.target.slot);
    if (s != nullptr && s->generation == head.target.generation &&
        (s->flags & state::slow_admission) == 0 && s->waiting < fair_share) [[likely]] {
      ++s->waiting;
      return fifo_.append(size, pool_);
    }
    return admit(head, size);
  }
  return open_outbox(head, size);
}

inline envelope* shard::open_outbox(const message_head& head, std::uint32_t size) {
  std::uint32_t to = head.target.shard();
  if ((head.target.place ^ home_) >> 16 == 0 && to < outboxes_.size()) [[likely]] {
    outbox& box = outboxes_[to];
    if (static_cast<std::size_t>(box.limit - box.write) >= size) [[likely]] {
      auto* e = reinterpret_cast<envelope*>(box.write);
      box.write += size;
      return e;
    }
  }
  return grow_outbox(head, size);
}

inline envelope* shard::locate_answer(const message_head& head, std::uint32_t size) {
  if (head.target.place != place_) return open_outbox(head, size);
  return split_ && goes_out(head.target) ? nullptr : fifo_.append(size, pool_);
}

template <class M, class... Args>
inline void shard::send(const message_head& head, Args&&... args) {
  const std::uint32_t size = envelope_size(payload<M>::size, head.flags);
  if constexpr (is_boxed<M>) {
    auto* box = new M{std::forward<Args>(args)...};
    if (envelope* e = locate(head, size)) {
      write_header(e, head, size);
      *static_cast<M**>(e->payload()) = box;
    } else if (goes_out(head.target)) {
      send_far(head, &box);
    } else {
      delete box;
    }
  } else if constexpr (std::is_nothrow_constructible_v<M, Args...>) {
    if (envelope* e = locate(head, size)) [[likely]] {
      write_header(e, head, size);
      new (e->payload()) M{std::forward<Args>(args)...};
    } else if (goes_out(head.target)) {
      send_far_value<M>(head, std::forward<Args>(args)...);
    }
  } else {
    send<M>(head, M{std::forward<Args>(args)...});
  }
}

/// Builds the message aside: it leaves as bytes.
template <class M, class... Args>
void shard::send_far_value(const message_head& head, Args&&... args) {
  alignas(payload_alignment) std::byte room[payload<M>::size];
  payload<M>::construct(room, std::forward<Args>(args)...);
  send_far(head, room);
}

template <class M>
void shard::system(actor_id target, M message) {
  message_head head{message_index<M>, flag::system, target, self(), 0};
  const std::uint32_t size = envelope_size(payload<M>::size, flag::system);
  if (envelope* e = locate_answer(head, size)) {
    write_header(e, head, size);
    payload<M>::construct(e->payload(), std::move(message));
  } else if (goes_out(target)) {
    send_far_value<M>(head, std::move(message));
  }
}

void complete_outside(engine& owner, std::uint64_t request, std::uint32_t type, void* value,
                      failure* error);
/// The shard number that stands for threads outside of all shards.
inline constexpr std::uint32_t outside = 0xffff;

template <class R>
inline void shard::answer(const open_request& request, R&& value) {
  using type = std::remove_cvref_t<R>;
  if (request.asker.shard() == outside && !is_far(request.asker)) {
    type copy{std::forward<R>(value)};
    complete_outside(owner_, request.request, message_index<type>, &copy, nullptr);
    return;
  }
  message_head head{message_index<type>, flag::answers, request.asker, self(), request.request};
  const std::uint32_t size = envelope_size(payload<type>::size, flag::answers);
  if constexpr (is_boxed<type> || !std::is_nothrow_constructible_v<type, R>) {
    type copy{std::forward<R>(value)};
    if (envelope* e = locate_answer(head, size)) {
      write_header(e, head, size);
      payload<type>::construct(e->payload(), std::move(copy));
    } else if (goes_out(request.asker)) {
      send_far_value<type>(head, std::move(copy));
    }
  } else if (envelope* e = locate_answer(head, size)) {
    write_header(e, head, size);
    new (e->payload()) type{std::forward<R>(value)};
  } else if (goes_out(request.asker)) {
    send_far_value<type>(head, std::forward<R>(value));
  }
}

template <class R>
expected<R> take_answer(answer_view answer) {
  if (answer.error != nullptr) return tl::make_unexpected(std::move(*answer.error));
  envelope& e = *answer.reply;
  if (e.is(flag::failed))
    return tl::make_unexpected(std::move(payload<failure>::get(e.payload())));
  if constexpr (std::is_void_v<R>) {
    if (e.type == message_index<unit>) return {};
  } else {
    if (e.type == message_index<R>) return std::move(payload<R>::get(e.payload()));
  }
  return tl::make_unexpected(failure{errc::wrong_type, e.sender, "the reply has another type",
                                     std::string{message_type_at(e.type).name}});
}

template <class Fill>
bool shard::post(std::uint32_t size, bound limit, Fill&& fill) {
  spin_guard guard{foreign_lock_};
  chunk* c = foreign_last_;
  if (c == nullptr || c->capacity - c->used < size) {
    std::uint32_t wanted = c == nullptr ? 0 : 2;
    while (size > chunk_sizes[wanted] - sizeof(chunk)) ++wanted;
    if (limit == bound::minded && inbox_full()) return false;
    c = chunk_pool::make(wanted);
    c->source = outside;
    inbox_bytes_.fetch_add(c->capacity, std::memory_order_relaxed);
    if (foreign_last_ != nullptr)
      foreign_last_->next = c;
    else
      foreign_first_ = c;
    foreign_last_ = c;
  }
  fill(reinterpret_cast<envelope*>(c->begin() + c->used));
  c->used += size;
  foreign_pending_.store(true, std::memory_order_seq_cst);
  return true;
}

template <class A>
const actor_type& actor_type_of();

/// Set before `main`, like the message indices.
template <class A>
inline const actor_type* const actor_type_ptr = &actor_type_of<A>();

/// Builds the object of type `A` in its slot.
template <class A, class... Args>
void construct_object(shard& here, slot& s, Args&&... args) {
  if constexpr (lies_in_slot<A>) {
    new (s.storage) A(std::forward<Args>(args)...);
  } else {
    void* memory = here.allocate_object(sizeof(A), alignof(A));
    try {
      s.object = new (memory) A(std::forward<Args>(args)...);
    } catch (...) {
      here.free_object(memory, sizeof(A), alignof(A));
      throw;
    }
  }
}

template <class A, class... Args>
actor_id shard::spawn(const birth& how, Args&&... args) {
  std::uint32_t i = allocate_slot();
  slot& s = *find(i);
  actor_id id{place_, i, s.generation};
  begin_life(s, i, *actor_type_ptr<A>, how);
  link_child(s, i, self());
  try {
    context_guard as{*this, s, i, id};
    construct_object<A>(*this, s, std::forward<Args>(args)...);
  } catch (...) {
    give_up_birth(s, i);
    throw;
  }
  if (s.flags & state::stop_soon) [[unlikely]] end_newborn(s, id);
  return id;
}

template <class A, class... Args>
void shard::create(actor_id id, actor_id parent, const birth& how, Args&&... args) {
  slot* s = claim_reserved(id);
  if (s == nullptr) return;
  begin_life(*s, id.slot, *actor_type_ptr<A>, how);
  link_child(*s, id.slot, parent);
  try {
    context_guard as{*this, *s, id.slot, id};
    construct_object<A>(*this, *s, std::forward<Args>(args)...);
  } catch (...) {
    birth_threw(*s, id.slot);
    return;
  }
  release_hold(*s, id.slot, state::reserved);
  if (how.kept) tell_started(*s, id.slot);
  if (s->flags & state::stop_soon) end_newborn(*s, id);
}

inline slot* shard::find(const actor_id& id) noexcept {
  if (id.place != place_) return nullptr;
  slot* s = find(id.slot);
  constexpr std::uint16_t nobody_here = state::vacant | state::departed;
  return s != nullptr && s->generation == id.generation && (s->flags & nobody_here) == 0 ? s : nullptr;
}

template <class M>
std::uint64_t shard::set_timer(actor_id target, nanoseconds_t delay, nanoseconds_t period, M&& message) {
  using type = std::remove_cvref_t<M>;
  // Built before the timer is armed: its constructor may throw.
  type built{std::forward<M>(message)};
  actor_timer& t = new_timer(message_type_of<type>(), target, delay, period);
  try {
    payload<type>::construct(t.payload(), std::move(built));
  } catch (...) {
    release_timer(t);
    throw;
  }
  return slab<actor_timer>::ticket(t);
}

template <class F>
void shard::for_each_actor(F&& f) {
  std::uint32_t end = next_fresh_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 1; i < end; ++i) {
    slot* s = find(i);
    if (s == nullptr) {
      i |= segment_size - 1;
      continue;
    }
    if (s->type != nullptr && (s->flags & (state::vacant | state::moved | state::departed)) == 0) f(*s, id_of(*s, i));
  }
}

template <class M>
void shard::deliver_copy(actor_id target, actor_id sender, M&& message) {
  using type = std::remove_cvref_t<M>;
  if (sorting_) {
    send<type>({message_index<type>, 0, target, sender, 0}, std::forward<M>(message));
    return;
  }
  constexpr std::uint32_t size = envelope_size(payload<type>::size, 0);
  alignas(16) char room[size];
  auto* e = reinterpret_cast<envelope*>(room);
  write_header(e, {message_index<type>, 0, target, sender, 0}, size);
  payload<type>::construct(e->payload(), std::forward<M>(message));
  deliver_envelope(*e);
}

template <class M>
void shard::stash(M&& message) {
  using type = std::remove_cvref_t<M>;
  type built{std::forward<M>(message)};
  if (envelope* e = stash_envelope(message_index<type>, payload<type>::size))
    payload<type>::construct(e->payload(), std::move(built));
}

} // namespace actors::detail
