// SPDX-License-Identifier: BSD-3-Clause
//
// The hub's connections: from the first byte to the last line in the log.
#include "hub.hpp"

#include <variant>

namespace actors::cluster {

hub::connection& hub::add_connection(connection_id id, protocol::link_role role, std::string remote,
                                     std::string dialled, std::uint64_t expected, std::string binding) {
  protocol::connection_facts facts;
  facts.role = role;
  facts.remote = std::move(remote);
  facts.nonce = world_.nonce();
  facts.expected_node = expected;
  facts.binding = std::move(binding);
  facts.previous = [this](std::uint64_t node) {
    const auto at = previous_.find(node);
    return at == previous_.end() ? protocol::previous_connection{} : at->second;
  };
  connection c{id, protocol::link{local_, std::move(facts), options_.link},
               std::make_shared<credit_account>(credit_news_), std::make_shared<credit_account>(credit_news_),
               std::move(dialled)};
  ++strangers_;
  return connections_.emplace(static_cast<std::uint64_t>(id), std::move(c)).first->second;
}

hub::connection* hub::find(connection_id id) {
  if (last_found_ != nullptr && last_found_->id == id) return last_found_;
  const auto at = connections_.find(static_cast<std::uint64_t>(id));
  return at == connections_.end() ? nullptr : last_found_ = &at->second;
}

void hub::erase(connection_id id) {
  last_found_ = nullptr;
  connections_.erase(static_cast<std::uint64_t>(id));
}

hub::connection* hub::link_to(std::uint64_t node) {
  const auto at = links_.find(node);
  return at == links_.end() ? nullptr : find(at->second);
}

/// The node at an address to which there is a link; 0: none.
std::uint64_t hub::linked_at(const std::string& address) {
  for (const auto& [node, id] : links_)
    if (const connection& c = *find(id); c.link.peer().address == address || c.dialled == address) return node;
  return 0;
}

void hub::accepted(connection_id id, std::string remote, std::string binding, duration now) {
  event e{*this, now};
  ++counts_.accepted;
  if (strangers_ >= options_.most_strangers || is_over_) {
    ++counts_.turned_away;
    world_.log(log_level::warning, "node " + options_.name + ": refused " + remote +
                                       (is_over_ ? ": the node is leaving" : ": too many that have not proved themselves"));
    world_.close(id);
    return;
  }
  connection& c = add_connection(id, protocol::link_role::acceptor, std::move(remote), {}, 0, std::move(binding));
  c.link.begin(now_);
  touch(c);
}

void hub::dial_to(const std::string& address, std::uint64_t node) {
  auto [at, fresh] = dials_.try_emplace(address);
  if (at->second.to == 0) at->second.to = node;
  if (!fresh) return;
  at->second.id = connection_id{++last_connection_};
  ++counts_.dialled;
  world_.connect(at->second.id, address);
}

void hub::connected(connection_id id, std::string binding, duration now) {
  event e{*this, now};
  for (auto& [address, d] : dials_) {
    if (d.id != id) continue;
    connection& c = add_connection(id, protocol::link_role::connector, address, address, d.to, std::move(binding));
    c.link.begin(now_);
    touch(c);
    return;
  }
  world_.close(id);
}

void hub::connect_failed(connection_id id, bool refused, duration now) {
  event e{*this, now};
  for (auto& [address, d] : dials_) {
    if (d.id != id) continue;
    const std::uint64_t to = d.to;
    dials_.erase(std::string{address});
    if (refused && to != 0 && !is_over_) changed_membership().refused(now_, protocol::node_id{to});
    return;
  }
}

void hub::end_dial(const std::string& address) { dials_.erase(address); }

void hub::send_waiting(const std::string& address, std::uint64_t node) {
  for (protocol::message& m : std::exchange(dials_[address].waiting, {})) (void)send_control(node, std::move(m));
}

// -- what links order ---------------------------------------------------------------------------------

void hub::touch(connection& c) {
  if (std::exchange(c.is_queued, true)) return;
  touched_.push_back(c.id);
}

void hub::follow(connection_id id) {
  connection* c = find(id);
  if (c == nullptr) return;
  c->is_queued = false;
  // Another connection may be followed meanwhile: the memory that is not in use is taken.
  std::vector<protocol::link_order> orders = std::move(spare_orders_);
  c->link.take_orders(orders);
  for (protocol::link_order& o : orders) {
    // The last order ends the connection.
    std::visit([&](auto& what) { obey(*c, what); }, o);
  }
  spare_orders_ = std::move(orders);
  // Shards look at what waits before they write more.
  if (c = find(id); c != nullptr && c->peer != nullptr) {
    const std::size_t bulk = c->link.queued_bulk_bytes();
    c->peer->set_queued(c->link.queued_bytes() - bulk, bulk);
  }
}

void hub::obey(connection& c, protocol::write_bytes& what) { world_.write(c.id, what.head, what.body); }

delivery::origin hub::origin_of(connection& c, const std::shared_ptr<credit_account>& account) {
  const std::uint64_t node = c.link.peer().node;
  const bool is_trusted = is_member(node) && (c.peer == nullptr || c.peer->now() != peer::state::lost) &&
                          (broken_.empty() || !broken_.contains(node));
  return {node, c.link.types().from_peer, is_trusted, account};
}

void hub::obey(connection& c, protocol::deliver_batch& what) {
  const auto from = origin_of(c, c.account);
  const std::uint64_t before = delivery_.counts().misaddressed;
  delivery_.batch(from, what.records);
  // What it has said to actors is lost, if only because this node has not heard of it yet. It is told at
  // once: two nodes that no cluster lets in would wait for that for ever.
  if (!from.is_trusted && delivery_.counts().misaddressed != before && !broken_.contains(from.node)) {
    end_relations(from.node);
    tell_broken(from.node);
  }
}

void hub::obey(connection& c, protocol::deliver_large& what) {
  delivery_.large(origin_of(c, c.bulk_account), std::move(what.message));
}

void hub::obey(connection& c, protocol::introduce& what) {
  if (!std::exchange(c.is_known, true)) --strangers_;
  if (!what.may_open) return;
  const protocol::hello& newcomer = c.link.peer();
  connection* standing = link_to(newcomer.node);
  std::optional<protocol::standing_connection> before;
  if (standing != nullptr) before = {standing->link.token(), standing->link.peer().incarnation};
  switch (protocol::choose(before, newcomer)) {
    case protocol::choice::refuse:
      c.link.refuse(protocol::refusal::duplicate, "another connection is in use", now_);
      break;
    case protocol::choice::replace:
      standing->link.refuse(protocol::refusal::duplicate, "a newer connection takes its place", now_);
      follow(standing->id);
      [[fallthrough]];
    case protocol::choice::open: c.link.open(now_); break;
  }
  touch(c);
}

void hub::obey(connection& c, protocol::opened&) {
  // The peer has decided for this one: the other has nothing more to say.
  if (connection* standing = link_to(c.link.peer().node); standing != nullptr && standing->id != c.id) {
    standing->link.cut(now_);
    follow(standing->id);
  }
  link_opened(c);
}

/// Those that are far ahead are rounded up to times that links share, so that most ticks serve all of them.
void hub::obey(connection& c, protocol::wake& what) {
  constexpr duration grain = std::chrono::milliseconds{250};
  const bool is_far = what.at - now_ > grain;
  set_wake(c, is_far ? (what.at / grain + 1) * grain : what.at);
}

void hub::set_wake(connection& c, duration at) {
  const auto id = static_cast<std::uint64_t>(c.id);
  if (c.wake != duration::max()) wakes_.erase({c.wake, id});
  c.wake = at;
  if (at != duration::max()) wakes_.insert({at, id});
}

void hub::obey(connection& c, protocol::close_transport&) {
  const connection_id id = c.id;
  set_wake(c, duration::max());
  refusals_.count(c.link.why());
  if (!c.link.line().empty()) world_.log(log_level::warning, c.link.line());
  if (!c.is_known) --strangers_;
  link_closed(c);
  if (!c.dialled.empty()) {
    const auto d = dials_.find(c.dialled);
    if (d != dials_.end() && d->second.id == id) {
      // Another connection was preferred, perhaps: what was to be told can go over that one.
      if (c.is_known) send_waiting(c.dialled, c.link.peer().node);
      end_dial(c.dialled);
    }
  }
  world_.close(id);
  erase(id);
}

void hub::link_opened(connection& c) {
  const protocol::hello& who = c.link.peer();
  links_[who.node] = c.id;
  previous_.erase(who.node);
  const auto p = c.peer = peer_of(who.node);
  if (p->now() == peer::state::waiting) p->enter(peer::state::open);
  unknown_.erase(who.node);
  if (is_over_) return;
  // What left and did not come, or came nobody knows whether, cannot be sent again.
  if (const auto at = sent_.find(who.node); at != sent_.end()) {
    const bool is_told = who.previous.token == at->second.token;
    const std::uint64_t sent = at->second.received;
    sent_.erase(at);
    if (sent != 0 && !(is_told && who.previous.received >= sent)) end_relations(who.node);
  }
  tell_broken(who.node);
  changed_membership().link_up(now_, protocol::node_id{who.node}, who.address);
  // What was to be told to whoever is at that address.
  for (const std::string& address : {c.dialled, who.address}) {
    const auto d = dials_.find(address);
    if (d == dials_.end()) continue;
    send_waiting(address, who.node);
    if (d->second.id == c.id || address == who.address) dials_.erase(d);
  }
  grant_ids(who.node);
  tell_subscriptions(who.node);
  migration_.link_opened(now_, protocol::node_id{who.node});
  has_mail(p);
}

void hub::link_closed(connection& c) {
  const std::uint64_t node = c.link.peer().node;
  const auto at = links_.find(node);
  if (at == links_.end() || at->second != c.id) return;
  links_.erase(at);
  forget_barriers(node);
  previous_[node] = {c.link.token(), c.link.received()};
  if (options_.planted == protocol::planted_bug::acknowledged_early) previous_[node].received += 1U << 20;
  ids_.forget(node);
  const auto p = peer_of(node);
  if (p->now() == peer::state::open) p->enter(peer::state::waiting);
  p->set_queued(0, 0);
  protocol::losses lost = c.link.take_losses();
  sent_[node] = {c.link.token(), lost.confirmed + lost.uncertain};
  if (const auto at = broken_.find(node); at != broken_.end()) at->second = false;
  requeue(*p, std::move(lost));
  // Nobody will say that it is down: that it has gone is known when it does not come back.
  if (!is_member(node)) unknown_.try_emplace(node, now_ + options_.unknown_patience);
  if (!is_over_) changed_membership().link_down(now_, protocol::node_id{node});
}

} // namespace actors::cluster
