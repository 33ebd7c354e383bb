// SPDX-License-Identifier: BSD-3-Clause
#include "message.hpp"

#include <algorithm>

namespace actors::protocol {

namespace {

bool is_sender(node_id id) noexcept {
  return id != node_id::none && static_cast<std::uint64_t>(id) <= max_node_number;
}

bool is_for_anyone(message_kind kind) noexcept {
  return kind == message_kind::join_request || kind == message_kind::join_hint;
}

/// From one who is in a cluster to another in the same.
bool is_internal(message_kind kind) noexcept { return kind >= message_kind::ping; }

bool has_good_records(const message& m) noexcept {
  return std::all_of(m.members.begin(), m.members.end(),
                     [](const member& record) { return check(record).has_value(); });
}

} // namespace

std::string_view to_string(message_kind kind) noexcept {
  constexpr std::string_view names[] = {"join_request", "join_wait", "join_refused", "welcome",
                                        "join_hint",    "ping",      "ack",          "ping_request",
                                        "nack",         "gossip",    "sync",         "sync_reply"};
  return names[static_cast<std::size_t>(kind)];
}

flaw flaw_of(const message& m, node_id self, node_id cluster) noexcept {
  if (m.version != membership_version)
    return flaw::version;
  if (m.kind > message_kind::sync_reply || m.refused > join_refusal::full || !is_sender(m.from) ||
      m.members.size() > max_members + max_tombstones || m.seen.size() > max_members)
    return flaw::malformed;
  const bool has_record = is_for_anyone(m.kind) || m.kind == message_kind::join_wait;
  if (has_record && (m.members.size() != 1 || m.members.front().id != m.from))
    return flaw::malformed;
  // A bad record is told to who asks to join; from others it is not believed at all.
  if (m.kind != message_kind::join_request && !has_good_records(m))
    return flaw::malformed;
  if (m.from == self || (m.to != self && !(is_for_anyone(m.kind) && m.to == node_id::none)))
    return flaw::misaddressed;
  const bool must_share =
      is_internal(m.kind) || (m.kind == message_kind::welcome && cluster != node_id::none);
  if (must_share && (m.cluster != cluster || cluster == node_id::none))
    return flaw::other_cluster;
  return flaw::none;
}

} // namespace actors::protocol
