// SPDX-License-Identifier: BSD-3-Clause
//
// The hub as a driver of migration: its orders become steps of shards, what shards have done its events.
//
// Before actors are offered to another node, all third nodes say that they have got what these actors have
// sent, and have sent on what of it was for others (`barrier`): what the actors send from their new node goes
// another way, and would arrive first. The target does the same before it says that it is ready.
#include "hub.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <actors/archive.hpp>

#include "moving.hpp"

namespace actors::cluster {

namespace flag = detail::flag;

namespace {

constexpr std::uint32_t most_hops = 4;
/// What stays for a reason that goes away by itself is tried again.
constexpr std::uint32_t most_tries = 500;
constexpr duration retry_after = std::chrono::milliseconds{2};
/// A message is sent on so often at most, save while its target moves on and on.
constexpr std::uint32_t barrier_depth = 3;

template <class T, class Of>
std::map<std::uint64_t, std::vector<T>> by_place(const std::vector<T>& all, const Of& id_of) {
  std::map<std::uint64_t, std::vector<T>> groups;
  for (const T& each : all) groups[id_of(each).place].push_back(each);
  return groups;
}

const actor_id& itself(const actor_id& id) { return id; }

move_outcome outcome_of(protocol::move_outcome what) {
  switch (what) {
    case protocol::move_outcome::moved: return move_outcome::moved;
    case protocol::move_outcome::ended: return move_outcome::ended;
    case protocol::move_outcome::lost: return move_outcome::lost;
    case protocol::move_outcome::stayed: break;
  }
  return move_outcome::stayed;
}

} // namespace

// -- from any thread ------------------------------------------------------------------------------------

void hub::migrate(const std::vector<actor_id>& who, std::uint64_t to, const detail::open_request& asked_by) {
  wish([=](hub& h) { h.begin_moves(move_wish{who, to, 0}, asked_by); });
}

void hub::leaving(std::uint64_t move, std::uint64_t /*place*/, std::vector<detail::actor_image> ready,
                  std::vector<detail::stuck_actor> stuck) {
  auto images = std::make_shared<std::vector<detail::actor_image>>(std::move(ready));
  wish([=](hub& h) { h.have_left(move, std::move(*images), stuck); });
}

void hub::has_arrived(std::uint64_t source, std::uint64_t move, const actor_id& who, expected<void> how) {
  const protocol::move_id of{protocol::node_id{source}, move};
  wish([of, who, how = std::move(how)](hub& h) {
    h.arrived_[of].push_back({who, how ? expected<actor_id>{who} : expected<actor_id>{tl::make_unexpected(how.error())}});
  });
}

void hub::ends_in_move(std::uint64_t move, const actor_id& who) {
  wish([=](hub& h) {
    h.migration_.ended(h.now_, h.own_move(move), who);
    // It stays for its end, unless it has been handed over by now.
    if (detail::shard* s = h.engine_.shard_of(who.place))
      h.engine_.post_call(*s, [=](detail::shard& there) { there.stay(move, {who}); });
  });
}

// -- wishes ---------------------------------------------------------------------------------------------

/// Actors that live here are moved; for others their nodes are asked.
void hub::begin_moves(const move_wish& what, const detail::open_request& asked_by) {
  const std::uint64_t number = ++last_request_;
  move_request& r = move_requests_[number];
  r.asked_by = asked_by;
  r.open = 1;
  std::map<std::uint64_t, std::vector<actor_id>> groups;
  for (const actor_id& id : what.who) groups[engine_.residence_of(id)].push_back(id);
  for (auto& [node, ids] : groups) {
    if (node == engine_.node() && what.to == engine_.node()) {
      for (const actor_id& id : ids) r.report.actors.push_back({id, move_outcome::moved, {}});
    } else if (node == engine_.node()) {
      ++r.open;
      begin_move(std::move(ids), what.to, number);
    } else if (what.hops >= most_hops || !pass_on({ids, what.to, what.hops + 1}, node, number)) {
      for (const actor_id& id : ids)
        r.report.actors.push_back({id, move_outcome::stayed, {errc::node_lost, id, "its node cannot be reached", ""}});
    } else {
      ++r.open;
      r.elsewhere.push_back({node, std::move(ids)});
    }
  }
  close_request(number);
}

void hub::begin_move(std::vector<actor_id> who, std::uint64_t to, std::uint64_t request) {
  const protocol::move_id move = migration_.move(now_, std::move(who), protocol::node_id{to});
  requests_of_moves_[move.number] = request;
  targets_[move.number] = to;
}

bool hub::pass_on(const move_wish& what, std::uint64_t node, std::uint64_t number) {
  return send_record(node, {0, flag::asks | flag::vital, detail::hub_address(node), detail::hub_address(engine_.node()), number}, what);
}

/// Part of a request is done.
void hub::close_request(std::uint64_t number) {
  const auto at = move_requests_.find(number);
  if (at == move_requests_.end() || --at->second.open != 0) return;
  const move_request r = std::move(at->second);
  move_requests_.erase(at);
  answer_moves(r.asked_by, r.report);
}

void hub::answer_moves(const detail::open_request& asked_by, move_report report) {
  if (asked_by.request == 0) return;
  if (asked_by.asker.node() == engine_.node() && asked_by.asker.shard() == detail::outside) {
    engine_.complete(asked_by.request, detail::message_index<move_report>, &report, nullptr);
    return;
  }
  if (asked_by.asker.shard() != detail::hub_shard) {
    engine_.post({detail::message_index<move_report>, flag::answers, asked_by.asker, {}, asked_by.request}, std::move(report));
    return;
  }
  (void)send_record(asked_by.asker.node(),
                    {0, flag::answers, asked_by.asker, detail::hub_address(engine_.node()), asked_by.request}, report);
}

void hub::take_report(std::uint64_t from, std::uint64_t number, move_report& report) {
  const auto at = move_requests_.find(number);
  if (at == move_requests_.end()) return;
  auto& waits_for = at->second.elsewhere;
  const auto whose = std::find_if(waits_for.begin(), waits_for.end(), [&](const auto& e) { return e.first == from; });
  if (whose == waits_for.end()) return;
  waits_for.erase(whose);
  auto& all = at->second.report.actors;
  all.insert(all.end(), std::make_move_iterator(report.actors.begin()), std::make_move_iterator(report.actors.end()));
  close_request(number);
}

/// Nobody there will report any more.
void hub::lose_requests(std::uint64_t node) {
  std::vector<std::uint64_t> touched;
  for (auto& [number, r] : move_requests_)
    for (auto at = r.elsewhere.begin(); at != r.elsewhere.end();) {
      if (at->first != node) {
        ++at;
        continue;
      }
      for (const actor_id& id : at->second)
        r.report.actors.push_back({id, move_outcome::lost, {errc::node_lost, id, "its node was lost meanwhile", ""}});
      touched.push_back(number);
      at = r.elsewhere.erase(at);
    }
  for (const std::uint64_t number : touched) close_request(number);
}

// -- leaving --------------------------------------------------------------------------------------------

protocol::move_id hub::own_move(std::uint64_t number) const {
  return {protocol::node_id{engine_.node()}, number};
}

/// The nodes that have to know where an actor is.
std::vector<protocol::node_id> hub::kin_of(const detail::actor_image& i, std::uint64_t target) const {
  std::set<std::uint64_t> nodes{i.id.node()};
  const auto add = [&](const actor_id& id) {
    if (id) nodes.insert(engine_.residence_of(id));
  };
  add(i.parent);
  for (const detail::carried_child& c : i.children) add(c.id);
  for (const actor_id& w : i.watchers) add(w);
  for (const actor_id& w : i.watched) add(w);
  nodes.insert(i.visited.begin(), i.visited.end());
  std::vector<protocol::node_id> kin;
  for (const std::uint64_t node : nodes)
    if (node != engine_.node() && node != target && is_member(node)) kin.push_back(protocol::node_id{node});
  return kin;
}

/// Shards have readied what they could.
void hub::have_left(std::uint64_t move, std::vector<detail::actor_image> images, const std::vector<detail::stuck_actor>& stuck) {
  frozen_part part;
  part.move = move;
  for (const detail::actor_image& i : images) {
    protocol::parcel p;
    p.id = i.id;
    p.epoch = i.epoch;
    p.type = i.type;
    p.schema = i.digest;
    buffer bytes;
    encode(bytes, i);
    p.bytes.assign(bytes.data(), bytes.data() + bytes.size());
    p.kin = kin_of(i, targets_[move]);
    part.ready.push_back(std::move(p));
  }
  for (const detail::stuck_actor& s : stuck) part.stuck.push_back({errc::immovable, s.id, s.why, ""});
  const std::uint64_t target = targets_[move];
  auto all = std::make_shared<frozen_part>(std::move(part));
  if (all->ready.empty()) {
    migration_.frozen(now_, own_move(move), {}, std::move(all->stuck));
    return;
  }
  drain(target, barrier_depth, [all](hub& h) {
    h.migration_.frozen(h.now_, h.own_move(all->move), std::move(all->ready), std::move(all->stuck));
  });
}

// -- barriers -------------------------------------------------------------------------------------------

/// Goes on when all that shards here had sent until now has been handed to its shards elsewhere, also what is
/// sent on from there: `depth` times. `but_not`: a node that need not say so.
void hub::drain(std::uint64_t but_not, std::uint32_t depth, std::function<void(hub&)> then) {
  // Who sends nothing on has nothing under way but in the queues to other nodes.
  if (engine_.departed.load(std::memory_order_relaxed) == 0) {
    ask_barriers(but_not, depth, std::move(then));
    return;
  }
  auto open = std::make_shared<std::atomic<std::uint32_t>>(1);
  auto finished = std::make_shared<std::function<void(hub&)>>(
      [but_not, depth, then = std::move(then)](hub& h) { h.ask_barriers(but_not, depth, then); });
  const auto one_less = [this, open, finished] {
    if (open->fetch_sub(1) == 1) wish([finished](hub& h) { (*finished)(h); });
  };
  for (std::uint32_t i = 0; detail::shard* s = engine_.shard_at(i); ++i) {
    open->fetch_add(1);
    engine_.post_call(*s, [one_less](detail::shard& there) {
      there.send_all();
      one_less();
    });
  }
  one_less();
}

void hub::ask_barriers(std::uint64_t but_not, std::uint32_t depth, std::function<void(hub&)> then) {
  (void)take_mail(); // what has been sent goes first
  open_barrier b;
  b.serial = ++last_barrier_;
  b.then = std::move(then);
  if (depth != 0) {
    std::vector<std::uint64_t> nodes;
    for (const auto& [node, id] : links_)
      if (node != but_not) nodes.push_back(node);
    for (const std::uint64_t node : nodes)
      if (send_control(node, barrier{b.serial, depth - 1})) b.waits_for.insert(node);
  }
  barriers_.push_back(std::move(b));
  pass_barriers();
}

void hub::take_barrier(std::uint64_t from, const barrier& what) {
  const auto answer = [from, serial = what.serial](hub& h) { (void)h.send_control(from, barrier_passed{serial}); };
  if (engine_.departed.load(std::memory_order_relaxed) == 0)
    answer(*this);
  else
    drain(from, std::min(what.depth, barrier_depth), answer);
}

void hub::pass_barrier(std::uint64_t node, std::uint64_t serial) {
  for (open_barrier& b : barriers_)
    if (b.serial == serial) b.waits_for.erase(node);
  pass_barriers();
}

/// A connection that broke takes with it what was before the barrier.
void hub::forget_barriers(std::uint64_t node) {
  for (open_barrier& b : barriers_) b.waits_for.erase(node);
  pass_barriers();
}

void hub::pass_barriers() {
  std::vector<std::function<void(hub&)>> done;
  for (auto at = barriers_.begin(); at != barriers_.end();) {
    if (!at->waits_for.empty()) {
      ++at;
      continue;
    }
    done.push_back(std::move(at->then));
    at = barriers_.erase(at);
  }
  for (auto& then : done) then(*this);
}

// -- orders ---------------------------------------------------------------------------------------------

void hub::follow_migration() {
  for (auto& [move, actors] : std::exchange(arrived_, {})) {
    if (engine_.departed.load(std::memory_order_relaxed) == 0) {
      migration_.installed(now_, move, actors);
    } else {
      // What they have sent on from here before is to be there first, too.
      drain(static_cast<std::uint64_t>(move.source), barrier_depth - 1,
            [move = move, actors = actors](hub& h) { h.migration_.installed(h.now_, move, actors); });
    }
  }
  for (auto orders = migration_.take_orders(); !orders.empty(); orders = migration_.take_orders()) {
    std::vector<actor_id> gone;
    for (protocol::migration_order& o : orders) {
      if (const auto* lost = std::get_if<protocol::actor_gone>(&o)) gone.push_back(lost->id);
      std::visit([this](auto& what) { obey(what); }, o);
    }
    if (!gone.empty()) engine_.lose_actors(gone);
  }
}

void hub::obey(protocol::send_migration& what) {
  // Behind what the shards say themselves when they hand over.
  if (what.what.kind == protocol::migration_kind::commit) {
    send_behind_shards(what);
    return;
  }
  (void)send_control(static_cast<std::uint64_t>(what.to), std::move(what.what));
}

void hub::send_behind_shards(protocol::send_migration& what) {
  std::map<std::uint64_t, protocol::migration_message> parts;
  for (const protocol::migration_item& item : what.what.items) {
    auto [at, is_new] = parts.try_emplace(item.id.place);
    if (is_new) {
      at->second = what.what;
      at->second.items.clear();
    }
    at->second.items.push_back(item);
  }
  for (auto& [place, part] : parts) {
    detail::shard* s = engine_.shard_of(place);
    if (s == nullptr) continue;
    engine_.post_call(*s, [this, to = static_cast<std::uint64_t>(what.to), part = part](detail::shard& there) {
      there.send_all();
      wish([to, part](hub& h) {
        (void)h.take_mail();
        (void)h.send_control(to, part);
      });
    });
  }
}

void hub::obey(protocol::freeze_actors& what) {
  for (auto& [place, ids] : by_place(what.ids, itself)) {
    detail::shard* s = engine_.shard_of(place);
    if (s == nullptr) {
      std::vector<failure> stuck;
      for (const actor_id& id : ids) stuck.push_back({errc::no_such_actor, id, "it does not live on this node", ""});
      migration_.frozen(now_, what.move, {}, std::move(stuck));
      continue;
    }
    engine_.post_call(*s, [move = what.move.number, who = ids](detail::shard& there) { there.depart(move, who); });
  }
}

void hub::obey(protocol::thaw_actors& what) {
  for (auto& [place, ids] : by_place(what.ids, itself))
    if (detail::shard* s = engine_.shard_of(place))
      engine_.post_call(*s, [move = what.move.number, who = ids](detail::shard& there) { there.stay(move, who); });
}

void hub::obey(protocol::hand_over_actors& what) {
  const auto id_of = [](const protocol::placed_actor& a) -> const actor_id& { return a.id; };
  for (auto& [place, actors] : by_place(what.actors, id_of)) {
    std::vector<detail::shard::leaver> who;
    for (const protocol::placed_actor& a : actors) {
      who.push_back({a.id, a.epoch});
      engine_.note_residence(a.id, static_cast<std::uint64_t>(what.target), a.epoch);
    }
    if (detail::shard* s = engine_.shard_of(place))
      engine_.post_call(*s, [who = std::move(who), to = static_cast<std::uint64_t>(what.target)](detail::shard& there) {
        there.hand_over(who, to);
      });
  }
}

void hub::obey(protocol::release_actors&) {}

void hub::obey(protocol::lost_with_target& what) {
  engine_.lose_actors(what.ids);
  for (const actor_id& id : what.ids) forget_departed(id);
}

void hub::forget_departed(const actor_id& id) {
  engine_.forget_residence(id);
  if (detail::shard* s = engine_.shard_of(id.place))
    engine_.post_call(*s, [id](detail::shard& there) { there.ended_elsewhere(id); });
}

void hub::obey(protocol::report_move& what) {
  targets_.erase(what.move.number);
  const auto of = requests_of_moves_.find(what.move.number);
  if (of == requests_of_moves_.end()) return;
  const std::uint64_t number = of->second;
  requests_of_moves_.erase(of);
  const auto at = move_requests_.find(number);
  if (at == move_requests_.end()) return;
  for (protocol::moved_actor& a : what.results) {
    // Its source has not heard yet that it has come here: soon it has.
    if (a.outcome == protocol::move_outcome::stayed && a.why.code == errc::overloaded && at->second.tries < most_tries)
      put_off(number, static_cast<std::uint64_t>(what.target), a.id);
    else
      at->second.report.actors.push_back({a.id, outcome_of(a.outcome), std::move(a.why)});
  }
  close_request(number);
}

void hub::put_off(std::uint64_t number, std::uint64_t to, const actor_id& who) {
  move_request& r = move_requests_.find(number)->second;
  ++r.tries;
  ++r.open;
  put_off_.push_back({now_ + retry_after, number, to, who});
}

void hub::retry_moves() {
  while (!put_off_.empty() && put_off_.front().at <= now_) {
    const later_move l = put_off_.front();
    put_off_.pop_front();
    if (!move_requests_.contains(l.request)) continue;
    begin_move({l.who}, l.to, l.request);
  }
}

void hub::obey(protocol::install_actors& what) {
  const auto results = std::make_shared<std::vector<protocol::installed_actor>>();
  std::map<std::uint64_t, std::vector<detail::actor_image>> groups;
  for (const protocol::parcel& p : what.parcels) {
    try {
      auto image = decode<detail::actor_image>(p.bytes);
      if (image.id != p.id) throw std::runtime_error{"it names another actor"};
      groups[p.id.place].push_back(std::move(image));
    } catch (const std::exception& error) {
      migration_.installed(now_, what.move, {{p.id, fail(errc::wrong_type, error.what(), p.type)}});
    }
  }
  for (auto& [place, images] : groups) {
    detail::shard* s = is_over_ ? nullptr : engine_.twin_of(place);
    if (s == nullptr) {
      for (const auto& i : images)
        migration_.installed(now_, what.move, {{i.id, fail(errc::overloaded, "the node has no shard for it", "")}});
      continue;
    }
    auto box = std::make_shared<std::vector<detail::actor_image>>(std::move(images));
    engine_.post_call(*s, [box, move = what.move](detail::shard& there) {
      for (detail::actor_image& i : *box)
        there.arrive(static_cast<std::uint64_t>(move.source), move.number, std::move(i));
    });
  }
}

void hub::obey(protocol::start_actors& what) {
  for (const protocol::placed_actor& a : what.actors) {
    engine_.note_residence(a.id, engine_.node(), a.epoch);
    if (detail::shard* s = engine_.shard_of(a.id.place))
      engine_.post_call(*s, [a](detail::shard& there) { (void)there.set_off(a.id, a.epoch); });
  }
}

void hub::obey(protocol::discard_actors& what) {
  for (auto& [place, ids] : by_place(what.ids, itself))
    if (detail::shard* s = engine_.shard_of(place))
      engine_.post_call(*s, [who = ids](detail::shard& there) {
        for (const actor_id& id : who) there.send_back(id);
      });
}

void hub::obey(protocol::actor_moved& what) {
  const auto node = static_cast<std::uint64_t>(what.where);
  engine_.note_residence(what.actor.id, node, what.actor.epoch);
  // Where it was born or has been, its slot sends on.
  if (detail::shard* s = engine_.shard_of(what.actor.id.place))
    engine_.post_call(*s, [id = what.actor.id, node, epoch = what.actor.epoch](detail::shard& there) {
      there.learn_route(id, node, epoch);
    });
}

void hub::obey(protocol::actor_gone& what) { forget_departed(what.id); }

} // namespace actors::cluster
