// SPDX-License-Identifier: BSD-3-Clause
#include "message.hpp"

#include <algorithm>

#include <actors/archive.hpp>
#include <xxhash.h>

namespace actors::protocol {

namespace {

/// What a message may take beside the bytes of actors: names, kin, items.
constexpr std::uint64_t most_beside = std::uint64_t{64} << 20;

bool is_node(node_id id) noexcept {
  return id != node_id::none && static_cast<std::uint64_t>(id) <= max_node_number;
}

bool is_number(std::uint64_t number) noexcept {
  return number != 0 && number <= max_migration_number;
}

bool is_good(const migration_item& item) noexcept {
  return bool{item.id} && is_number(item.epoch) && item.code <= errc::cancelled &&
         item.text.size() <= max_migration_text_bytes;
}

bool is_good(const parcel& p) noexcept {
  return bool{p.id} && is_number(p.epoch) && p.type.size() <= max_type_name_bytes &&
         p.kin.size() <= max_kin && std::all_of(p.kin.begin(), p.kin.end(), is_node);
}

/// Source, target or kin may say it only to one of the others.
bool is_directed(const migration_message& m) noexcept {
  const bool from_source = m.from == m.move.source;
  const bool from_target = m.from == m.target;
  const bool to_source = m.to == m.move.source;
  const bool to_target = m.to == m.target;
  switch (m.kind) {
  case migration_kind::offer:
  case migration_kind::commit:
  case migration_kind::drop:
  case migration_kind::done:
    return from_source && to_target;
  case migration_kind::prepared:
  case migration_kind::refused:
  case migration_kind::started:
    return from_target && to_source;
  case migration_kind::intent:
  case migration_kind::gone:
  case migration_kind::handed_over:
    return from_source && !to_target;
  case migration_kind::settled:
  case migration_kind::not_here:
    return from_target && !to_source;
  case migration_kind::withdrawn:
    return (from_source && !to_target) || (from_target && !to_source);
  case migration_kind::noted:
  case migration_kind::where:
    return (to_source && !from_target) || (to_target && !from_source);
  }
  return false;
}

bool has_good_content(const migration_message& m) noexcept {
  if (m.items.size() > max_migration_items || m.parcels.size() > max_migration_items)
    return false;
  const bool is_offer = m.kind == migration_kind::offer;
  if (m.parcels.empty() == is_offer || m.items.empty() != is_offer)
    return false;
  const bool has_address = m.kind == migration_kind::prepared || m.kind == migration_kind::settled;
  std::uint64_t bytes = 0;
  for (const parcel& p : m.parcels)
    bytes += p.bytes.size();
  return bytes <= max_offer_bytes &&
         std::all_of(m.parcels.begin(), m.parcels.end(),
                     [](const parcel& p) { return is_good(p); }) &&
         std::all_of(m.items.begin(), m.items.end(), [&](const migration_item& item) {
           return is_good(item) && (bool{item.address} || !has_address);
         });
}

} // namespace

std::string_view to_string(migration_kind kind) noexcept {
  constexpr std::string_view names[] = {
      "offer",     "commit", "drop",        "done",    "prepared", "refused", "started", "intent",
      "withdrawn", "gone",   "handed_over", "settled", "not_here", "noted",   "where"};
  return names[static_cast<std::size_t>(kind)];
}

migration_flaw flaw_of(const migration_message& m, node_id self) noexcept {
  if (m.version != migration_version)
    return migration_flaw::version;
  if (m.kind > migration_kind::where || m.about > migration_kind::where || !is_node(m.from) ||
      !is_node(m.to) || m.from == m.to || !is_node(m.move.source) || !is_node(m.target) ||
      m.move.source == m.target || !is_number(m.move.number) || m.oldest > max_migration_number ||
      !is_directed(m) || !has_good_content(m))
    return migration_flaw::malformed;
  return m.to == self ? migration_flaw::none : migration_flaw::misaddressed;
}

expected<migration_message> decode_migration(std::span<const std::byte> bytes) {
  if (bytes.size() > max_offer_bytes + most_beside)
    return fail(errc::invalid_argument, "migration message: too large",
                std::to_string(bytes.size()));
  try {
    auto m = decode<migration_message>(bytes);
    const migration_flaw flaw = flaw_of(m, m.to);
    if (flaw == migration_flaw::version)
      return fail(errc::invalid_argument, "migration message: another version",
                  std::to_string(m.version));
    if (flaw != migration_flaw::none)
      return fail(errc::invalid_argument, "migration message: no node sends this");
    return m;
  } catch (const archive_error& e) {
    return fail(errc::invalid_argument, std::string{"migration message: "} + e.what());
  }
}

std::uint64_t hash_of(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

} // namespace actors::protocol
