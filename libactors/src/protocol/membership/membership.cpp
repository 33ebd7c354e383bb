// SPDX-License-Identifier: BSD-3-Clause
//
// What the passing of time does; see also receive.cpp, sending.cpp and changes.cpp.
#include "membership.hpp"

#include <algorithm>

namespace actors::protocol {

membership::membership(member self, membership_options options, std::uint64_t seed)
    : options_{std::move(options)}, self_{std::move(self)}, clock_{options_.detector.stall},
      random_{seed}, seeking_{self_.id, self_.address, options_.joining, duration::zero()},
      detector_{self_.id, options_.detector, random_.next(), options_.planted} {}

duration membership::wake_at() const noexcept {
  if (phase_ == phase::stopped)
    return duration::max();
  duration due = seeking_.due();
  if (phase_ == phase::member) {
    due = std::min(detector_.due(), next_call_);
    if (!rumours_.empty() || !seen_.has_reachable(table_))
      due = std::min(due, next_gossip_);
    if (!lost_.empty())
      due = std::min(due, lost_since_ + (is_certain() ? options_.downing.stable_after_gone
                                                      : options_.downing.stable_after));
    for (const auto& [id, when] : removals_)
      due = std::min(due, when);
  }
  return clock_.outer(clock_.is_settling() ? std::max(due, clock_.settled()) : due);
}

void membership::advance(duration now) {
  const duration due = wake_at();
  clock_.advance(now, due == duration::max() ? clock_.now()
                                             : clock_.now() + (due - clock_.outer(clock_.now())));
}

void membership::tick(duration now) {
  advance(now);
  settle();
}

/// Whatever is due, and whatever follows from the last event.
void membership::settle() {
  if (phase_ == phase::seeking)
    seek();
  if (phase_ != phase::member)
    return;
  if (!clock_.is_settling()) {
    detector_.tick(clock_.now(), table_);
    for (const action& what : detector_.take_actions())
      carry_out(what);
    relays_.expire(clock_.now());
    judge();
  }
  if (phase_ == phase::member)
    remove_old();
  if (phase_ == phase::member)
    promote();
  if (phase_ == phase::member)
    depart();
  if (phase_ == phase::member && next_gossip_ <= clock_.now())
    gossip_round();
  if (phase_ == phase::member && next_call_ <= clock_.now())
    call_absent_seeds();
}

void membership::seek() {
  const bool is_due = seeking_.tick(clock_.now());
  if (seeking_.may_found(clock_.now()))
    return found();
  if (!is_due)
    return;
  // The time goes along and comes back with the vote; 0 asks for none.
  const std::uint64_t asked = seeking_.is_candidate(clock_.now())
                                  ? static_cast<std::uint64_t>(clock_.now().count()) + 1
                                  : 0;
  for (const std::string& address : seeking_.contacts()) {
    message text = make(message_kind::join_request, node_id::none, asked);
    text.members = {self_};
    send_to_address(address, std::move(text));
  }
}

void membership::found() {
  phase_ = phase::member;
  cluster_ = self_.id;
  self_.state = member_state::up;
  self_.up_number = 1;
  learn(self_);
}

/// News goes to a few at random; without news, to those who may not have the table yet.
void membership::gossip_round() {
  const bool has_news = !rumours_.empty();
  if (!has_news && seen_.has_reachable(table_))
    return;
  next_gossip_ =
      clock_.now() + (has_news ? options_.gossip.interval : options_.gossip.confirm_interval);
  std::vector<node_id> peers;
  for (const member& m : table_.members())
    if (m.id != self_.id && is_present(m) && is_reachable(m) &&
        (has_news || !seen_.has(table_, m.id)))
      peers.push_back(m.id);
  random_.choose(peers, has_news ? options_.gossip.fanout : 1);
  const auto news = rumours_.take(table_, options_.gossip.records);
  for (const node_id peer : peers) {
    message text = make(message_kind::gossip, peer);
    text.seen = seen_.bits();
    text.members = news;
    send(std::move(text));
  }
}

/// A seed that was started again, alone in the list of seeds, would found a cluster of its own.
void membership::call_absent_seeds() {
  next_call_ = clock_.now() + options_.joining.call_interval;
  if (self_.state != member_state::up)
    return;
  for (const std::string& seed : options_.joining.seeds)
    if (seed != self_.address && table_.at_address(seed) == nullptr) {
      message text = make(message_kind::join_hint, node_id::none, table_.next_up_number());
      text.members = {self_};
      send_to_address(seed, std::move(text));
    }
}

void membership::carry_out(const action& what) {
  const member* target = table_.find(what.target);
  if (target == nullptr || !is_present(*target))
    return;
  switch (what.kind) {
  case action::what::ping: {
    message text = make(message_kind::ping, what.target, what.sequence);
    with_news(text);
    // Whoever is suspected is told so first of all, and can refute it.
    if (target->live != liveness::alive)
      text.members.push_back(*target);
    return send(std::move(text));
  }
  case action::what::ping_request:
    return send(make(message_kind::ping_request, what.mediator, what.sequence, what.target));
  case action::what::connect:
    orders_.emplace_back(connect_to{what.target, target->address});
    return;
  case action::what::suspect:
    return mark(what.target, liveness::suspect);
  case action::what::unreachable:
    return mark(what.target, liveness::unreachable);
  case action::what::gone:
    return mark(what.target,
                options_.downing.trust_refusals ? liveness::gone : liveness::unreachable);
  }
}

void membership::link_up(duration now, node_id peer, std::string_view address) {
  advance(now);
  // One address, one process: another one there means that the last has ended.
  if (const member* old = table_.at_address(address);
      phase_ == phase::member && old != nullptr && old->id != peer && old->id != self_.id)
    mark(old->id, options_.downing.trust_refusals ? liveness::gone : liveness::unreachable);
  settle();
}

void membership::link_down(duration now, node_id peer) {
  advance(now);
  const member* m = table_.find(peer);
  if (phase_ == phase::member && m != nullptr && is_present(*m))
    detector_.link_down(peer, clock_.now(), table_);
  settle();
}

void membership::refused(duration now, node_id peer) {
  advance(now);
  if (phase_ == phase::member) {
    detector_.refused(peer, clock_.now(), table_);
    give_up_relays(peer);
  }
  settle();
}

void membership::leave(duration now) {
  advance(now);
  if (phase_ == phase::seeking)
    return stop(stop_reason::left);
  if (phase_ == phase::member && departure_ == departure::none) {
    departure_ = departure::draining;
    settle();
  }
}

void membership::drained(duration now) {
  advance(now);
  if (departure_ == departure::draining)
    departure_ = departure::drained;
  settle();
}

} // namespace actors::protocol
