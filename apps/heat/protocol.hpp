// SPDX-License-Identifier: BSD-3-Clause
// What a block and the keeper of its copies say to each other, and blocks among themselves.
//
//   block                            keeper
//   here, asked when constructed ->
//                                <-  life: what to start from
//                                <-  begin, hand_in: at once, and again to every later instance
//   round_done, with a copy at times ->
//                                <-  spent: memory to use again
//
// Everything may come twice, or to an instance it was not meant for: after a failure the id and the
// waiting messages stay.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <actors/actors.hpp>

#include "heat/block_plan.hpp"
#include "heat/collector.hpp"
#include "heat/direction.hpp"

namespace heat {

/// What all blocks of a run know.
struct run_setup {
  block_plan plan;
  std::size_t depth = 1; ///< Steps per exchange of edges.
  double rate = 0.0;
  std::uint64_t steps = 0;
  std::uint64_t keep = 0;              ///< Steps between two copies of a block; 0: nothing is kept.
  std::vector<std::uint64_t> frames{}; ///< Ascending steps after which every block sends its cells.
};

/// How far a block is: how many rounds, and how many steps.
struct position {
  std::uint64_t round = 0;
  std::uint64_t done = 0;
};

/// A block asks what to start from.
struct here {
  std::uint64_t block = 0;
  /// Where to go on at the least: null for a new instance; otherwise where a neighbour is that
  /// cannot say any more what this block missed.
  position at_least;
};

/// What a block starts from.
struct life {
  actors::shared<run_setup> setup;
  actors::ref<collector> reports;
  std::uint64_t block = 0;
  std::uint64_t number = 0;              ///< From 1; above: the block has failed.
  std::optional<std::uint64_t> fails_at; ///< Where this instance is to fail.

  /// At the start: the block's own cells. After a failure: of the snapshot, as much of it as it takes
  /// to get from there to `now`.
  std::vector<double> cells;

  // Only after a failure.
  position was;              ///< Where it was.
  position now;              ///< Where it goes on: where its most advanced neighbour is.
  std::uint64_t step = 0;    ///< The step of the snapshot to get there from.
};

/// A block has done so many rounds and steps. Said before it sends the edges of the next round.
struct round_done {
  std::uint64_t block = 0;
  position now;
  std::vector<double> copy; ///< Its cells, when a copy is due; otherwise empty.
};

/// Memory for a copy.
struct spent {
  std::vector<double> cells;
};

/// A block is about to fail, as it was told to.
struct about_to_fail {
  std::uint64_t block = 0;
  std::uint64_t step = 0;
};

/// What a neighbour needs for its round `round`; `from` is where we lie as the neighbour sees it.
struct edge {
  std::uint64_t round = 0;
  direction from = direction::north;
  std::vector<double> cells;
};

/// From a neighbour that has come back: send the edge of this round again, if it has been sent.
struct send_again {
  std::uint64_t round = 0;
  direction from = direction::north;
};

/// The answer where that round is over and the edge gone.
struct gone_on {
  position now;
};

struct begin;

/// Asks a block for its part of the field at the end, once it is there.
struct hand_in {};

/// A block of any kind.
using block_ref = actors::ref_to<edge, send_again, gone_on, begin, spent, hand_in>;

/// Starts a block.
struct begin {
  actors::shared<std::vector<block_ref>> blocks; ///< All of them, row by row.
};

// They go to blocks on other nodes.
static_assert(actors::archivable<here> && actors::archivable<life> && actors::archivable<round_done> &&
              actors::archivable<edge> && actors::archivable<send_again> && actors::archivable<gone_on> &&
              actors::archivable<begin>);

} // namespace heat
