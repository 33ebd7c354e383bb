// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "../membership/member.hpp"

namespace actors::protocol {

/// The same everywhere, and well mixed. Source: FNV-1a.
[[nodiscard]] constexpr std::uint64_t hash_of_key(std::string_view key) noexcept {
  std::uint64_t x = 0xcbf29ce484222325;
  for (const char c : key)
    x = (x ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return x;
}

/// The node with the highest weight for a key gets it, so that a node that comes or goes concerns
/// only its own keys. Source: Thaler and Ravishankar, "A name-based mapping scheme for rendezvous",
/// 1996; the mixing is splitmix64's.
[[nodiscard]] constexpr std::uint64_t rendezvous_weight(std::uint64_t key, node_id node) noexcept {
  std::uint64_t x = key ^ static_cast<std::uint64_t>(node) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

} // namespace actors::protocol
