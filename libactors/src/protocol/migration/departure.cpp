// SPDX-License-Identifier: BSD-3-Clause
//
// Events. Their parts are in departure_steps.cpp.
#include "departure.hpp"

#include <algorithm>
#include <utility>

namespace actors::protocol {

duration departure::wake_at() const noexcept {
  duration at = notices_.wake_at();
  for (const auto& [number, m] : moves_) {
    at = std::min(at, m.again.at());
    if (m.undecided != 0)
      at = std::min(at, m.deadline);
  }
  return at;
}

move_id departure::begin(std::vector<actor_id> ids, node_id to, std::vector<moved_actor> refused) {
  const std::uint64_t number = next_++;
  const move_id id{desk_.self, number};
  const auto refuse = [&](const actor_id& who, errc code, std::string why) {
    refused.push_back({who, move_outcome::stayed, {}, {code, who, std::move(why), {}}});
  };
  const bool is_full = moves_.size() >= desk_.options.max_moves || notices_.is_full();
  move_record& m = moves_[number];
  m.id = id;
  m.target = to;
  m.deadline = desk_.now + desk_.options.patience;
  freeze_actors order{id, {}};
  for (const actor_id& who : ids) {
    if (to == desk_.self || to == node_id::none || !who)
      refuse(who, errc::invalid_argument, "it cannot move there");
    else if (desk_.is_lost(to))
      refuse(who, errc::node_lost, "the target is lost");
    else if (is_full || busy_.size() >= desk_.options.max_departing)
      refuse(who, errc::overloaded, "too much is moving");
    else if (!busy_.emplace(who, number).second)
      refuse(who, errc::invalid_argument, "it is moving already");
    else {
      m.open.emplace(who, traveller{});
      order.ids.push_back(who);
    }
  }
  m.undecided = order.ids.size();
  m.results = std::move(refused);
  if (!order.ids.empty())
    desk_.order(std::move(order));
  touch(m);
  desk_.oldest = moves_.begin()->first;
  return id;
}

void departure::frozen(move_id id, std::vector<parcel> parcels, const std::vector<failure>& stuck) {
  move_record* m = find(id);
  if (m == nullptr) {
    ++desk_.refused.unknown;
    return;
  }
  for (parcel& p : parcels) {
    const auto at = m->open.find(p.id);
    if (at == m->open.end() || at->second.now != stage::freezing)
      ++desk_.refused.unknown;
    else if (failure why = obstacle(p); why.code != errc::none)
      stay(*m, {p.id}, why);
    else
      add(*m, at->second, std::move(p));
  }
  for (const failure& why : stuck)
    if (const auto at = m->open.find(why.who);
        at != m->open.end() && at->second.now == stage::freezing)
      conclude(*m, at, move_outcome::stayed, why);
}

void departure::ended(move_id id, actor_id who) {
  move_record* m = find(id);
  const auto at = m != nullptr ? m->open.find(who) : traveller_at{};
  if (m == nullptr || at == m->open.end() || at->second.now == stage::handed_over) {
    ++desk_.refused.unknown;
    return;
  }
  leave_target(*m, {who});
  conclude(*m, at, move_outcome::ended, {errc::actor_stopped, who, "it ended", {}});
}

void departure::receive(const migration_message& text) {
  switch (text.kind) {
  case migration_kind::prepared:
    return take_prepared(text);
  case migration_kind::refused:
    return take_refused(text);
  case migration_kind::started:
    return take_started(text);
  case migration_kind::noted:
    return take_noted(text);
  case migration_kind::where:
    return answer(text);
  default:
    ++desk_.refused.unknown;
  }
}

void departure::take_prepared(const migration_message& text) {
  move_record* m = find(text);
  std::vector<migration_item> drops;
  std::vector<migration_item> commits;
  for (const migration_item& item : text.items) {
    const auto at = m != nullptr ? m->open.find(item.id) : traveller_at{};
    if (m == nullptr || at == m->open.end())
      drops.push_back({item.id, item.epoch});
    else
      take_prepared(*m, at, item, commits);
  }
  desk_.refused.unknown += drops.size();
  desk_.send(migration_kind::drop, text.from, text.move, text.target, std::move(drops));
  desk_.send(migration_kind::commit, text.from, text.move, text.target, std::move(commits));
}

void departure::take_prepared(move_record& m, traveller_at at, const migration_item& item,
                              std::vector<migration_item>& commits) {
  traveller& t = at->second;
  if (t.now == stage::freezing || item.epoch != t.what.epoch) {
    ++desk_.refused.unknown;
  } else if (t.now == stage::handed_over) {
    // It asks, because it has not heard the commit.
    if (!desk_.has(migration_plant::commit_not_resent))
      commits.push_back({item.id, item.epoch});
  } else if (!t.is_ready && item.hash != t.what.hash) {
    ++desk_.refused.hashes;
    stay(m, {item.id}, {errc::invalid_argument, item.id, "the target has other bytes", {}});
  } else if (!t.is_ready) {
    answered(m, t);
    t.is_ready = true;
    t.address = item.address;
    t.what.bytes = {};
    note_ready(m, item.id, t);
  }
}

void departure::take_refused(const migration_message& text) {
  move_record* m = find(text);
  for (const migration_item& item : text.items) {
    const auto at = m != nullptr ? m->open.find(item.id) : traveller_at{};
    // What is ready or handed over is not refused any more: this is late.
    if (m == nullptr || at == m->open.end() || at->second.now != stage::offered ||
        at->second.is_ready)
      ++desk_.refused.unknown;
    else
      stay(*m, {item.id}, {item.code, item.id, item.text, {}});
  }
}

void departure::take_started(const migration_message& text) {
  move_record* m = find(text);
  std::vector<migration_item> done;
  release_actors order{text.move, {}};
  for (const migration_item& item : text.items) {
    const auto at = m != nullptr ? m->open.find(item.id) : traveller_at{};
    const bool is_open = m != nullptr && at != m->open.end();
    if (is_open && (at->second.now != stage::handed_over || at->second.what.epoch != item.epoch)) {
      ++desk_.refused.unknown;
      continue;
    }
    done.push_back({item.id, item.epoch});
    if (!is_open)
      continue;
    order.ids.push_back(item.id);
    conclude(*m, at, move_outcome::moved, {});
  }
  if (!order.ids.empty())
    desk_.order(std::move(order));
  desk_.send(migration_kind::done, text.from, text.move, text.target, std::move(done));
}

void departure::take_noted(const migration_message& text) {
  move_record* m = find(text.move);
  for (const migration_item& item : text.items) {
    if (!notices_.noted(text, item)) {
      ++desk_.refused.unknown;
      continue;
    }
    if (m == nullptr || text.about != migration_kind::intent)
      continue;
    if (const auto at = m->open.find(item.id); at != m->open.end()) {
      --at->second.open_intents;
      note_ready(*m, item.id, at->second);
    }
  }
}

/// Silent about what is open: the word will come. Who asks about an epoch that was handed over has
/// missed that it settled; had it moved on from there, he would have been told of that first.
void departure::answer(const migration_message& text) {
  std::vector<migration_item> went;
  std::vector<migration_item> stayed;
  for (const migration_item& item : text.items) {
    const auto found = busy_.find(item.id);
    const bool is_open = found != busy_.end() && found->second == text.move.number;
    if (is_open || notices_.find(text.from, item.id) != nullptr)
      continue;
    const move_stamp known = desk_.epochs.of(item.id);
    const bool has_gone =
        known.epoch > item.epoch || known == move_stamp{item.epoch, text.move.number};
    (has_gone ? went : stayed).push_back({item.id, item.epoch});
  }
  desk_.send(migration_kind::handed_over, text.from, text.move, text.target, std::move(went));
  desk_.send(migration_kind::withdrawn, text.from, text.move, text.target, std::move(stayed));
}

void departure::node_lost(node_id id) {
  for (const migration_notice& n : notices_.node_lost(id)) {
    move_record* m = n.kind == migration_kind::intent ? find(n.move) : nullptr;
    if (m == nullptr)
      continue;
    if (const auto at = m->open.find(n.what.id); at != m->open.end()) {
      --at->second.open_intents;
      note_ready(*m, n.what.id, at->second);
    }
  }
  for (auto& [number, m] : moves_)
    if (m.target == id)
      lose(m);
}

void departure::link_opened(node_id id) {
  notices_.link_opened(id);
  for (auto& [number, m] : moves_)
    if (m.target == id) {
      m.again.start(desk_.now, desk_.options);
      send_again(m);
    }
}

void departure::tick() {
  notices_.tick();
  for (auto& [number, m] : moves_) {
    if (m.undecided != 0 && m.deadline <= desk_.now)
      expire(m);
    if (m.again.is_due(desk_.now))
      send_again(m);
  }
}

void departure::flush() {
  while (!touched_.empty()) {
    for (const std::uint64_t number : std::exchange(touched_, {})) {
      const auto at = moves_.find(number);
      if (at == moves_.end())
        continue;
      hand_over(at->second);
      send_offers(at->second);
      if (at->second.open.empty())
        close(at->second);
    }
  }
  notices_.flush();
}

} // namespace actors::protocol
