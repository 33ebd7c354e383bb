// SPDX-License-Identifier: BSD-3-Clause
#include "message.hpp"

#include <algorithm>

namespace actors::protocol {

namespace {

bool is_node(node_id id) noexcept {
  return id != node_id::none && static_cast<std::uint64_t>(id) <= max_node_number;
}

bool is_to_registrar(item_kind kind) noexcept { return kind < item_kind::names_begin; }

bool has_key(item_kind kind) noexcept {
  switch (kind) {
  case item_kind::report_end:
  case item_kind::names_begin:
  case item_kind::names_end:
  case item_kind::granted:
  case item_kind::taken:
  case item_kind::refused:
  case item_kind::forget_entities:
    return false;
  default:
    return true;
  }
}

bool has_actor(item_kind kind) noexcept {
  switch (kind) {
  case item_kind::holds_name:
  case item_kind::holds_entity:
  case item_kind::knows_entity:
  case item_kind::claim:
  case item_kind::release:
  case item_kind::passivated:
  case item_kind::name_known:
  case item_kind::taken:
  case item_kind::entity_at:
  case item_kind::entity_gone:
  case item_kind::revoke_name:
    return true;
  default:
    return false;
  }
}

bool is_good(const directory_item& item, bool to_registrar) noexcept {
  return item.kind <= item_kind::revoke_entity && is_to_registrar(item.kind) == to_registrar &&
         item.code <= errc::cancelled && item.key.size() <= max_directory_key_bytes &&
         item.text.size() <= max_directory_text_bytes && item.key.empty() != has_key(item.kind) &&
         (bool{item.id} || !has_actor(item.kind)) && item.number <= max_directory_number &&
         item.version <= max_directory_number &&
         static_cast<std::uint64_t>(item.where) <= max_node_number;
}

} // namespace

std::string_view to_string(item_kind kind) noexcept {
  constexpr std::string_view names[] = {"holds_name",
                                        "holds_entity",
                                        "activates_entity",
                                        "report_end",
                                        "knows_entity",
                                        "claim",
                                        "release",
                                        "resolve",
                                        "activation_failed",
                                        "activation_declined",
                                        "passivated",
                                        "names_begin",
                                        "name_known",
                                        "name_gone",
                                        "names_end",
                                        "granted",
                                        "taken",
                                        "refused",
                                        "entity_at",
                                        "entity_failed",
                                        "entity_gone",
                                        "forget_entities",
                                        "activate",
                                        "revoke_name",
                                        "revoke_entity"};
  return names[static_cast<std::size_t>(kind)];
}

directory_flaw flaw_of(const directory_message& m, node_id self) noexcept {
  if (m.version != directory_version)
    return directory_flaw::version;
  const bool to_registrar = m.term.registrar == m.to;
  if (!is_node(m.from) || m.from == m.to || m.term.number == 0 || m.term.number > max_up_number ||
      to_registrar == (m.term.registrar == m.from) || m.first > max_directory_number ||
      m.acknowledged > max_directory_number || m.items.size() > max_directory_items)
    return directory_flaw::malformed;
  if (!std::all_of(m.items.begin(), m.items.end(),
                   [&](const directory_item& item) { return is_good(item, to_registrar); }))
    return directory_flaw::malformed;
  return m.to == self && m.from != self ? directory_flaw::none : directory_flaw::misaddressed;
}

} // namespace actors::protocol
