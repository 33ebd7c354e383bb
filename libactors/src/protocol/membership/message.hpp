// SPDX-License-Identifier: BSD-3-Clause
//
// What nodes say to each other about membership. One aggregate serves all kinds; what a kind does
// not use stays empty and takes a byte at most. Links carry it as `actors::encode` writes it.
//
//   kind           to          carries                                     answer
//   join_request   an address  own record; sequence 1: asks for a vote     join_wait, join_refused,
//                                                                          welcome
//   join_wait      who asked   own record; about: who has the vote
//   join_refused   who asked   refused: why
//   welcome        who asked   the table
//   join_hint      a seed      own record; sequence: members let in, and one   join_hint, if that
//                                                                          cluster is older
//   ping           a member    sequence; news                              ack
//   ack            who asked   sequence; about: whom it is about; news
//   ping_request   a mediator  sequence; about: ping this one              ack, nack
//   nack           who asked   sequence, about: I cannot reach it either
//   gossip         a member    digest, seen, news                          gossip, sync
//   sync           a member    the table                                   sync_reply
//   sync_reply     who asked   what is newer here
//
// News are records. `seen` has a bit for each member in the order of ids: who has had the table
// with this digest.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "member_table.hpp"

namespace actors::protocol {

/// Raised with every change to messages or to what they mean.
inline constexpr std::uint16_t membership_version = 1;

enum class message_kind : std::uint8_t {
  join_request,
  join_wait,
  join_refused,
  welcome,
  join_hint,
  ping,
  ack,
  ping_request,
  nack,
  gossip,
  sync,
  sync_reply,
};

/// Why a node is not let in.
enum class join_refusal : std::uint8_t {
  none,
  /// Its record is not valid.
  bad_record,
  /// Another node has its id, or it was a member and is down: draw another id.
  id_taken,
  /// The cluster has as many members as it may.
  full,
};

struct message {
  std::uint16_t version = membership_version;
  message_kind kind = message_kind::gossip;
  node_id from = node_id::none;
  /// None: whoever is at the address.
  node_id to = node_id::none;
  /// Who founded the sender's cluster; none if it is in none yet. Two clusters never mix.
  node_id cluster = node_id::none;
  std::uint64_t sequence = 0;
  node_id about = node_id::none;
  join_refusal refused = join_refusal::none;
  std::uint64_t digest = 0;
  std::vector<bool> seen{};
  std::vector<member> members{};

  friend bool operator==(const message&, const message&) = default;
};

enum class flaw : std::uint8_t { none, version, malformed, misaddressed, other_cluster };

/// What is wrong with a message to `self` in `cluster`. A reader has bounded its memory before.
[[nodiscard]] flaw flaw_of(const message& m, node_id self, node_id cluster) noexcept;

[[nodiscard]] std::string_view to_string(message_kind kind) noexcept;

} // namespace actors::protocol
