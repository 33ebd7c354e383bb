// SPDX-License-Identifier: BSD-3-Clause
#include "membership.hpp"

namespace actors::protocol {

message membership::make(message_kind kind, node_id to, std::uint64_t sequence, node_id about) {
  message text;
  text.kind = kind;
  text.from = self_.id;
  text.to = to;
  text.cluster = cluster_;
  text.sequence = sequence;
  text.about = about;
  text.digest = table_.digest();
  return text;
}

void membership::send(message text) {
  if (const member* m = table_.find(text.to))
    orders_.emplace_back(send_message{m->id, m->address, std::move(text)});
}

void membership::send_to_address(std::string address, message text) {
  orders_.emplace_back(send_message{text.to, std::move(address), std::move(text)});
}

/// To whoever wrote, known or not: it has a link.
void membership::answer(const message& to, message text) {
  text.to = to.from;
  orders_.emplace_back(send_message{to.from, {}, std::move(text)});
}

void membership::with_news(message& text) {
  if (!rumours_.empty())
    text.members = rumours_.take(table_, options_.gossip.records);
}

void membership::tell(node_id to, const member& record) {
  message text = make(message_kind::gossip, to);
  text.members = {record};
  send(std::move(text));
}

/// What is in a hurry does not go round by chance.
void membership::tell_all(const member& record) {
  for (const member& m : table_.members())
    if (m.id != self_.id && is_present(m))
      tell(m.id, record);
}

void membership::send_table(message_kind kind, node_id to) {
  constexpr std::size_t tombstones_along = 256;
  message text = make(kind, to);
  text.members = table_.tombstones(tombstones_along);
  text.members.insert(text.members.end(), table_.members().begin(), table_.members().end());
  send(std::move(text));
}

void membership::give_up_relays(node_id target) {
  for (const auto& r : relays_.take(target))
    send(make(message_kind::nack, r.asker, r.their_sequence, target));
}

} // namespace actors::protocol
