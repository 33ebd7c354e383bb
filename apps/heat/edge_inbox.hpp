// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "heat/direction.hpp"

namespace heat {

/// One edge from every direction; empty where no neighbour is.
using edge_set = std::array<std::vector<double>, direction_count>;

/// What became of an edge that arrived.
enum class arrival : std::uint8_t {
  kept,
  known,   ///< The same edge was here before: its sender, or we, came back after a failure.
  refused, ///< It belongs to no round that could be open, or nobody was to send it.
};

/// Edges that arrived for a block, until a whole round of them is there.
///
/// A neighbour is one round ahead at most, for it needs our edge of the round it wants to leave. So
/// there are two sets of places. One that came back after a failure may be farther ahead, because
/// it joined its most advanced neighbour; what it sends waits behind them.
class edge_inbox {
public:
  /// More rounds than this an edge cannot be ahead.
  static constexpr std::uint64_t most_ahead = 1000;

  edge_inbox() = default;

  /// For a block that expects one edge a round from each of `neighbours`, from `round` on.
  explicit edge_inbox(std::size_t neighbours, std::uint64_t round = 0)
      : expected_{neighbours}, round_{round} {}

  /// The round whose edges are being collected, from 0.
  std::uint64_t round() const { return round_; }

  /// Whether all edges of this round have arrived.
  bool complete() const { return sets_[round_ % 2].count == expected_; }

  /// Keeps an edge if it is new; otherwise `edge` is as it was.
  [[nodiscard]] arrival accept(std::uint64_t round, direction from, std::vector<double>&& edge) {
    if (round < round_)
      return arrival::known;
    if (round > round_ + most_ahead || edge.empty())
      return arrival::refused;
    auto& set = round <= round_ + 1 ? sets_[round % 2] : later_[round];
    auto& place = set.edges[index_of(from)];
    if (!place.empty())
      return arrival::known;
    if (set.count == expected_)
      return arrival::refused;
    place = std::move(edge);
    ++set.count;
    return arrival::kept;
  }

  /// Gives the edges of this round and opens the next. Requires: complete().
  edge_set take() {
    auto& set = sets_[round_ % 2];
    auto edges = std::exchange(set, {}).edges;
    ++round_;
    if (!later_.empty() && later_.begin()->first == round_ + 1)
      set = std::move(later_.extract(later_.begin()).mapped());
    return edges;
  }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(expected_, round_, sets_[0].edges, sets_[0].count, sets_[1].edges, sets_[1].count, later_);
  }

private:
  struct places {
    edge_set edges;
    std::size_t count = 0;
  };

  std::size_t expected_ = 0;
  std::uint64_t round_ = 0;
  std::array<places, 2> sets_;            // of this round and the next
  std::map<std::uint64_t, places> later_; // by round
};

} // namespace heat
