// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <actors/reliable.hpp>

#include "../protocol/reliable/streams.hpp"

namespace actors::cluster {

/// The shard number that stands for the courier of a node.
inline constexpr std::uint32_t courier_shard = 0xfffc;
[[nodiscard]] constexpr actor_id courier_of(std::uint64_t node) noexcept { return {node << 16 | courier_shard, 0, 1}; }

/// From courier to courier; see `streams.hpp`.
struct courier_news {
  std::uint64_t from = 0;
  std::uint64_t first = 0;
  std::uint64_t oldest = 0;
  std::uint64_t acknowledged = 0;
  std::vector<detail::consignment> items;
};

/// An actor of each node that brings reliable tells: one stream to each other node, and one from it.
class courier : public actor<courier> {
public:
  struct look {};
  using handles = messages<detail::consignment, courier_news, look>;

  explicit courier(const protocol::reliable_options& options = {}) : options_{options} {}

  void on(const detail::consignment& c);
  void on(const courier_news& n);
  void on(look);

private:
  struct road {
    protocol::outgoing_stream<detail::consignment> out;
    protocol::incoming_stream in;
  };
  road& road_to(std::uint64_t node);
  void send(std::uint64_t node, road& r);
  void deliver(const detail::consignment& c);
  void wake();

  const protocol::reliable_options options_;
  std::unordered_map<std::uint64_t, road> roads_;
  duration look_at_ = duration::max();
};

/// The courier of that engine's node; starts it. Null without a cluster. Threading: any.
[[nodiscard]] actor_id courier_at(detail::engine& node);

} // namespace actors::cluster
