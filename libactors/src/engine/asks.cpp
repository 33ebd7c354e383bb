// SPDX-License-Identifier: BSD-3-Clause
//
// What an actor waits for: answers to its asks, its coroutines, its timers. All are linked from the
// cold part of its slot, so that they end with it.
#include <algorithm>
#include <cstdlib>

#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>
#include <actors/request.hpp>
#include <actors/task.hpp>

namespace actors::detail {

namespace {

template <class Node>
void link(Node*& head, Node& n) noexcept {
  n.previous = nullptr;
  n.next = head;
  if (head != nullptr) head->previous = &n;
  head = &n;
}

template <class Node>
void unlink(Node*& head, Node& n) noexcept {
  if (n.previous != nullptr)
    n.previous->next = n.next;
  else
    head = n.next;
  if (n.next != nullptr) n.next->previous = n.previous;
  n.next = n.previous = nullptr;
}

} // namespace

/// Runs `f` as the actor in `s`, outside of any message; what it throws fails the actor.
template <class F>
void shard::guarded(slot& s, std::uint32_t index, std::uint32_t message_type, F&& f) {
  context_guard as{*this, s, index, id_of(s, index)};
  try {
    f();
  } catch (...) {
    deferred_ = false;
    request_taken_ = false;
    fail(s, index, describe_exception(std::current_exception(), self()), message_type);
  }
  if (deferred_) {
    deferred_ = false;
    request_taken_ = false;
    if (s.flags & state::stop_soon) {
      stop_as_asked(s, index);
    }
  }
}

void shard::fail_ask(pending_ask& ask, failure why) {
  slot& s = *find(ask.owner_slot);
  if (ask.complete == nullptr) {
    close_ask(ask);
    return;
  }
  guarded(s, ask.owner_slot, message_index<failure>, [&] { ask.complete(ask, *this, {nullptr, &why}); });
}

// -- asks ---------------------------------------------------------------------------------------------

pending_ask& shard::open_ask(nanoseconds_t timeout, const actor_id& whom) {
  std::uint32_t i = self_slot_ == nullptr ? root : self_index_;
  slot& s = *find(i);
  extras& x = cold(s);
  pending_ask& ask = asks_.take();
  ask.owner_slot = i;
  ask.owner_generation = s.generation;
  ask.whom = whom;
  ask.complete = nullptr;
  ask.drop = nullptr;
  link(x.asks, ask);
  ask.timer.fire = [](timer_node* node, void* owner) {
    static_cast<shard*>(owner)->fire_ask(*reinterpret_cast<pending_ask*>(node));
  };
  wheel_.set(ask.timer, time_after(now_, timeout));
  return ask;
}

void shard::close_ask(pending_ask& ask) noexcept {
  if (ask.drop != nullptr) ask.drop(ask);
  ask.drop = nullptr;
  ask.complete = nullptr;
  wheel_.cancel(ask.timer);
  unlink(find(ask.owner_slot)->cold->asks, ask);
  asks_.give(ask);
}

void shard::fire_ask(pending_ask& ask) {
  fail_ask(ask, {errc::timeout, {}, "no answer within the time given", ""});
}

void shard::add_open_request(slot& s, open_request request) { cold(s).owed.add(request); }

bool shard::remove_open_request(slot& s, const open_request& request) noexcept {
  if (request.request == 0 || s.cold == nullptr) return false;
  return s.cold->owed.remove(request);
}

// -- coroutines ---------------------------------------------------------------------------------------

void task_frame::hand_back::finished(task_frame& frame) noexcept {
  frame.done_on(*current_shard);
}

void task_frame::done_on(shard& here) noexcept { here.task_done(*this); }

void shard::task_done(task_frame& frame) noexcept { finished_tasks_.push_back(&frame); }

void shard::run_task(task_frame& frame) {
  slot& s = *self_slot_;
  frame.owner_slot = self_index_;
  frame.message_type = current_ != nullptr ? current_->type : 0;
  frame.sender = sender();
  frame.handle.resume();
  // The body may have given the answer away, to a promise or with a stashed message.
  if (request_taken_) frame.request = {};
  if (!finished_tasks_.empty() && finished_tasks_.back() == &frame) {
    finished_tasks_.pop_back();
    struct destroy_frame {
      ~destroy_frame() { handle.destroy(); }
      std::coroutine_handle<> handle;
    } end{frame.handle};
    frame.finish(frame, *this);
    return;
  }
  link(cold(s).tasks, frame);
  if (!s.type->reentrant) s.flags |= state::awaiting;
  if (frame.request.request != 0) {
    request_taken_ = true;
    deferred_ = true;
    add_open_request(s, frame.request);
  }
}

void shard::task_resumed() {
  while (!finished_tasks_.empty()) {
    task_frame& frame = *finished_tasks_.back();
    finished_tasks_.pop_back();
    const std::uint32_t i = frame.owner_slot;
    slot& s = *find(i);
    unlink(s.cold->tasks, frame);
    const open_request request = frame.request;
    struct destroy_frame {
      ~destroy_frame() { handle.destroy(); }
      std::coroutine_handle<> handle;
    } end{frame.handle};
    try {
      frame.finish(frame, *this);
    } catch (...) {
      // The request stays open: the failure of the actor answers it.
      dead_letter_of(id_of(s, i), frame.sender, frame.message_type, errc::actor_failed);
      throw;
    }
    remove_open_request(s, request);
    if (s.cold->tasks == nullptr) release_hold(s, i, state::awaiting);
    if (s.flags & state::stopping) continue_stop_later(s, i);
  }
}

void shard::continue_stop_later(slot& s, std::uint32_t i) {
  if (s.cold->tasks != nullptr) return;
  urgent({urgent_step::what::child_ended, exit_kind::normal, {place_, i, s.generation}, {}});
}

void shard::drop_task(task_frame& frame) noexcept {
  slot& s = *find(frame.owner_slot);
  unlink(s.cold->tasks, frame);
  if (s.cold->tasks == nullptr) s.flags &= static_cast<std::uint16_t>(~state::awaiting);
  frame.handle.destroy();
}

void pause_awaiter::await_suspend(std::coroutine_handle<> waiting) {
  here_ = current_shard;
  waiting_ = waiting;
  sender_ = here_->sender();
  ask_ = &here_->open_ask(time_);
  new (ask_->storage) pause_awaiter*{this};
  ask_->complete = [](pending_ask& a, shard& here, answer_view) {
    pause_awaiter* self = *std::launder(reinterpret_cast<pause_awaiter**>(a.storage));
    self->ask_ = nullptr;
    here.close_ask(a);
    here.work_for(self->sender_);
    self->waiting_.resume();
    here.task_resumed();
  };
}

pause_awaiter::~pause_awaiter() {
  if (ask_ != nullptr) here_->close_ask(*ask_);
}

namespace {

/// Frames up to 2 KiB are kept for the next coroutine on this thread.
struct frame_stock {
  static constexpr std::size_t step = 64;
  static constexpr std::size_t largest = 2048;
  static constexpr std::uint32_t most = 256;
  struct block {
    block* next;
  };
  block* free[largest / step] = {};
  std::uint32_t count[largest / step] = {};

  ~frame_stock() {
    for (block* b : free)
      while (b != nullptr) std::free(std::exchange(b, b->next));
  }
};
thread_local frame_stock frames;

} // namespace

void* allocate_frame(std::size_t size) {
  std::size_t k = (size - 1) / frame_stock::step;
  if (size <= frame_stock::largest && frames.free[k] != nullptr) {
    --frames.count[k];
    return std::exchange(frames.free[k], frames.free[k]->next);
  }
  void* memory = std::malloc(size <= frame_stock::largest ? (k + 1) * frame_stock::step : size);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

void free_frame(void* frame, std::size_t size) noexcept {
  std::size_t k = (size - 1) / frame_stock::step;
  if (size > frame_stock::largest || frames.count[k] >= frame_stock::most) {
    std::free(frame);
    return;
  }
  auto* b = static_cast<frame_stock::block*>(frame);
  b->next = frames.free[k];
  frames.free[k] = b;
  ++frames.count[k];
}

// -- timers -------------------------------------------------------------------------------------------

actor_timer& shard::new_timer(const message_type& type, actor_id target, nanoseconds_t delay,
                              nanoseconds_t period) {
  std::uint32_t i = self_slot_ == nullptr ? root : self_index_;
  slot& s = *find(i);
  actor_timer& t = timers_.take();
  t.owner_slot = i;
  t.owner_generation = s.generation;
  t.period = period;
  t.known_as = slab<actor_timer>::ticket(t);
  t.head = message_head{type.index, 0, target, self(), 0};
  t.heap = type.size > sizeof(t.storage) ? std::malloc(type.size) : nullptr;
  link(cold(s).timers, t);
  t.timer.fire = [](timer_node* node, void* owner) {
    static_cast<shard*>(owner)->fire_timer(*reinterpret_cast<actor_timer*>(node));
  };
  wheel_.set(t.timer, time_after(now_, delay));
  return t;
}

void shard::fire_timer(actor_timer& t) {
  const message_type& type = message_type_at(t.head.type);
  if (t.period == 0) {
    send_erased(t.head, t.payload());
    release_timer(t);
    return;
  }
  // A periodic timer keeps its beat; beats missed while the shard was busy are skipped.
  nanoseconds_t next = time_after(t.timer.deadline, t.period);
  if (next <= now_) next = time_after(now_, t.period - (now_ - t.timer.deadline) % t.period);
  wheel_.set(t.timer, next);
  guarded(*find(t.owner_slot), t.owner_slot, t.head.type, [&] {
    // Copied aside first: the copy may throw, and then nothing must lie in a queue.
    alignas(payload_alignment) char room[largest_inline_message];
    type.copy(room, t.payload());
    send_erased(t.head, room);
  });
}

void shard::release_timer(actor_timer& t) noexcept {
  wheel_.cancel(t.timer);
  unlink(find(t.owner_slot)->cold->timers, t);
  std::free(std::exchange(t.heap, nullptr));
  timers_.give(t);
}

void shard::free_timer(actor_timer& t) noexcept {
  if (auto destroy = message_type_at(t.head.type).destroy) destroy(t.payload());
  release_timer(t);
}

bool shard::cancel_timer(std::uint64_t ticket) noexcept {
  actor_timer* t = timers_.find(ticket);
  if (t == nullptr || t->owner_slot != self_index_ || t->known_as != ticket) {
    // One that has come along from another shard keeps the name it had there.
    const slot* s = self_slot_ == nullptr ? find(root) : self_slot_;
    t = s->cold == nullptr ? nullptr : s->cold->timers;
    while (t != nullptr && t->known_as != ticket) t = t->next;
  }
  if (t == nullptr) return false;
  free_timer(*t);
  return true;
}

} // namespace actors::detail
