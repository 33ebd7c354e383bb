// SPDX-License-Identifier: BSD-3-Clause
#include "arrival.hpp"

#include <algorithm>
#include <utility>

namespace actors::protocol {

duration arrival::wake_at() const noexcept {
  duration at = notices_.wake_at();
  for (const auto& [id, s] : sources_)
    at = std::min(at, s.again.at());
  return at;
}

std::vector<placed_actor> arrival::take_started() { return std::exchange(started_, {}); }

void arrival::receive(migration_message& text) {
  switch (text.kind) {
  case migration_kind::offer:
    return take_offer(text);
  case migration_kind::commit:
    return take_commit(text);
  case migration_kind::drop:
    return take_drop(text);
  case migration_kind::done:
    return take_done(text);
  case migration_kind::where:
    return answer(text);
  case migration_kind::noted:
    for (const migration_item& item : text.items)
      desk_.refused.unknown += notices_.noted(text, item) ? 0 : 1;
    return;
  default:
    ++desk_.refused.unknown;
  }
}

void arrival::take_offer(migration_message& text) {
  install_actors order{text.move, {}};
  std::vector<migration_item> ready;
  std::vector<migration_item> refused;
  for (parcel& p : text.parcels) {
    const auto at = guests_.find(p.id);
    if (at != guests_.end() && at->second.move == text.move && at->second.epoch == p.epoch) {
      if (at->second.now == stage::ready)
        ready.push_back(state_of(p.id, at->second));
      continue;
    }
    std::string why;
    if (const errc code = obstacle(p, text.move, why); code != errc::none) {
      refused.push_back({p.id, p.epoch, {}, 0, code, std::move(why)});
      continue;
    }
    if (at != guests_.end()) {
      desk_.order(discard_actors{at->second.move, {p.id}});
      forget(at);
    }
    admit(p, text.move);
    if (desk_.has(migration_plant::prepared_before_installed))
      ready.push_back({p.id, p.epoch, p.id, p.hash});
    order.parcels.push_back(std::move(p));
  }
  if (!order.parcels.empty())
    desk_.order(std::move(order));
  desk_.send(migration_kind::prepared, text.from, text.move, desk_.self, std::move(ready));
  desk_.send(migration_kind::refused, text.from, text.move, desk_.self, std::move(refused));
}

errc arrival::obstacle(const parcel& p, move_id move, std::string& why) {
  const auto refuse = [&why](std::uint64_t& count, errc code, const char* text) {
    ++count;
    why = text;
    return code;
  };
  auto& refused = desk_.refused;
  const auto at = guests_.find(p.id);
  const bool is_newer =
      at == guests_.end() ||
      (at->second.now != stage::started && move_stamp{p.epoch, move.number} > stamp_of(at->second));
  const bool is_known = p.epoch <= desk_.epochs.of(p.id).epoch;
  if ((!is_newer || is_known) && !desk_.has(migration_plant::epoch_unchecked))
    return refuse(refused.epochs, errc::invalid_argument, "the target has seen a later copy");
  if (hash_of(p.bytes) != p.hash && !desk_.has(migration_plant::hash_unchecked))
    return refuse(refused.hashes, errc::invalid_argument, "the bytes have another hash");
  if (guests_.size() >= desk_.options.max_arriving || notices_.is_full() ||
      p.bytes.size() > desk_.options.max_actor_bytes)
    return refuse(refused.overloaded, errc::overloaded, "too much arrives at the target");
  return errc::none;
}

void arrival::admit(const parcel& p, move_id move) {
  guest g{move, p.epoch, stage::installing, {}, p.hash, p.kin};
  std::erase_if(g.kin, [&](node_id id) { return id == desk_.self || id == move.source; });
  guests_.insert_or_assign(p.id, std::move(g));
  sources_[move.source].guests.insert(p.id);
}

void arrival::installed(move_id move, const std::vector<installed_actor>& results) {
  std::vector<migration_item> ready;
  std::vector<migration_item> refused;
  start_actors early{move, {}};
  for (const installed_actor& r : results) {
    const auto at = guests_.find(r.id);
    // Otherwise it has been discarded since.
    if (at == guests_.end() || at->second.move != move || at->second.now != stage::installing)
      continue;
    if (!r.address) {
      refused.push_back({r.id,
                         at->second.epoch,
                         {},
                         0,
                         r.address.error().code,
                         r.address.error().what.substr(0, max_migration_text_bytes)});
      forget(at);
      continue;
    }
    at->second.now = stage::ready;
    at->second.address = *r.address;
    ready.push_back(state_of(r.id, at->second));
    if (desk_.has(migration_plant::starts_without_commit))
      start(at->second, r.id, early);
  }
  if (const auto s = sources_.find(move.source); s != sources_.end() && !ready.empty())
    s->second.again.start(desk_.now, desk_.options);
  desk_.send(migration_kind::prepared, move.source, move, desk_.self, std::move(ready));
  desk_.send(migration_kind::refused, move.source, move, desk_.self, std::move(refused));
  if (!early.actors.empty())
    desk_.order(std::move(early));
}

migration_item arrival::state_of(const actor_id& id, const guest& g) {
  return {id, g.epoch, g.address, g.hash};
}

arrival::guest_at arrival::find(const migration_message& text, const migration_item& item) {
  const auto at = guests_.find(item.id);
  const bool is_it =
      at != guests_.end() && at->second.move == text.move && at->second.epoch == item.epoch;
  if (!is_it)
    ++desk_.refused.unknown;
  return is_it ? at : guests_.end();
}

void arrival::take_commit(const migration_message& text) {
  start_actors order{text.move, {}};
  std::vector<migration_item> started;
  for (const migration_item& item : text.items) {
    const auto at = find(text, item);
    if (at == guests_.end())
      continue;
    if (at->second.now == stage::installing) {
      ++desk_.refused.unknown;
      continue;
    }
    if (at->second.now == stage::ready)
      start(at->second, item.id, order);
    started.push_back(state_of(item.id, at->second));
  }
  if (!order.actors.empty())
    desk_.order(std::move(order));
  if (const auto s = sources_.find(text.from); s != sources_.end() && !started.empty())
    s->second.again.start(desk_.now, desk_.options);
  desk_.send(migration_kind::started, text.from, text.move, desk_.self, std::move(started));
}

void arrival::start(guest& g, const actor_id& id, start_actors& order) {
  g.now = stage::started;
  desk_.epochs.note(id, {g.epoch, g.move.number});
  order.actors.push_back({id, g.address, g.epoch});
  started_.push_back(order.actors.back());
  for (const node_id to : std::exchange(g.kin, {}))
    if (!desk_.is_lost(to))
      notices_.put(to, {migration_kind::settled, g.move, desk_.self, {id, g.epoch, g.address}});
}

void arrival::take_drop(const migration_message& text) {
  discard_actors order{text.move, {}};
  for (const migration_item& item : text.items) {
    const auto at = find(text, item);
    if (at == guests_.end())
      continue;
    if (at->second.now == stage::started && !desk_.has(migration_plant::drops_started)) {
      ++desk_.refused.unknown;
      continue;
    }
    order.ids.push_back(item.id);
    forget(at);
  }
  if (!order.ids.empty())
    desk_.order(std::move(order));
}

void arrival::take_done(const migration_message& text) {
  for (const migration_item& item : text.items)
    if (const auto at = find(text, item); at != guests_.end() && at->second.now == stage::started)
      forget(at);
}

void arrival::answer(const migration_message& text) {
  items_by_move here;
  std::vector<migration_item> over;
  std::vector<migration_item> never;
  for (const migration_item& item : text.items) {
    const auto at = guests_.find(item.id);
    const bool is_guest =
        at != guests_.end() && at->second.move == text.move && at->second.epoch == item.epoch;
    const migration_notice* told = notices_.find(text.from, item.id);
    if (told != nullptr && told->what.epoch >= item.epoch)
      here[{told->move, desk_.self}].push_back(told->what);
    else if (desk_.epochs.of(item.id).epoch >= item.epoch)
      over.push_back({item.id, item.epoch});
    else if (!is_guest || desk_.has(migration_plant::not_here_while_undecided))
      never.push_back({item.id, item.epoch});
  }
  for (auto& [head, items] : here)
    desk_.send(migration_kind::settled, text.from, head.first, desk_.self, std::move(items));
  desk_.send(migration_kind::withdrawn, text.from, text.move, desk_.self, std::move(over));
  desk_.send(migration_kind::not_here, text.from, text.move, desk_.self, std::move(never));
}

void arrival::forget(guest_at at) {
  const auto s = sources_.find(at->second.move.source);
  s->second.guests.erase(at->first);
  if (s->second.guests.empty())
    sources_.erase(s);
  guests_.erase(at);
}

void arrival::node_lost(node_id id) {
  (void)notices_.node_lost(id);
  const auto s = sources_.find(id);
  if (s == sources_.end())
    return;
  std::map<move_id, std::vector<actor_id>> discards;
  std::map<move_id, start_actors> wrong;
  for (const actor_id& who :
       std::vector<actor_id>(s->second.guests.begin(), s->second.guests.end())) {
    const auto at = guests_.find(who);
    guest& g = at->second;
    if (g.now == stage::ready && desk_.has(migration_plant::starts_when_source_lost))
      start(g, who, wrong[g.move]);
    else if (g.now != stage::started)
      discards[g.move].push_back(who);
    forget(at);
  }
  for (auto& [move, order] : wrong)
    desk_.order(start_actors{move, std::move(order.actors)});
  for (auto& [move, ids] : discards)
    desk_.order(discard_actors{move, std::move(ids)});
}

void arrival::send_again(node_id to, source& s) {
  items_by_move ready;
  items_by_move started;
  for (const actor_id& id : s.guests) {
    const guest& g = guests_.at(id);
    if (g.now != stage::installing)
      (g.now == stage::ready ? ready : started)[{g.move, desk_.self}].push_back(state_of(id, g));
  }
  for (auto& [move, items] : ready)
    desk_.send(migration_kind::prepared, to, move.first, desk_.self, std::move(items));
  for (auto& [move, items] : started)
    desk_.send(migration_kind::started, to, move.first, desk_.self, std::move(items));
  if (ready.empty() && started.empty())
    s.again.stop();
}

void arrival::link_opened(node_id id) {
  notices_.link_opened(id);
  if (const auto s = sources_.find(id); s != sources_.end()) {
    s->second.again.start(desk_.now, desk_.options);
    send_again(id, s->second);
  }
}

void arrival::tick() {
  notices_.tick();
  for (auto& [id, s] : sources_)
    if (s.again.is_due(desk_.now)) {
      s.again.again(desk_.now, desk_.options);
      send_again(id, s);
    }
}

} // namespace actors::protocol
