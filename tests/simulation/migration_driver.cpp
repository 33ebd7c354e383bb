// SPDX-License-Identifier: BSD-3-Clause
//
// What a runtime would do: it carries out orders, and takes its time.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "migration_world.hpp"

namespace actors::protocol::test {

void migration_world::after(std::size_t at) {
  if (hosts_[at].lives == nullptr)
    return;
  for (migration_order& o : hosts_[at].lives->machine.take_orders())
    std::visit([&](auto& what) { carry_out(at, what); }, o);
  process& p = *hosts_[at].lives;
  const duration wake = p.machine.wake_at();
  if (wake == duration::max() || p.next_tick <= std::max(wake, now_))
    return;
  p.next_tick = std::max(wake, now_ + 1us);
  later(
      p.next_tick - now_, at, [this, at] { tick(at); }, true);
}

void migration_world::tick(std::size_t at) {
  process& p = *hosts_[at].lives;
  if (p.next_tick > now_)
    return;
  p.next_tick = duration::max();
  p.machine.tick(now_);
  after(at);
}

void migration_world::send(std::size_t at, send_migration& out) {
  const std::size_t to = host_of(out.to);
  if (to >= hosts_.size() || to == at)
    return error("a message to nobody");
  const auto text = std::make_shared<migration_message>(std::move(out.what));
  say(fmt::format("{} tells {} {} of {}/{}", at + 1, to + 1, to_string(text->kind),
                  static_cast<std::uint64_t>(text->move.source), text->move.number));
  if (flaw_of(*text, out.to) != migration_flaw::none)
    error(fmt::format("{} sends a {} that is refused", at + 1, to_string(text->kind)));
  if (random_.below(1000) < corrupted_)
    corrupt(*text);
  if (random_.below(1000) < doubled_)
    deliver(at, to, text, some_time(random_.one_in(2) ? 3s : 50ms), true);
  link& l = link_of(at, to);
  if (!l.is_open || random_.below(1000) < loss_)
    return;
  duration& last = l.last[at < to ? 0 : 1];
  last = std::max(last + 1ns, now_ + some_time(most_delay_));
  deliver(at, to, text, last - now_, false);
}

void migration_world::corrupt(migration_message& text) {
  for (parcel& p : text.parcels)
    if (!p.bytes.empty() && random_.one_in(2))
      p.bytes[random_.below(p.bytes.size())] ^= std::byte{4};
}

void migration_world::deliver(std::size_t from, std::size_t to,
                              const std::shared_ptr<migration_message>& text, duration in,
                              bool is_late) {
  const std::uint64_t session = link_of(from, to).session;
  push({now_ + in, 0, to, true, true, from, [=, this] {
          if (!is_late && link_of(from, to).session != session)
            return;
          ++totals_.deliveries;
          hosts_[to].lives->machine.message(now_, node_of(from), *text);
          after(to);
        }});
}

void migration_world::carry_out(std::size_t at, const freeze_actors& o) {
  for (const actor_id& id : o.ids) {
    const auto found = hosts_[at].lives->copies.find(id);
    if (found == hosts_[at].lives->copies.end() || found->second.now != copy_state::running)
      continue;
    found->second.now = copy_state::freezing;
    found->second.move = o.move;
  }
  // In two parts, now and then.
  const std::size_t half = random_.one_in(2) ? o.ids.size() : o.ids.size() / 2;
  const auto middle = o.ids.begin() + static_cast<std::ptrdiff_t>(half);
  for (const auto& ids :
       {std::vector<actor_id>(o.ids.begin(), middle), std::vector<actor_id>(middle, o.ids.end())})
    if (!ids.empty())
      later(
          random_.one_in(8) && !is_planned_ && !is_gentle_ ? some_time(900ms) : some_time(10ms), at,
          [this, at, move = o.move, ids] { freeze(at, move, ids); }, true);
}

void migration_world::freeze(std::size_t at, move_id move, const std::vector<actor_id>& ids) {
  process& p = *hosts_[at].lives;
  std::vector<parcel> parcels;
  std::vector<failure> stuck;
  for (const actor_id& id : ids) {
    const auto found = p.copies.find(id);
    if (found == p.copies.end() || found->second.move != move ||
        found->second.now != copy_state::freezing) {
      stuck.push_back({errc::no_such_actor, id, "it is not here", {}});
    } else if (random_.below(1000) < refusals_) {
      found->second.now = copy_state::running;
      stuck.push_back({errc::overloaded, id, "it is in the middle of something", {}});
    } else {
      found->second.now = copy_state::frozen;
      parcels.push_back(pack(id, found->second));
    }
  }
  p.machine.frozen(now_, move, std::move(parcels), std::move(stuck));
  after(at);
}

parcel migration_world::pack(const actor_id& id, const copy& c) {
  const truth& t = actors_.at(id);
  parcel p;
  p.id = id;
  p.epoch = c.epoch;
  p.type = "counter";
  p.schema = 7;
  p.bytes.resize(16 + random_.below(64));
  std::memcpy(p.bytes.data(), &c.count, 8);
  std::memcpy(p.bytes.data() + 8, &c.hash, 8);
  p.kin.assign(t.kin.begin(), t.kin.end());
  return p;
}

void migration_world::carry_out(std::size_t at, const thaw_actors& o) {
  for (const actor_id& id : o.ids) {
    auto& copies = hosts_[at].lives->copies;
    const auto found = copies.find(id);
    if (found == copies.end() || found->second.move != o.move) {
      // It was not here when it was to freeze.
      if (found == copies.end() && !actors_.at(id).has_ended &&
          actors_.at(id).owner == node_of(at) && actors_.at(id).giver == node_id::none)
        error(fmt::format("{} thaws at {}, which has not got it", to_string(id), at + 1));
      continue;
    }
    if (found->second.now != copy_state::freezing && found->second.now != copy_state::frozen) {
      error(fmt::format("{} thaws at {} and was not frozen", to_string(id), at + 1));
      continue;
    }
    say(fmt::format("{} thaws {}: {}", at + 1, to_string(id), o.why.what));
    found->second.now = copy_state::running;
    check_running(at, id);
  }
}

void migration_world::carry_out(std::size_t at, const hand_over_actors& o) {
  for (const placed_actor& a : o.actors) {
    auto& copies = hosts_[at].lives->copies;
    const auto found = copies.find(a.id);
    if (found == copies.end() || found->second.now != copy_state::frozen ||
        found->second.move != o.move || a.epoch != found->second.epoch + 1) {
      error(fmt::format("{} hands over {} and has not got it frozen", at + 1, to_string(a.id)));
      continue;
    }
    say(fmt::format("{} hands over {}", at + 1, to_string(a.id)));
    found->second.now = copy_state::forwarding;
    hosts_[at].lives->knows[a.id] = {o.target, a.epoch};
    truth& t = actors_.at(a.id);
    t.owner = o.target;
    t.giver = node_of(at);
    if (hosts_[host_of(o.target)].lives == nullptr)
      t.may_be_lost = true;
  }
  // The most delicate moment.
  if (fault_rate_ != 0 && random_.one_in(8))
    later(some_time(most_delay_), nobody_, [this, at] { crash(at); });
}

void migration_world::carry_out(std::size_t at, const release_actors& o) {
  for (const actor_id& id : o.ids) {
    auto& copies = hosts_[at].lives->copies;
    const auto found = copies.find(id);
    if (found == copies.end() || found->second.now != copy_state::forwarding ||
        found->second.move != o.move)
      error(fmt::format("{} releases {} and has not handed it over", at + 1, to_string(id)));
    else
      copies.erase(found);
  }
}

void migration_world::carry_out(std::size_t at, const lost_with_target& o) {
  if (hosts_[host_of(o.target)].lives != nullptr)
    error("actors are said to be lost with a node that lives");
  for (const actor_id& id : o.ids) {
    if (running(id) != 0)
      error(fmt::format("{} is said to be lost, and runs", to_string(id)));
    if (hosts_[at].lives->copies.erase(id) == 0)
      error("an actor is lost that was not here");
    // Also if this node is to know where it is.
    knowledge& k = hosts_[at].lives->knows[id];
    k.is_gone = true;
  }
}

void migration_world::carry_out(std::size_t at, const install_actors& o) {
  process& p = *hosts_[at].lives;
  for (const parcel& what : o.parcels) {
    copy c;
    c.now = copy_state::installing;
    c.move = o.move;
    c.epoch = what.epoch;
    std::memcpy(&c.count, what.bytes.data(), 8);
    std::memcpy(&c.hash, what.bytes.data() + 8, 8);
    if (!p.guests.try_emplace({o.move, what.id}, c).second)
      error(fmt::format("{} installs {} twice", at + 1, to_string(what.id)));
  }
  later(
      random_.one_in(8) && !is_planned_ && !is_gentle_ ? some_time(900ms) : some_time(10ms), at,
      [this, at, o] { install(at, o.move, o.parcels); }, true);
}

void migration_world::install(std::size_t at, move_id move, const std::vector<parcel>& parcels) {
  process& p = *hosts_[at].lives;
  std::vector<installed_actor> results;
  for (const parcel& what : parcels) {
    const auto found = p.guests.find({move, what.id});
    if (found == p.guests.end())
      continue;
    if (found->second.now != copy_state::installing || found->second.epoch != what.epoch)
      continue;
    const bool is_bad = random_.below(1000) < refusals_ || (is_refusing_ && what.id.slot == 2);
    if (is_bad) {
      p.guests.erase(found);
      results.push_back({what.id, fail(errc::not_serializable, "unknown type")});
      continue;
    }
    found->second.now = copy_state::installed;
    const auto self = static_cast<std::uint64_t>(node_of(at));
    results.push_back({what.id, actor_id{self << 16, ++p.last_slot, 1}});
  }
  p.machine.installed(now_, move, results);
  after(at);
}

void migration_world::carry_out(std::size_t at, const start_actors& o) {
  process& p = *hosts_[at].lives;
  for (const placed_actor& a : o.actors) {
    const auto found = p.guests.find({o.move, a.id});
    if (found == p.guests.end() || found->second.now != copy_state::installed) {
      error(fmt::format("{} starts {} and has not installed it", at + 1, to_string(a.id)));
      continue;
    }
    say(fmt::format("{} starts {} at epoch {}", at + 1, to_string(a.id), a.epoch));
    truth& t = actors_.at(a.id);
    if (t.owner != node_of(at))
      error(fmt::format("{} starts at {}, which does not own it", to_string(a.id), at + 1));
    t.giver = node_id::none;
    for (const host& h : hosts_)
      if (h.lives != nullptr && h.lives->knows[a.id].is_gone)
        error(fmt::format("{} starts, and was said to be gone", to_string(a.id)));
    copy c = found->second;
    p.guests.erase(found);
    c.now = copy_state::running;
    p.copies[a.id] = c;
    p.knows[a.id] = {node_of(at), a.epoch};
    check_running(at, a.id);
  }
}

void migration_world::carry_out(std::size_t at, const discard_actors& o) {
  for (const actor_id& id : o.ids)
    if (hosts_[at].lives->guests.erase({o.move, id}) == 0 && !actors_.at(id).has_ended)
      error(fmt::format("{} discards {} and has no such copy", at + 1, to_string(id)));
}

void migration_world::carry_out(std::size_t at, const actor_moved& o) {
  ++totals_.told;
  say(fmt::format("{} hears that {} is at {}, epoch {}", at + 1, to_string(o.actor.id),
                  static_cast<std::uint64_t>(o.where), o.actor.epoch));
  knowledge& k = hosts_[at].lives->knows[o.actor.id];
  if (o.actor.epoch <= k.epoch)
    error(fmt::format("{} hears old news of {}", at + 1, to_string(o.actor.id)));
  if (o.actor.address.node() != static_cast<std::uint64_t>(o.where))
    error("an address is at another node");
  k = {o.where, o.actor.epoch};
}

void migration_world::carry_out(std::size_t at, const actor_gone& o) {
  ++totals_.gone;
  say(fmt::format("{} hears that {} is gone", at + 1, to_string(o.id)));
  if (!actors_.at(o.id).may_be_lost)
    error(fmt::format("{} hears that {} is gone, and it is not", at + 1, to_string(o.id)));
  knowledge& k = hosts_[at].lives->knows[o.id];
  if (o.epoch <= k.epoch)
    error(fmt::format("{} hears old news of the end of {}", at + 1, to_string(o.id)));
  k = {node_id::none, o.epoch, true};
}

/// By itself, wherever it runs or waits to move; not after it was handed over.
void migration_world::end_actor(std::size_t at, const actor_id& id) {
  if (!works(at))
    return;
  process& p = *hosts_[at].lives;
  const auto found = p.copies.find(id);
  if (found == p.copies.end() || found->second.now == copy_state::forwarding)
    return;
  say(fmt::format("{} ends at {}", to_string(id), at + 1));
  const copy c = found->second;
  actors_.at(id).has_ended = true;
  p.copies.erase(found);
  if (c.now == copy_state::running)
    return;
  p.machine.ended(now_, c.move, id);
  after(at);
}

void migration_world::carry_out(std::size_t at, const report_move& o) {
  const auto found = wishes_.find(o.move);
  if (found == wishes_.end()) {
    // All were refused in the call itself.
    return later(0ms, at, [this, at, o] { carry_out(at, o); });
  }
  wish& w = found->second;
  if (std::exchange(w.is_reported, true))
    error(fmt::format("move {} of {} is reported twice", o.move.number, at + 1));
  std::multiset<actor_id> about;
  for (const moved_actor& r : o.results) {
    about.insert(r.id);
    check_result(at, o, r);
  }
  if (!std::equal(about.begin(), about.end(), w.ids.begin(), w.ids.end()))
    error("a report is not about those that were to move");
  const duration due = std::max(w.begun + options_.patience, quiet_since_) + 2500ms;
  if (now_ > due && loss_ == 0)
    error(fmt::format("the report on move {} of {} is late", o.move.number, at + 1));
}

} // namespace actors::protocol::test
