// SPDX-License-Identifier: BSD-3-Clause
//
// The name of an actor: where it was born and which slot it got there. The id outlives moves and
// restarts; it never names a second actor, because a slot's generation grows each time it is reused.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace actors {

/// 16 bytes that name one actor for as long as it lives, and nobody afterwards.
struct actor_id {
  /// Birth node (upper 48 bits) and birth shard (lower 16 bits).
  std::uint64_t place = 0;
  std::uint32_t slot = 0;
  /// 0 names nobody.
  std::uint32_t generation = 0;

  [[nodiscard]] constexpr std::uint64_t node() const noexcept { return place >> 16; }
  [[nodiscard]] constexpr std::uint32_t shard() const noexcept { return place & 0xffff; }
  constexpr explicit operator bool() const noexcept { return generation != 0; }

  friend constexpr bool operator==(const actor_id&, const actor_id&) = default;
  friend constexpr auto operator<=>(const actor_id&, const actor_id&) = default;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(place, slot, generation);
  }
};

/// `node/shard/slot.generation`, in hexadecimal for the node.
[[nodiscard]] std::string to_string(const actor_id& id);

/// A well mixed hash of an id, for hash tables.
[[nodiscard]] constexpr std::size_t hash_value(const actor_id& id) noexcept {
  std::uint64_t x = id.place ^ (std::uint64_t{id.slot} << 32 | id.generation) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9;
  return x ^ x >> 29;
}

} // namespace actors

template <>
struct std::hash<actors::actor_id> {
  std::size_t operator()(const actors::actor_id& id) const noexcept { return hash_value(id); }
};
