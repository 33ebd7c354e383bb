// SPDX-License-Identifier: BSD-3-Clause
//
// Delivery that is not plain: answers, messages of the system, actors that hold, wait, have moved or
// are gone, and handlers that throw.
#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <typeindex>
#include <unordered_map>

#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>
#include <actors/detail/far_function.hpp>
#include <actors/task.hpp>

#include "migrants.hpp"
#include "system_messages.hpp"
#include "unpacked_message.hpp"

namespace actors::detail {

namespace {

struct payload_end {
  explicit payload_end(envelope& e) noexcept : e_{e} {}
  ~payload_end() { destroy_payload(e_); }
  payload_end(const payload_end&) = delete;
  payload_end& operator=(const payload_end&) = delete;
  envelope& e_;
};

/// Demangling takes longer than all else about a failure, and programs throw few types.
const std::string& readable_name(const std::type_info& type) {
  thread_local std::unordered_map<std::type_index, std::string> known;
  std::string& name = known[type];
  if (name.empty()) {
    int status = 0;
    char* text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    name = status == 0 ? text : type.name();
    std::free(text);
  }
  return name;
}

} // namespace

failure describe_exception(std::exception_ptr error, const actor_id& who) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const std::exception& e) {
    return describe_exception(e, who);
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return {errc::actor_failed, who, "not a std::exception", type != nullptr ? readable_name(*type) : "unknown"};
  }
}

failure describe_exception(const std::exception& error, const actor_id& who) {
  return {errc::actor_failed, who, error.what(), readable_name(typeid(error))};
}

void shard::dispatch_special(envelope& e) {
  if (split_ && send_special_on(e)) [[unlikely]]
    return;
  if (e.is(flag::answers))
    deliver_answer(e);
  else
    handle_system(e);
}

void shard::handle_system(envelope& e) {
  payload_end end{e};
  // Nobody runs: what is done here is done by the system, not by the actor that ran last.
  leave();
  const actor_id target{place_, e.slot, e.generation};
  if (e.type == message_index<shard_call>) {
    payload<shard_call>::get(e.payload()).work(*this, target);
    leave();
    return;
  }
  if (e.type == message_index<multicast_call>) {
    payload<multicast_call>::get(e.payload()).work(*this);
    leave();
    return;
  }
  if (e.type == message_index<packed_message>) {
    auto& packed = payload<packed_message>::get(e.payload());
    unpacked_message built{packed};
    leave();
    if (built.why() == errc::none)
      deliver_envelope(built.message());
    else
      reject(packed.head, built.why());
    leave();
    return;
  }
  if (e.type == message_index<order_mark>) {
    --marks_;
    return;
  }
  if (e.type == message_index<handled_mark>) {
    const handled_mark& mark = payload<handled_mark>::get(e.payload());
    mark.whose->handled(mark.messages, mark.bytes);
    return;
  }
  if (e.type == message_index<far_call>) {
    run_far_call(target, e.sender, payload<far_call>::get(e.payload()));
    leave();
    return;
  }
  if (e.type == message_index<route_mark> || e.type == message_index<route_hint> || e.type == message_index<route_clear> ||
      e.type == message_index<handed_over> || e.type == message_index<late_messages> || e.type == message_index<leave_mark> ||
      e.type == message_index<ended_elsewhere_notice>) {
    handle_move(e, target);
    return;
  }
  slot* s = find(target);
  // Word may come before the birth: it waits in the slot.
  if (s == nullptr) s = claim_reserved(target);
  if (e.type == message_index<token>) {
    if (s != nullptr) run_token(*s, e.slot);
  } else if (e.type == message_index<watch_request>) {
    actor_id watcher = payload<watch_request>::get(e.payload()).watcher;
    if (s != nullptr)
      cold(*s).watchers.push_back(watcher);
    else
      notify_down(watcher, target, exit_kind::unknown,
                  {errc::no_such_actor, target, "the actor had ended already", ""});
  } else if (e.type == message_index<unwatch_request>) {
    if (s != nullptr) std::erase(cold(*s).watchers, payload<unwatch_request>::get(e.payload()).watcher);
  } else if (e.type == message_index<stop_request>) {
    const stop_request& what = payload<stop_request>::get(e.payload());
    if (s == nullptr || settle_slot(*s, e.slot, what.after, what.awaited_by)) stop(target, what.kind);
  } else if (e.type == message_index<stop_in_order_request>) {
    if (s != nullptr) stop_in_turn(*s, e);
  } else if (e.type == message_index<kill_request>) {
    const kill_request& what = payload<kill_request>::get(e.payload());
    if (s == nullptr || settle_slot(*s, e.slot, what.after, what.awaited_by)) kill(target);
  } else if (e.type == message_index<child_halted_notice>) {
    auto& notice = payload<child_halted_notice>::get(e.payload());
    child_has_halted(target, std::move(notice.what), notice.answered_to);
  } else if (e.type == message_index<child_started_notice>) {
    child_has_started(target, payload<child_started_notice>::get(e.payload()).child);
  } else if (e.type == message_index<child_born>) {
    actor_id child = payload<child_born>::get(e.payload()).child;
    if (s != nullptr)
      add_far_child(*s, e.slot, child, payload<child_born>::get(e.payload()).shutdown);
    else
      stop(child);
  } else if (e.type == message_index<child_ended_notice>) {
    auto& notice = payload<child_ended_notice>::get(e.payload());
    child_ended(target, notice.child, notice.kind, notice.reason);
  } else if (e.type == message_index<child_failed_notice>) {
    auto& notice = payload<child_failed_notice>::get(e.payload());
    if (s != nullptr && s->type->handles_child_failed && (s->flags & state::stopping) == 0)
      send<child_failed>({message_index<child_failed>, flag::vital, target, notice.child, 0},
                         child_failed{notice.child, std::move(notice.reason), std::move(notice.message_type)});
    else
      stop(notice.child, exit_kind::failed);
  } else if (s == nullptr) {
    return;
  } else if (e.type == message_index<throttle_notice>) {
    throttle(target, e.sender);
  } else if (e.type == message_index<release_notice>) {
    release_hold(*s, e.slot, state::throttled);
  } else if (e.type == message_index<parcel_arrived>) {
    // Through the FIFO: what the actor sent before it left still lies there, and must not be
    // overtaken by what it sends from its new place.
    system<parcel_settled>(target, {payload<parcel_arrived>::get(e.payload()).at});
  } else if (e.type == message_index<parcel_settled>) {
    arrived(*s, e.slot, payload<parcel_settled>::get(e.payload()).at);
  } else if (e.type == message_index<guest_ended_notice>) {
    auto& notice = payload<guest_ended_notice>::get(e.payload());
    guest_ended(*s, e.slot, notice.kind, std::move(notice.reason));
  }
}

void shard::stop_in_turn(slot& s, envelope& e) {
  // Behind whatever waits aside; one that is on hold forgets nothing either.
  if ((s.flags & (state::has_held | state::backlogged | state::hold)) == 0 || (s.flags & state::stopping)) {
    stop({place_, e.slot, e.generation}, exit_kind::shutdown);
    return;
  }
  extras& x = cold(s);
  s.flags |= state::backlogged;
  ++x.backlog_count;
  add_token(s, e.slot);
  relocate(x.backlog.append(e.size(), pool_), &e);
}

void shard::dispatch_slow(slot& s, envelope& e, origin from) {
  if (s.flags & state::vacant) {
    if (claim_reserved({place_, e.slot, e.generation}) == nullptr) {
      reject(e, errc::no_such_actor);
      return;
    }
  }
  if (s.flags & state::departed) {
    send_on(head_of(e, {place_, e.slot, e.generation}), e.payload());
    return;
  }
  if ((s.flags & state::stopping) && (s.marks & mark::keeping) == 0) {
    reject(e, errc::actor_stopped);
  } else if (from == origin::inbox && (s.flags & state::backlogged)) {
    push_backlog(s, e.slot, e);
  } else if (s.flags & (state::hold | state::has_held | state::stopping)) {
    hold(s, e.slot, e);
  } else if (s.flags & state::moved) {
    forward(s, e);
  } else {
    invoke_checked(s, e.slot, e);
    slot* still = find(e.slot);
    if (still->generation == e.generation && (still->flags & state::throttling)) release_throttled(*still);
  }
}

void shard::invoke_checked(slot& s, std::uint32_t index, envelope& e) {
  set_self(id_of(s, index));
  self_slot_ = &s;
  self_index_ = index;
  current_ = &e;
  watched_message_.store(e.type, std::memory_order_relaxed);
  handler h = s.type->find(e.type);
  if (h == nullptr) h = s.type->fallback;
  if (h == nullptr) {
    reject(e, errc::unhandled);
    return;
  }
  processed_.store(processed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  ++s.handled;
  // Counted as finished also when the handler throws.
  struct finished {
    routed_count* count;
    ~finished() {
      if (count != nullptr) count->end();
    }
  } counted{take_routed(e)};
  h(*this, s, e);
  if (deferred_) after_handler(s, e);
}

void shard::deliver_answer(envelope& e) {
  payload_end end{e};
  pending_ask* ask = asks_.find(e.request());
  if (ask == nullptr || ask->complete == nullptr) return;
  slot& s = *find(ask->owner_slot);
  set_self(id_of(s, ask->owner_slot));
  self_slot_ = &s;
  self_index_ = ask->owner_slot;
  sender_ = e.sender;
  current_ = nullptr;
  watched_message_.store(e.type, std::memory_order_relaxed);
  processed_.store(processed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  ask->complete(*ask, *this, {&e, nullptr});
  if (deferred_) after_handler(s, e);
}

void shard::after_handler(slot& s, envelope&) {
  deferred_ = false;
  request_taken_ = false;
  if (s.flags & state::stop_soon) {
    stop_as_asked(s, self_index_);
  }
}

void shard::handler_threw(envelope& e, const std::exception* error) {
  std::uint32_t type = e.type;
  slot* s = self_slot_;
  failure reason = error != nullptr ? describe_exception(*error, self())
                                    : describe_exception(std::current_exception(), self());
  if (s == nullptr) {
    owner_.log(log_level::error, "a system task threw: " + reason.value + ": " + reason.what);
    return;
  }
  if (current_ != nullptr) {
    dead_letter_of(self(), e.sender, type, errc::actor_failed);
    if (open_request r = current_request(); r.request != 0) answer_failure(r, reason);
  }
  deferred_ = false;
  request_taken_ = false;
  fail(*s, self_index_, std::move(reason), type);
}

open_request shard::current_request() const noexcept {
  if (current_ == nullptr || request_taken_ || !current_->is(flag::asks)) return {};
  return {current_->sender, current_->request()};
}

open_request shard::take_request() {
  open_request r = current_request();
  if (r.request == 0) return r;
  request_taken_ = true;
  deferred_ = true;
  add_open_request(*self_slot_, r);
  return r;
}

void shard::reject(envelope& e, errc code) {
  if (!e.is(flag::answers | flag::system))
    reject(head_of(e, {place_, e.slot, e.generation}), code);
  destroy_payload(e);
}

void shard::reject(const message_head& head, errc code) {
  if (head.flags & (flag::answers | flag::system)) return;
  dead_letter_of(head.target, head.sender, head.type, code);
  if (head.routed != nullptr) head.routed->end();
  if (head.flags & flag::asks)
    answer_failure({head.sender, head.request},
                   failure{code, head.target, std::string{"the request was not taken"},
                           std::string{message_type_at(head.type).name}});
}

void shard::dead_letter_of(const actor_id& target, const actor_id& sender, std::uint32_t type, errc code) {
  owner_.add_dead_letter({target, sender, std::string{message_type_at(type).name}, code});
}

void shard::answer_failure(const open_request& request, failure error) {
  if (request.request == 0) return;
  if (request.asker.shard() == outside && !is_far(request.asker)) {
    complete_outside(owner_, request.request, 0, nullptr, &error);
    return;
  }
  message_head head{message_index<failure>, flag::answers | flag::failed, request.asker, self(),
                    request.request};
  const std::uint32_t size = envelope_size(payload<failure>::size, head.flags);
  if (envelope* e = locate_answer(head, size)) {
    write_header(e, head, size);
    payload<failure>::construct(e->payload(), std::move(error));
  } else if (goes_out(request.asker)) {
    send_far_value<failure>(head, std::move(error));
  }
}

void shard::send_erased(const message_head& head, void* from) {
  const message_type& type = message_type_at(head.type);
  const std::uint32_t size = envelope_size(type.size, head.flags);
  if (envelope* e = locate(head, size)) {
    write_header(e, head, size);
    if (type.relocate != nullptr)
      type.relocate(e->payload(), from);
    else
      __builtin_memcpy(e->payload(), from, type.size);
  } else if (goes_out(head.target)) {
    send_far(head, from);
  } else if (type.destroy != nullptr) {
    type.destroy(from);
  }
}

void shard::deliver_copy(actor_id target, actor_id sender, const message_type& type, const void* from) {
  const message_head head{type.index, 0, target, sender, 0};
  alignas(16) char room[envelope::header + largest_inline_message + 16];
  auto* e = reinterpret_cast<envelope*>(room);
  type.copy(room + envelope::header, from);
  if (sorting_) {
    send_erased(head, room + envelope::header);
    return;
  }
  write_header(e, head, envelope_size(type.size, 0));
  deliver_envelope(*e);
}

void shard::call(actor_id target, unique_function<void(shard&, actor_id)> work) {
  system<shard_call>(target, {std::move(work)});
}

void shard::forward(slot& s, envelope& e) {
  send_erased(head_of(e, s.cold->elsewhere), e.payload());
}

} // namespace actors::detail
