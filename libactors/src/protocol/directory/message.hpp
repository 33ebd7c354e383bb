// SPDX-License-Identifier: BSD-3-Clause
//
// What nodes say to each other about names and entities. One aggregate carries pieces of the two
// streams between a registrar and a node, one each way; links carry it as `actors::encode` writes
// it. A stream belongs to a term and a node, and begins with item 0.
//
//   to the registrar        means
//   holds_name              report: id has the name key; text: its type
//   holds_entity            report: id is the instance of key here; also when an activation is done
//   activates_entity        report: an activation of key is under way here
//   report_end              that was all; what follows waits until all have reported
//   knows_entity            was told before that id is the instance of key: is it so still?
//   claim                   number: the request; id wants the name key; text: its type
//   release                 id gives up the name key
//   resolve                 where is key? activate it if need be
//   activation_failed       key did not start here; code, text: why
//   activation_declined     this node takes no more entities
//   passivated              id, the instance of key here, has ended
//
//   from the registrar      means
//   names_begin             all names follow; the registrar serves from here on
//   name_known, name_gone   number: the version; where: the node that holds it
//   names_end               names that have not been mentioned since names_begin are gone
//   granted, taken          number: the request; granted has the version in `version`
//   refused                 number: the request; code, text: why
//   entity_at               to all that asked for key
//   entity_failed           to all that asked for key; code, text: why
//   entity_gone             id is not the instance of key any more
//   forget_entities         as entity_gone for whatever the node was told before
//   activate                start an instance of key
//   revoke_name             somebody else has what was reported; see `registrar`
//   revoke_entity           the same; id is null for an activation
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <actors/failure.hpp>

#include "../membership/member.hpp"

namespace actors::protocol {

/// Raised with every change to messages or to what they mean.
inline constexpr std::uint16_t directory_version = 1;

inline constexpr std::size_t max_directory_key_bytes = 1024;
inline constexpr std::size_t max_directory_text_bytes = 1024;
inline constexpr std::size_t max_directory_items = 256;
/// Larger ones are refused, so that counting up never overflows.
inline constexpr std::uint64_t max_directory_number = std::uint64_t{1} << 62;

/// A registrar's time in office. The oldest member is the registrar, so terms only grow.
struct directory_term {
  /// Its place in the order of age.
  std::uint32_t number = 0;
  node_id registrar = node_id::none;

  friend bool operator==(const directory_term&, const directory_term&) = default;
  friend auto operator<=>(const directory_term&, const directory_term&) = default;
};

enum class item_kind : std::uint8_t {
  holds_name,
  holds_entity,
  activates_entity,
  report_end,
  knows_entity,
  claim,
  release,
  resolve,
  activation_failed,
  activation_declined,
  passivated,

  names_begin,
  name_known,
  name_gone,
  names_end,
  granted,
  taken,
  refused,
  entity_at,
  entity_failed,
  entity_gone,
  forget_entities,
  activate,
  revoke_name,
  revoke_entity,
};

struct directory_item {
  item_kind kind = item_kind::report_end;
  errc code = errc::none;
  std::string key{};
  std::string text{};
  actor_id id{};
  node_id where = node_id::none;
  std::uint64_t number = 0;
  std::uint64_t version = 0;

  friend bool operator==(const directory_item&, const directory_item&) = default;
};

struct directory_message {
  std::uint16_t version = directory_version;
  node_id from = node_id::none;
  node_id to = node_id::none;
  /// Its registrar is one of the two, and tells the direction.
  directory_term term{};
  /// The place of the first item in its stream.
  std::uint64_t first = 0;
  /// All items of the other stream before this one have arrived.
  std::uint64_t acknowledged = 0;
  /// None: a registrar calls, or it is about `acknowledged` only.
  std::vector<directory_item> items{};

  friend bool operator==(const directory_message&, const directory_message&) = default;
};

enum class directory_flaw : std::uint8_t { none, version, malformed, misaddressed };

/// What is wrong with a message to `self`. A reader has bounded its memory before.
[[nodiscard]] directory_flaw flaw_of(const directory_message& m, node_id self) noexcept;

[[nodiscard]] std::string_view to_string(item_kind kind) noexcept;

} // namespace actors::protocol
