// SPDX-License-Identifier: BSD-3-Clause
//
// The parts of events.
#include <algorithm>
#include <utility>

#include "departure.hpp"

namespace actors::protocol {

departure::move_record* departure::find(move_id id) {
  if (id.source != desk_.self)
    return nullptr;
  const auto at = moves_.find(id.number);
  return at != moves_.end() ? &touch(at->second) : nullptr;
}

departure::move_record* departure::find(const migration_message& text) {
  move_record* m = find(text.move);
  return m != nullptr && m->target == text.from ? m : nullptr;
}

departure::move_record& departure::touch(move_record& m) {
  if (touched_.empty() || touched_.back() != m.id.number)
    touched_.push_back(m.id.number);
  return m;
}

failure departure::obstacle(const parcel& p) const {
  const auto too_much = [&](const char* what, std::uint64_t value) {
    return failure{errc::invalid_argument, p.id, what, std::to_string(value)};
  };
  if (p.bytes.size() > desk_.options.max_actor_bytes)
    return too_much("its state and messages weigh too much", p.bytes.size());
  if (p.kin.size() > max_kin)
    return too_much("too many nodes watch it", p.kin.size());
  if (p.type.size() > max_type_name_bytes)
    return too_much("the name of its type is too long", p.type.size());
  if (p.epoch >= max_migration_number)
    return too_much("its epoch is out of range", p.epoch);
  return {};
}

void departure::add(move_record& m, traveller& t, parcel p) {
  ++p.epoch;
  p.hash = hash_of(p.bytes);
  std::sort(p.kin.begin(), p.kin.end());
  p.kin.erase(std::unique(p.kin.begin(), p.kin.end()), p.kin.end());
  std::erase_if(p.kin, [&](node_id id) {
    return id == desk_.self || id == m.target || id == node_id::none || desk_.is_lost(id);
  });
  t.what = std::move(p);
  t.now = stage::offered;
  t.open_intents = t.what.kin.size();
  tell_kin(m, t, migration_kind::intent);
  add_to_offer(m, t);
}

void departure::add_to_offer(move_record& m, traveller& t) {
  const std::uint64_t weight = t.what.bytes.size();
  const auto fits = [&](const offer& o) {
    return !o.is_sent && o.ids.size() < desk_.options.offer_actors &&
           o.bytes + weight <= desk_.options.offer_bytes;
  };
  if (m.offers.empty() || !fits(m.offers.back()))
    m.offers.emplace_back();
  offer& o = m.offers.back();
  o.ids.push_back(t.what.id);
  o.bytes += weight;
  ++o.open;
  t.offer = m.offers.size() - 1;
}

void departure::tell_kin(const move_record& m, const traveller& t, migration_kind what) {
  for (const node_id to : t.what.kin)
    if (!desk_.is_lost(to))
      notices_.put(to, {what, m.id, m.target, {t.what.id, t.what.epoch}});
}

void departure::note_ready(move_record& m, const actor_id& id, traveller& t) {
  const bool kin_know = t.open_intents == 0 || desk_.has(migration_plant::intents_not_awaited);
  if (t.now == stage::offered && t.is_ready && kin_know)
    touch(m).ready.push_back(id);
}

/// Makes room in the window when a whole offer has its answers.
void departure::answered(move_record& m, traveller& t) {
  m.again.start(desk_.now, desk_.options);
  offer& o = m.offers[t.offer];
  if (--o.open == 0 && o.is_sent)
    --m.under_way;
}

void departure::leave_target(move_record& m, const std::vector<actor_id>& ids) {
  std::vector<migration_item> drops;
  for (const actor_id& id : ids) {
    traveller& t = m.open.at(id);
    if (t.now == stage::freezing)
      continue;
    drops.push_back({id, t.what.epoch});
    if (!desk_.has(migration_plant::withdrawal_untold))
      tell_kin(m, t, migration_kind::withdrawn);
  }
  if (!desk_.is_lost(m.target))
    desk_.send(migration_kind::drop, m.target, m.id, m.target, std::move(drops));
}

void departure::stay(move_record& m, std::vector<actor_id> ids, const failure& why) {
  if (ids.empty())
    return;
  leave_target(m, ids);
  for (const actor_id& id : ids) {
    failure own = why;
    own.who = id;
    conclude(m, m.open.find(id), move_outcome::stayed, std::move(own));
  }
  desk_.order(thaw_actors{m.id, std::move(ids), why});
}

/// The target is lost.
void departure::lose(move_record& m) {
  std::vector<actor_id> undecided;
  lost_with_target order{m.id, m.target, {}};
  for (auto& [id, t] : m.open)
    (t.now == stage::handed_over ? order.ids : undecided).push_back(id);
  const failure why{errc::node_lost, {}, "the target is lost", {}};
  stay(m, std::move(undecided), why);
  for (const actor_id& id : order.ids) {
    tell_kin(m, m.open.at(id), migration_kind::gone);
    failure own = why;
    own.who = id;
    conclude(m, m.open.find(id), move_outcome::lost, std::move(own));
  }
  if (!order.ids.empty())
    desk_.order(std::move(order));
}

void departure::conclude(move_record& m, traveller_at at, move_outcome outcome, failure why) {
  traveller& t = at->second;
  if (t.now == stage::offered && !t.is_ready)
    answered(m, t);
  if (t.now != stage::handed_over)
    --m.undecided;
  const actor_id address = outcome == move_outcome::moved ? t.address : actor_id{};
  m.results.push_back({at->first, outcome, address, std::move(why)});
  busy_.erase(at->first);
  m.open.erase(at);
  touch(m);
}

void departure::expire(move_record& m) {
  std::vector<actor_id> ids;
  for (const auto& [id, t] : m.open)
    if (t.now != stage::handed_over || desk_.has(migration_plant::thaws_after_hand_over))
      ids.push_back(id);
  stay(m, std::move(ids), {errc::timeout, {}, "it could not be handed over in time", {}});
}

void departure::hand_over(move_record& m) {
  hand_over_actors order{m.id, m.target, {}};
  std::vector<migration_item> commits;
  for (const actor_id& id : std::exchange(m.ready, {})) {
    const auto at = m.open.find(id);
    if (at == m.open.end() || at->second.now != stage::offered)
      continue;
    traveller& t = at->second;
    t.now = stage::handed_over;
    --m.undecided;
    desk_.epochs.note(id, {t.what.epoch, m.id.number});
    order.actors.push_back({id, t.address, t.what.epoch});
    commits.push_back({id, t.what.epoch});
  }
  if (commits.empty())
    return;
  desk_.order(std::move(order));
  desk_.send(migration_kind::commit, m.target, m.id, m.target, std::move(commits));
  m.again.start(desk_.now, desk_.options);
}

void departure::send_offers(move_record& m) {
  for (; m.under_way < desk_.options.offer_window && m.next_offer < m.offers.size();
       ++m.next_offer) {
    offer& o = m.offers[m.next_offer];
    o.is_sent = true;
    if (o.open == 0)
      continue;
    ++m.under_way;
    send_offer(m, o);
    m.again.ensure(desk_.now, desk_.options);
  }
}

/// Those of its actors that have no answer.
void departure::send_offer(const move_record& m, const offer& o) {
  migration_message text;
  text.kind = migration_kind::offer;
  text.move = m.id;
  text.target = m.target;
  for (const actor_id& id : o.ids)
    if (const auto at = m.open.find(id);
        at != m.open.end() && at->second.now == stage::offered && !at->second.is_ready)
      text.parcels.push_back(at->second.what);
  if (!text.parcels.empty())
    desk_.send(m.target, std::move(text));
}

/// Whatever has no answer from the target.
void departure::send_again(move_record& m) {
  bool has_sent = false;
  for (std::size_t i = 0; i < m.next_offer; ++i) {
    if (m.offers[i].open == 0)
      continue;
    has_sent = true;
    if (!desk_.has(migration_plant::offers_not_resent))
      send_offer(m, m.offers[i]);
  }
  std::vector<migration_item> commits;
  for (const auto& [id, t] : m.open)
    if (t.now == stage::handed_over)
      commits.push_back({id, t.what.epoch});
  has_sent |= !commits.empty();
  if (!desk_.has(migration_plant::commit_not_resent))
    desk_.send(migration_kind::commit, m.target, m.id, m.target, std::move(commits));
  if (has_sent)
    m.again.again(desk_.now, desk_.options);
  else
    m.again.stop();
}

void departure::close(move_record& m) {
  desk_.order(report_move{m.id, m.target, std::move(m.results)});
  moves_.erase(m.id.number);
  desk_.oldest = moves_.empty() ? next_ : moves_.begin()->first;
}

} // namespace actors::protocol
