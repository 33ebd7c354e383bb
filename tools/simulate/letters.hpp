// SPDX-License-Identifier: BSD-3-Clause
//
// Reliable tells, from one actor to another: each is heard once and in order, and all of them once the
// network is calm, while both ends live.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include <actors/time.hpp>

namespace simulate {

class letters {
public:
  /// The number of the next one on this way.
  [[nodiscard]] std::uint64_t send(std::uint64_t way, actors::duration now);
  /// What is wrong with it; empty: nothing.
  [[nodiscard]] std::string hear(std::uint64_t way, std::uint64_t serial);
  /// Calls `f(way, heard)` for each way on which one that was sent before `then` has not been heard.
  template <class F>
  void for_each_missing(actors::duration then, F&& f) const {
    for (const auto& [way, r] : ways_)
      if (!r.on_the_way.empty() && r.on_the_way.front() < then) f(way, r.heard);
  }

private:
  struct road {
    std::uint64_t sent = 0;
    std::uint64_t heard = 0;
    /// When those were sent that have not been heard.
    std::deque<actors::duration> on_the_way{};
  };
  std::unordered_map<std::uint64_t, road> ways_;
};

} // namespace simulate
