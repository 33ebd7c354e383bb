// SPDX-License-Identifier: BSD-3-Clause
//
// The hub as a driver of membership: its messages travel on links, its findings become states of peers.
#include "hub.hpp"

namespace actors::cluster {

namespace {

/// Messages that wait for a connection to one address.
constexpr std::size_t most_waiting = 16;

} // namespace

void hub::follow_membership() {
  if (!has_member_news_) return;
  while (std::exchange(has_member_news_, false)) {
    membership_.take_orders(member_orders_);
    for (protocol::order& o : member_orders_) std::visit([this](auto& what) { obey(what); }, o);
  }
  member_orders_.clear();
  membership_due_ = membership_.wake_at();
}

void hub::obey(protocol::send_message& what) {
  // Without an id: whoever is there. One that has a link already would refuse another connection.
  const auto node = what.to == protocol::node_id::none ? linked_at(what.address) : static_cast<std::uint64_t>(what.to);
  if (node != 0 && send_control(node, what.what)) return;
  if (what.address.empty() || what.address == options_.address) return;
  dial_to(what.address, node);
  auto& waiting = dials_[what.address].waiting;
  // The youngest says most.
  if (waiting.size() == most_waiting) waiting.pop_front();
  waiting.push_back(std::move(what.what));
}

void hub::obey(protocol::connect_to& what) {
  const auto node = static_cast<std::uint64_t>(what.to);
  if (link_to(node) == nullptr && !what.address.empty()) dial_to(what.address, node);
}

void hub::obey(protocol::publish_event& what) {
  const auto node = static_cast<std::uint64_t>(what.about.id);
  if (node != engine_.node()) {
    using event = protocol::member_event;
    switch (what.what) {
      case event::joined:
        unknown_.erase(node);
        // Messages to it had waited too long, from before it was let in, or this node was.
        if (const auto p = find_peer(node); p != nullptr && p->now() == peer::state::lost) {
          p->enter(link_to(node) != nullptr ? peer::state::open : peer::state::waiting);
        }
        tell_broken(node);
        break;
      case event::up:
      case event::leaving: break;
      case event::unreachable: lose(node, peer::state::away); break;
      case event::reachable:
        peer_of(node)->enter(link_to(node) != nullptr ? peer::state::open : peer::state::waiting);
        tell_broken(node);
        tell_subscriptions(node);
        break;
      case event::down:
        if (what.about.state == protocol::member_state::removed) left_in_order_.insert(node);
        lose(node, peer::state::lost);
        break;
      case event::removed:
        // Its identities may be live elsewhere: it is not to be heard any more.
        if (connection* c = link_to(node)) {
          if (left_in_order_.contains(node))
            c->link.leave(now_);
          else
            c->link.refuse(protocol::refusal::by_peer, "the node is not a member any more", now_);
          touch(*c);
        }
        lose(node, peer::state::lost);
        left_in_order_.erase(node);
        previous_.erase(node);
        sent_.erase(node);
        broken_.erase(node);
        break;
    }
  }
  placing_.note(what.what, what.about);
  if (!is_over_) changed_directory().observe(now_, what.what, what.about);
  world_.member_changed(what.what, what.about);
}

void hub::obey(protocol::stop_all& what) {
  is_over_ = true;
  changed_directory().stop(now_);
  if (what.why == protocol::stop_reason::left) return;
  std::vector<std::uint64_t> others;
  for (const auto& [node, link] : links_) others.push_back(node);
  for (const std::uint64_t node : others) {
    if (connection* c = link_to(node)) {
      c->link.leave(now_); // what membership has said last still goes
      touch(*c);
    }
    lose(node, peer::state::lost);
  }
  world_.expelled(what.why);
}

bool hub::is_member(std::uint64_t node) const {
  const protocol::member* m = membership_.table().find(protocol::node_id{node});
  return m != nullptr && protocol::is_present(*m);
}

/// All that actors here share with those there is over.
void hub::end_relations(std::uint64_t node) {
  broken_[node] = false;
  for (parcel& what : peer_of(node)->take()) drop(what, errc::node_lost);
  if (options_.planted != protocol::planted_bug::watchers_not_told) engine_.lose_node(node);
}

/// Goes before anything that is said from now on.
void hub::tell_broken(std::uint64_t node) {
  const auto at = broken_.find(node);
  if (at != broken_.end() && !at->second) at->second = send_control(node, relations_lost{});
}

/// The node cannot be reached: who waits for it is told.
void hub::lose(std::uint64_t node, peer::state next) {
  const auto p = peer_of(node);
  const peer::state before = p->now();
  p->enter(next);
  if (next == peer::state::lost) {
    ids_.forget(node);
    if (!is_over_) migration_.node_lost(now_, protocol::node_id{node});
  }
  forget_barriers(node);
  lose_requests(node);
  if (before == peer::state::away || before == peer::state::lost) return;
  ++counts_.nodes_lost;
  end_relations(node);
}

/// Messages to nodes that nobody here has heard of have waited long enough.
void hub::give_up_unknown() {
  for (auto at = unknown_.begin(); at != unknown_.end();) {
    if (at->second > now_) {
      ++at;
      continue;
    }
    const std::uint64_t node = at->first;
    at = unknown_.erase(at);
    if (!is_member(node) && link_to(node) == nullptr) lose(node, peer::state::lost);
  }
}

} // namespace actors::cluster
