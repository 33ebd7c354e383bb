// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <actors/detail/shard.hpp>

namespace actors::detail {

/// The shard number that stands for the hub of a node.
inline constexpr std::uint32_t hub_shard = 0xfffe;
[[nodiscard]] constexpr actor_id hub_address(std::uint64_t node) noexcept { return {node << 16 | hub_shard, 0, 1}; }

/// Asked of a hub: ids on each of its shards that nobody else gives out.
struct ids_request {
  std::uint32_t on_each_shard = 0;
};
struct ids_granted {
  std::vector<id_range> ranges;
};

/// Asked of a hub: know this group, and have its part there made. Answered when a multicast finds it.
struct make_group_part {
  /// Its top agent.
  actor_id target;
  std::string function;
  /// A `group_core`, then what makes the members.
  std::vector<std::byte> arguments;
};
struct part_is_known {};

} // namespace actors::detail
