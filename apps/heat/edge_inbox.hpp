// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "heat/direction.hpp"

namespace heat {

/// Edges that arrived for a block, until a whole round of them is there.
///
/// A neighbour can be one round ahead, never two: it needs our edge of the round it wants to leave.
/// So there are two sets of places, for this round and for the next.
class edge_inbox {
public:
  edge_inbox() = default;

  /// For a block that expects one edge a round from each of `neighbours`.
  explicit edge_inbox(std::size_t neighbours) : expected_{neighbours} {}

  /// The round whose edges are being collected, from 0.
  std::uint64_t round() const { return round_; }

  /// Whether all edges of this round have arrived.
  bool complete() const { return now().count == expected_; }

  /// Keeps an edge. Errors: false if it belongs to no open round or arrived before.
  [[nodiscard]] bool accept(std::uint64_t round, direction from, std::vector<double> edge) {
    if (round != round_ && round != round_ + 1)
      return false;
    auto& set = sets_[round % 2];
    auto& place = set.edges[index_of(from)];
    if (!place.empty() || edge.empty() || set.count == expected_)
      return false;
    place = std::move(edge);
    ++set.count;
    return true;
  }

  /// Hands every edge of this round to `use(direction, edge)` and opens the next round.
  /// Requires: complete().
  template <class Use>
  void drain(Use&& use) {
    auto& set = sets_[round_ % 2];
    for (auto d : all_directions)
      if (auto edge = std::exchange(set.edges[index_of(d)], {}); !edge.empty())
        use(d, edge);
    set.count = 0;
    ++round_;
  }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(expected_, round_, sets_[0].edges, sets_[0].count, sets_[1].edges, sets_[1].count);
  }

private:
  struct edge_set {
    std::array<std::vector<double>, direction_count> edges;
    std::size_t count = 0;
  };

  const edge_set& now() const { return sets_[round_ % 2]; }

  std::size_t expected_ = 0;
  std::uint64_t round_ = 0;
  std::array<edge_set, 2> sets_;
};

} // namespace heat
