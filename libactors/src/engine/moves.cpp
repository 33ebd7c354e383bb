// SPDX-License-Identifier: BSD-3-Clause
//
// An idle shard takes actors from a busy one. The shard of birth stays the actor's home: its slot
// keeps id, parent, watchers and name, and forwards messages in order; the host runs the object.
//
//   home: at work --donate--> moving (messages held) --parcel_arrived--> moved (messages forwarded)
//   host:                     parcel --adopt--> guest --ends--> guest_ended_notice to the home
//
// Order holds because all messages take the way through the home, before and after.
#include <memory>

#include <actors/detail/engine.hpp>

#include "system_messages.hpp"

namespace actors::detail {

namespace {

/// Envelopes looked at for actors that have work waiting.
constexpr std::uint32_t look_ahead = 2048;

/// Owns a parcel on its way; an object that never arrives is destroyed.
struct parcel_owner {
  explicit parcel_owner(std::unique_ptr<parcel> p) : what{std::move(p)} {}
  parcel_owner(parcel_owner&&) = default;
  ~parcel_owner() {
    if (what == nullptr || what->type == nullptr) return;
    slot ghost;
    take_out(ghost, *what);
    what->type->destroy(ghost);
  }
  static void take_out(slot& to, parcel& from) noexcept {
    slot ghost;
    __builtin_memcpy(ghost.storage, from.storage, inline_state);
    if (from.type->relocate != nullptr)
      from.type->relocate(to, ghost);
    else
      to.object = ghost.object;
  }
  std::unique_ptr<parcel> what;
};

} // namespace

bool shard::can_move(const slot& s) const noexcept {
  if (s.type->keeps_children) return false; // it looks after them where they are listed
  if ((s.flags & static_cast<std::uint16_t>(~state::bounded)) != 0 || s.last_child != nobody) return false;
  if (s.cold == nullptr) return true;
  const extras& x = *s.cold;
  return x.asks == nullptr && x.tasks == nullptr && x.timers == nullptr && x.owed.empty() &&
         x.stash.empty() && x.watched.empty();
}

std::uint32_t shard::donate(std::uint32_t to, std::uint32_t count) {
  shard* host = owner_.shard_at(to);
  if (host == nullptr || host == this) return 0;
  shard* before = std::exchange(current_shard, this);
  std::vector<std::uint32_t> chosen;
  std::uint32_t seen = 0;
  // Every other actor with work goes: half of the load, whatever the order.
  fifo_.for_each([&](envelope& e) {
    if (e.is(flag::answers | flag::system) || ++seen > look_ahead) return seen <= look_ahead;
    slot* s = find(e.slot);
    if (s->generation == e.generation && (s->marks & mark::chosen) == 0 && can_move(*s)) {
      s->marks |= mark::chosen;
      chosen.push_back(e.slot);
    }
    return true;
  });
  std::uint32_t moved = 0;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    slot& s = *find(chosen[k]);
    s.marks &= static_cast<std::uint16_t>(~mark::chosen);
    if (k % 2 == 0 || moved >= count) continue;
    ++moved;
    auto p = std::make_unique<parcel>();
    p->home = {place_, chosen[k], s.generation};
    p->type = s.type;
    p->handled = s.handled;
    p->bounded = (s.flags & state::bounded) != 0;
    p->kept = (s.marks & mark::kept) != 0;
    if (p->bounded && s.cold != nullptr) p->mailbox = s.cold->mailbox;
    slot ghost;
    if (s.type->relocate != nullptr)
      s.type->relocate(ghost, s);
    else
      ghost.object = s.object;
    __builtin_memcpy(p->storage, ghost.storage, inline_state);
    s.flags |= state::moving;
    call({host->place(), root, host->first_generation_},
         [parcel = parcel_owner{std::move(p)}](shard& there, actor_id) mutable { there.adopt(*parcel.what); });
  }
  flush();
  current_shard = before;
  return moved;
}

void shard::adopt(parcel& p) {
  std::uint32_t i = allocate_slot();
  slot& s = *find(i);
  begin_life(s, i, *p.type, {});
  // Counted at home already.
  live_.store(live_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  parcel_owner::take_out(s, p);
  p.type = nullptr;
  s.handled = p.handled;
  s.flags = static_cast<std::uint16_t>((s.flags & ~state::stop_soon) | state::guest);
  extras& x = cold(s);
  if (p.kept) s.marks |= mark::kept;
  x.elsewhere = p.home;
  if (p.bounded) {
    x.mailbox = p.mailbox;
    s.flags |= state::bounded;
  }
  system<parcel_arrived>(p.home, {{place_, i, s.generation}});
}

/// At home: the object lies in the slot `at` of its host, and messages may follow it.
void shard::arrived(slot& s, std::uint32_t i, actor_id at) {
  s.flags = static_cast<std::uint16_t>((s.flags & ~state::moving) | state::moved);
  cold(s).elsewhere = at;
  release_hold(s, i, 0);
  if (s.cold->stop) continue_stop(s, i);
}

/// At home: the object has ended at its host.
void shard::guest_ended(slot& s, std::uint32_t i, exit_kind kind, failure reason) {
  s.type = &unborn_type();
  s.flags &= static_cast<std::uint16_t>(~state::moved);
  if ((s.flags & state::stopping) == 0) {
    begin_stop(s, i, kind, std::move(reason));
    return;
  }
  if (kind == exit_kind::failed) {
    s.cold->stop->kind = kind;
    s.cold->stop->reason = std::move(reason);
  }
  s.cold->stop->hook_called = true;
  continue_stop(s, i);
}

} // namespace actors::detail
