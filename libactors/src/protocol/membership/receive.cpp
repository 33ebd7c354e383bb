// SPDX-License-Identifier: BSD-3-Clause
//
// What messages do.
#include "membership.hpp"

#include <algorithm>

namespace actors::protocol {

void membership::receive(duration now, const message& text) {
  advance(now);
  if (phase_ == phase::stopped)
    return;
  switch (flaw_of(text, self_.id, cluster_)) {
  case flaw::version:
    ++refused_.version;
    return;
  case flaw::malformed:
    ++refused_.malformed;
    return;
  case flaw::misaddressed:
    ++refused_.misaddressed;
    return;
  case flaw::other_cluster:
    ++refused_.other_cluster;
    return answer_stranger(text);
  case flaw::none:
    break;
  }
  if (phase_ == phase::seeking)
    receive_as_seeker(text);
  else
    receive_as_member(text);
  settle();
}

void membership::receive_as_seeker(const message& text) {
  switch (text.kind) {
  case message_kind::join_request: {
    const std::string& address = text.members.front().address;
    seeking_.heard(address, clock_.now());
    const node_id vote = text.sequence != 0 ? seeking_.vote_for(text.from, clock_.now())
                                            : seeking_.vote(clock_.now());
    message wait = make(message_kind::join_wait, text.from, text.sequence, vote);
    wait.members = {self_};
    return answer(text, std::move(wait));
  }
  case message_kind::join_wait: {
    const std::string& address = text.members.front().address;
    seeking_.heard(address, clock_.now());
    if (text.sequence != 0)
      seeking_.voted(address, text.about, duration{static_cast<std::int64_t>(text.sequence - 1)});
    return;
  }
  case message_kind::join_refused:
    return stop(stop_reason::refused, text.refused);
  case message_kind::join_hint:
    return seeking_.hint(text.members.front().address);
  case message_kind::welcome:
    if (text.cluster == node_id::none)
      return;
    phase_ = phase::member;
    cluster_ = text.cluster;
    learn(self_);
    return take_news(text);
  default:
    return;
  }
}

void membership::receive_as_member(const message& text) {
  if (text.kind == message_kind::join_hint && text.cluster != cluster_)
    return answer_hint(text);
  const member* sender = table_.find(text.from);
  if (table_.is_removed(text.from) || (sender != nullptr && !is_present(*sender)))
    return fence(text);
  switch (text.kind) {
  case message_kind::join_request:
    return answer_join(text);
  case message_kind::join_hint:
  case message_kind::join_wait:
  case message_kind::join_refused:
    return;
  default:
    break;
  }
  take_news(text);
  if (phase_ != phase::member)
    return;
  switch (text.kind) {
  case message_kind::ping:
    return answer_ping(text);
  case message_kind::ack:
    return forward_ack(text);
  case message_kind::ping_request:
    return mediate(text);
  case message_kind::nack:
    return detector_.nacked(text.about, text.sequence);
  case message_kind::gossip:
    return compare_tables(text);
  case message_kind::sync:
    return answer_sync(text);
  default:
    return;
  }
}

/// From one that is down here. Mostly it does not know it yet: it was stopped, or cut off and has
/// not decided. If it holds this node for down in turn, both sides of something that was more than
/// one cut went on; then the weaker one stops, and only the stronger one insists.
void membership::fence(const message& text) {
  ++refused_.fenced;
  if (options_.planted == planted_bug::fence_lost)
    return;
  if (text.kind == message_kind::join_request)
    return refuse_join(text, join_refusal::id_taken);
  const bool is_mutual =
      std::any_of(text.members.begin(), text.members.end(),
                  [this](const member& said) { return said.id == self_.id && !is_present(said); });
  const std::uint64_t strength = table_.reachable_voters();
  if (is_mutual && std::pair{text.sequence, self_.id} > std::pair{strength, text.from})
    return stop(stop_reason::fenced);
  message end = make(message_kind::gossip, text.from, strength);
  const member* record = table_.find(text.from);
  end.members = {record != nullptr ? *record : tombstone(text.from)};
  answer(text, std::move(end));
}

void membership::refuse_join(const message& text, join_refusal why) {
  ++refused_.joins;
  message no = make(message_kind::join_refused, text.from);
  no.refused = why;
  answer(text, std::move(no));
}

join_refusal membership::admission(const member& who) const {
  if (who.state != member_state::joining || who.up_number != 0 || !check(who))
    return join_refusal::bad_record;
  const member* known = table_.find(who.id);
  if (who.id == self_.id || who.address == self_.address ||
      (known != nullptr && known->address != who.address))
    return join_refusal::id_taken;
  return known == nullptr && table_.size() >= max_members ? join_refusal::full : join_refusal::none;
}

void membership::answer_join(const message& text) {
  // Who is not in itself does not let others in.
  if (!is_voter(self_))
    return;
  const member& who = text.members.front();
  if (const join_refusal why = admission(who); why != join_refusal::none)
    return refuse_join(text, why);
  admit(who);
  send_table(message_kind::welcome, who.id);
}

void membership::admit(const member& who) {
  if (table_.find(who.id) != nullptr)
    return;
  // The same address in another life: the old one has ended, whatever else is known of it.
  if (const member* old = table_.at_address(who.address)) {
    const node_id id = old->id;
    if (options_.downing.trust_refusals)
      mark(id, liveness::gone);
    mark(id, member_state::down);
  }
  learn(who);
}

/// A member of another cluster holds this node for one of its own.
void membership::answer_stranger(const message& text) {
  if (phase_ != phase::member || !is_voter(self_))
    return;
  message hint = make(message_kind::join_hint, text.from, table_.next_up_number());
  hint.members = {self_};
  answer(text, std::move(hint));
}

/// Two clusters where one should be.
void membership::answer_hint(const message& text) {
  if (text.cluster == node_id::none || !is_voter(self_))
    return;
  // The one that has let in fewer members gives way; of two equal ones that with the higher id.
  const auto theirs = std::pair{text.sequence, cluster_};
  const auto ours = std::pair{std::uint64_t{table_.next_up_number()}, text.cluster};
  if (theirs > ours)
    return stop(stop_reason::second_cluster);
  answer_stranger(text);
}

void membership::take_news(const message& text) {
  const auto before = table_.digest();
  for (const member& news : text.members)
    if (phase_ == phase::member)
      learn(news);
  if (phase_ != phase::member)
    return;
  if (text.digest == table_.digest()) {
    seen_.add(table_, text.from);
    seen_.merge(text.seen);
  } else if (rumours_.empty() && before == table_.digest() && next_sync_ <= clock_.now()) {
    // Nobody has anything to tell, and still the tables differ.
    next_sync_ = clock_.now() + options_.gossip.sync_interval;
    send_table(message_kind::sync, text.from);
  }
}

/// The other learns who has seen the table, if this node knows of more.
void membership::compare_tables(const message& text) {
  if (text.digest != table_.digest() || text.seen.empty())
    return;
  const auto theirs =
      static_cast<std::size_t>(std::count(text.seen.begin(), text.seen.end(), true));
  if (theirs >= seen_.count())
    return;
  message more = make(message_kind::gossip, text.from);
  more.seen = seen_.bits();
  answer(text, std::move(more));
}

void membership::answer_ping(const message& text) {
  message ack = make(message_kind::ack, text.from, text.sequence, self_.id);
  with_news(ack);
  for (const member& said : text.members)
    if (said.id == self_.id && said.live != liveness::alive)
      ack.members.push_back(self_);
  answer(text, std::move(ack));
}

void membership::mediate(const message& text) {
  const member* target = table_.find(text.about);
  const bool is_possible = target != nullptr && is_present(*target) && text.about != self_.id;
  const auto until = clock_.now() + options_.detector.probe_timeout;
  const auto sequence = detector_.next_sequence();
  if (!is_possible || !relays_.add(sequence, {text.from, text.sequence, text.about, until})) {
    refused_.relays += is_possible ? 1 : 0;
    return answer(text, make(message_kind::nack, text.from, text.sequence, text.about));
  }
  send(make(message_kind::ping, text.about, sequence));
}

void membership::forward_ack(const message& text) {
  if (text.about != text.from)
    return detector_.acked(text.about, text.sequence);
  detector_.acked(text.from, text.sequence);
  if (const auto r = relays_.answered(text.sequence, text.from))
    send(make(message_kind::ack, r->asker, r->their_sequence, text.from));
}

/// What is newer here, or buried.
void membership::answer_sync(const message& text) {
  message reply = make(message_kind::sync_reply, text.from);
  std::map<node_id, const member*> theirs;
  for (const member& m : text.members)
    theirs.emplace(m.id, &m);
  for (const member& m : table_.members()) {
    const auto found = theirs.find(m.id);
    member merged = found != theirs.end() ? *found->second : m;
    merge(merged, m);
    if (found == theirs.end() || merged != *found->second)
      reply.members.push_back(m);
  }
  for (const auto& [id, record] : theirs)
    if (table_.is_removed(id) && record->state != member_state::removed)
      reply.members.push_back(tombstone(id));
  answer(text, std::move(reply));
}

} // namespace actors::protocol
