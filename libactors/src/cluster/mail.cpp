// SPDX-License-Identifier: BSD-3-Clause
//
// What shards have written for other nodes, on its way to links; and what does not get there.
#include "hub.hpp"

#include <iterator>

#include <actors/archive.hpp>
#include <actors/detail/far_function.hpp>
#include <actors/group.hpp>

#include "topic_news.hpp"
#include "../protocol/link/batch.hpp"

namespace actors::cluster {

namespace {

namespace flag = detail::flag;

/// Nodes that are gone and still known here, so that messages to them fail at once.
constexpr std::size_t most_lost_peers = 1024;
constexpr duration load_interval = std::chrono::seconds{1};

} // namespace

// -- from any thread ----------------------------------------------------------------------------------

std::shared_ptr<peer> hub::peer_of(std::uint64_t node) {
  std::lock_guard guard{peers_mutex_};
  if (peers_.size() > most_lost_peers && !peers_.contains(node))
    std::erase_if(peers_, [](const auto& p) { return p.second->now() == peer::state::lost; });
  auto& p = peers_[node];
  if (p == nullptr) p = std::make_shared<peer>(node, options_.peers);
  return p;
}

std::shared_ptr<peer> hub::find_peer(std::uint64_t node) const {
  std::lock_guard guard{peers_mutex_};
  const auto at = peers_.find(node);
  return at == peers_.end() ? nullptr : at->second;
}

std::size_t hub::known_peers() const {
  std::lock_guard guard{peers_mutex_};
  return peers_.size();
}

std::size_t hub::waiting_bytes() const {
  std::size_t sum = 0;
  std::lock_guard guard{peers_mutex_};
  for (const auto& [node, p] : peers_) sum += p->waiting_bytes();
  return sum;
}

std::unique_ptr<detail::far_outbox> hub::open(std::uint64_t node) {
  return std::make_unique<outbox>(peer_of(node), types_, static_cast<notified&>(*this));
}

actor_id hub::reserve(std::uint64_t node) {
  const auto taken = ids_.take(node);
  if (taken.is_low) has_mail(peer_of(node));
  return taken.id;
}

bool hub::reaches(std::uint64_t node) const {
  const auto p = find_peer(node);
  return p != nullptr && (p->now() == peer::state::waiting || p->now() == peer::state::open);
}

void hub::has_mail(const std::shared_ptr<peer>& p) {
  bool is_first;
  {
    std::lock_guard guard{mail_mutex_};
    is_first = mail_.empty();
    mail_.push_back(p);
  }
  has_post_.store(true, std::memory_order_seq_cst);
  if (is_first) world_.nudge();
}

// -- the hub's thread ---------------------------------------------------------------------------------

bool hub::take_mail() {
  std::vector<std::shared_ptr<peer>> mail;
  {
    std::lock_guard guard{mail_mutex_};
    mail.swap(mail_);
  }
  for (const auto& p : mail) {
    send_mail(*p);
    if (ids_.is_wanted(p->node())) (void)send_control(p->node(), ids_wanted{});
  }
  return !mail.empty();
}

void hub::send_mail(peer& p) {
  connection* c = link_to(p.node());
  if (c == nullptr || c->link.now_in() != protocol::link::phase::open) {
    if (p.now() == peer::state::away || p.now() == peer::state::lost) {
      for (parcel& what : p.take()) drop(what, errc::node_lost);
    } else if (!is_member(p.node())) {
      unknown_.try_emplace(p.node(), now_ + options_.unknown_patience);
    }
    return;
  }
  for (parcel& what : p.take()) {
    auto* batch = std::get_if<protocol::outgoing_batch>(&what);
    if (batch != nullptr && !keep_known(*batch, p.node(), c->link.types())) continue;
    const protocol::admission a = batch != nullptr
                                      ? c->link.send(std::move(*batch), now_)
                                      : c->link.send(std::move(std::get<protocol::outgoing_large>(what)), now_);
    if (a == protocol::admission::accepted) continue;
    drop(what, a == protocol::admission::closed ? errc::node_lost : errc::overloaded);
  }
  touch(*c);
}

/// Takes out what the peer has no type for. False when nothing is left.
bool hub::keep_known(protocol::outgoing_batch& batch, std::uint64_t node, const protocol::type_agreement& types) {
  if (types.knows_all) return true;
  protocol::batch_builder kept{node};
  protocol::batch_reader reader{batch.records(), node};
  for (protocol::record r; reader.next(r);) {
    if (types.knows(r.head.type))
      (void)kept.add(r.head, [&](writer& out) { out.write(r.payload); });
    else
      drop(r.head, errc::unhandled);
  }
  const bool is_vital = batch.vital;
  batch = kept.take();
  batch.vital = is_vital;
  return batch.messages != 0;
}

void hub::drop(parcel& what, errc why) {
  if (const auto* large = std::get_if<protocol::outgoing_large>(&what)) {
    drop(large->head, why);
    return;
  }
  // Targets are of another node: where it does not show, it does not matter here.
  protocol::batch_reader reader{std::get<protocol::outgoing_batch>(what).records(), 0};
  protocol::record r;
  while (reader.next(r)) drop(r.head, why);
}

void hub::drop(const protocol::record_head& head, errc why) {
  if ((head.flags & (flag::answers | flag::system)) != 0) return;
  const std::uint32_t index = types_->table->entries()[head.type].index;
  const std::string type{detail::message_type_at(index).name};
  engine_.add_dead_letter({head.target, head.sender, type, why});
  if ((head.flags & flag::asks) == 0) return;
  engine_.post({detail::message_index<failure>, flag::answers | flag::failed, head.sender, {}, head.request},
               failure{why, head.target, "the request did not reach the node", type});
}

/// What certainly did not arrive goes over the next link, in its order; it was never sent twice. Large
/// messages do not wait for it: each is a dead letter.
void hub::requeue(peer& p, protocol::losses&& lost) {
  for (const auto& large : lost.unsent.large) drop(large->head, errc::node_lost);
  std::deque<parcel> again;
  for (auto& batch : lost.unsent.batches) again.emplace_back(std::move(batch));
  if (p.now() == peer::state::waiting) {
    p.put_back(std::move(again));
    return;
  }
  for (parcel& what : again) drop(what, errc::node_lost);
}

// -- what hubs say to each other ----------------------------------------------------------------------

template <class M>
bool hub::send_control(std::uint64_t node, M message) {
  return send_record(node, {0, flag::system | flag::vital, detail::hub_address(node), {}, 0}, message);
}

/// `head` without its type. False: there is no link, or the node does not know the type.
template <class M>
bool hub::send_record(std::uint64_t node, protocol::record_head head, const M& message) {
  connection* c = link_to(node);
  if (c == nullptr || c->link.now_in() != protocol::link::phase::open) return false;
  protocol::batch_builder builder{node};
  head.type = types_->of(detail::message_index<M>);
  if (!c->link.types().knows(head.type)) return false;
  return send_built(*c, builder, builder.add(head, [&](writer& out) { out(message); }));
}
template bool hub::send_record(std::uint64_t, protocol::record_head, const move_wish&);
template bool hub::send_record(std::uint64_t, protocol::record_head, const move_report&);
template bool hub::send_control(std::uint64_t, protocol::migration_message);
template bool hub::send_control(std::uint64_t, barrier);
template bool hub::send_control(std::uint64_t, barrier_passed);
template bool hub::send_control(std::uint64_t, protocol::message);
template bool hub::send_control(std::uint64_t, protocol::directory_message);
template bool hub::send_control(std::uint64_t, topic_news);
template bool hub::send_control(std::uint64_t, relations_lost);

bool hub::send_built(connection& c, protocol::batch_builder& builder, protocol::batch_builder::state how) {
  const protocol::admission a = how == protocol::batch_builder::state::large ? c.link.send(builder.take_large(), now_)
                                                                             : c.link.send(builder.take(), now_);
  touch(c);
  return a == protocol::admission::accepted;
}

void hub::take(std::uint64_t from, const protocol::record_head& head, std::uint32_t type, void* value) {
  if (type == detail::message_index<protocol::message>) {
    if (!is_over_) changed_membership().receive(now_, *static_cast<protocol::message*>(value));
  } else if (type == detail::message_index<protocol::directory_message>) {
    if (!is_over_) changed_directory().receive(now_, std::move(*static_cast<protocol::directory_message*>(value)));
  } else if (type == detail::message_index<topic_news>) {
    const topic_news& news = *static_cast<topic_news*>(value);
    for (const auto& [topic, who] : news.subscribers)
      if (who.node() == from) news.is_on ? engine_.subscribe_far(topic, who) : engine_.unsubscribe_far(topic, who);
  } else if (type == detail::message_index<relations_lost>) {
    engine_.lose_node(from);
    (void)send_control(from, relations_ended{});
  } else if (type == detail::message_index<relations_ended>) {
    broken_.erase(from);
  } else if (type == detail::message_index<ids_wanted>) {
    if (is_member(from)) grant_ids(from);
  } else if (type == detail::message_index<detail::ids_request>) {
    if (is_member(from) && (head.flags & flag::asks) != 0)
      engine_.post({detail::message_index<ids_granted>, flag::answers, head.sender, head.target, head.request},
                   ids_on_each_shard(static_cast<detail::ids_request*>(value)->on_each_shard));
  } else if (type == detail::message_index<detail::make_group_part>) {
    if (is_member(from)) make_part(head, *static_cast<detail::make_group_part*>(value));
  } else if (type == detail::message_index<ids_granted>) {
    for (const id_range& r : static_cast<ids_granted*>(value)->ranges)
      if (r.place >> 16 == from) ids_.add(from, r);
  } else if (type == detail::message_index<protocol::migration_message>) {
    if (!is_over_ && is_member(from)) migration_.message(now_, protocol::node_id{from}, std::move(*static_cast<protocol::migration_message*>(value)));
  } else if (type == detail::message_index<barrier>) {
    if (is_member(from)) take_barrier(from, *static_cast<barrier*>(value));
  } else if (type == detail::message_index<barrier_passed>) {
    pass_barrier(from, static_cast<barrier_passed*>(value)->serial);
  } else if (type == detail::message_index<move_wish>) {
    if (is_member(from) && (head.flags & flag::asks) != 0)
      begin_moves(*static_cast<move_wish*>(value), {head.sender, head.request});
  } else if (type == detail::message_index<move_report>) {
    take_report(from, head.request, *static_cast<move_report*>(value));
  } else if (type == detail::message_index<load_report>) {
    placing_.note(from, *static_cast<load_report*>(value));
  }
}

/// How busy this node is, for those who place actors.
void hub::report_load() {
  next_report_ = now_ + load_interval;
  load_report report;
  for (std::uint32_t i = 0; detail::shard* s = engine_.shard_at(i); ++i) {
    report.actors += s->live();
    report.handled += s->processed();
  }
  report.at_ns = now_.count();
  placing_.note(engine_.node(), report);
  for (const auto& [node, link] : links_) (void)send_control(node, report);
}

/// At once, so that a multicast that comes next finds it; the members are born in their turn.
void hub::make_part(const protocol::record_head& head, detail::make_group_part& what) {
  auto core = std::make_shared<detail::group_core>();
  try {
    reader in{what.arguments};
    in(*core);
  } catch (const std::exception&) {
    return; // the asker's time runs out
  }
  engine_.enter_group(std::move(core));
  engine_.post({detail::message_index<detail::far_call>, flag::system, what.target, {}, 0},
               detail::far_call{std::move(what.function), std::move(what.arguments)});
  engine_.post({detail::message_index<detail::part_is_known>, flag::answers, head.sender, head.target, head.request},
               detail::part_is_known{});
}

ids_granted hub::ids_on_each_shard(std::uint32_t count) {
  ids_granted grant;
  for (std::uint32_t i = 0; i < engine_.shard_count(); ++i)
    grant.ranges.push_back(engine_.shard_at(i)->reserve_range(count));
  return grant;
}

void hub::grant_ids(std::uint64_t node) {
  (void)send_control(node, ids_on_each_shard(options_.ids_at_once / engine_.shard_count()));
}

} // namespace actors::cluster
