// SPDX-License-Identifier: BSD-3-Clause
//
// Who wants to know of whose end, who has a name, what is counted for whom.
#include <actors/detail/engine.hpp>

#include "system_messages.hpp"

namespace actors::detail {

void shard::watch(actor_id who) {
  extras& x = cold(*self_slot_);
  if (!x.watched.insert(who).second) return;
  if (slot* s = find(who)) {
    cold(*s).watchers.push_back(self());
    return;
  }
  if (is_here(who) && claim_reserved(who) == nullptr) {
    notify_down(self(), who, exit_kind::unknown, {errc::no_such_actor, who, "the actor had ended already", ""});
    return;
  }
  system<watch_request>(who, {self()});
}

void shard::unwatch(actor_id who) {
  if (self_slot_->cold != nullptr) self_slot_->cold->watched.erase(who);
  unwatch_for(who, self());
}

bool shard::forget_watched(const actor_id& who) noexcept {
  return self_slot_ != nullptr && self_slot_->cold != nullptr && self_slot_->cold->watched.erase(who) != 0;
}

void shard::unwatch_for(actor_id who, actor_id watcher) {
  if (!is_here(who))
    system<unwatch_request>(who, {watcher});
  else if (slot* s = find(who); s != nullptr && s->cold != nullptr)
    std::erase(s->cold->watchers, watcher);
}

void shard::notify_down(actor_id watcher, actor_id who, exit_kind kind, const failure& reason) {
  if (is_here(watcher) && find(watcher) == nullptr) return;
  send<down>({message_index<down>, flag::vital, watcher, who, 0}, down{who, kind, reason});
}

void shard::mark_named(actor_id id) {
  if (!is_here(id))
    call(id, [](shard& there, actor_id who) { there.mark_named(who); });
  else if (slot* s = find(id); s != nullptr || (s = claim_reserved(id)) != nullptr)
    s->marks |= mark::named;
  else
    owner_.forget_names(id); // it has ended meanwhile
}

void shard::report_counters(actor_id id, std::uint64_t request) {
  slot* s = find(id);
  if (s == nullptr) {
    failure gone{errc::no_such_actor, id, "the actor has ended", ""};
    complete_outside(owner_, request, 0, nullptr, &gone);
    return;
  }
  if (s->flags & state::moved) {
    call(s->cold->elsewhere, [request](shard& host, actor_id at) { host.report_counters(at, request); });
    return;
  }
  actor_counters c;
  c.handled = s->handled;
  c.waiting = waiting_of(*s);
  if (s->cold != nullptr) {
    c.handled += std::uint64_t{s->cold->handled_wraps} << 32;
    c.peak = s->cold->peak;
    c.failures = s->cold->failures;
    c.restarts = s->cold->restarts;
  }
  complete_outside(owner_, request, message_index<actor_counters>, &c, nullptr);
}

} // namespace actors::detail
