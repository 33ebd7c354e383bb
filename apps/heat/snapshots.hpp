// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "heat/patch.hpp"

namespace heat {

/// Copies of blocks, taken by each when it comes to one of certain steps. Those of one step
/// together are a snapshot of the whole grid. Only the newest snapshot that is complete and the
/// copies after it are kept; there is always one, for the start is one.
class snapshots {
public:
  /// A block's cells, row by row.
  struct copy {
    std::size_t block = 0;
    std::vector<double> cells;
  };

  /// Lifetime: `start`, the field at step 0, outlives it.
  snapshots(const block_plan& plan, std::span<const double> start) : plan_{plan}, start_{start} {}

  /// The step of the newest complete snapshot.
  std::uint64_t step() const { return step_; }

  /// Takes a copy. Gives back the copies that are not needed any more; this one, too, if it is
  /// older than the newest complete snapshot.
  std::vector<copy> add(std::uint64_t step, copy&& one);

  /// The cells of a part of the newest complete snapshot, row by row.
  std::vector<double> cells(const region& where) const;

private:
  struct snapshot {
    std::vector<std::vector<double>> cells; // by block; empty: not there
    std::size_t count = 0;
  };

  void paste(std::size_t block, const region& where, std::vector<double>& into) const;

  block_plan plan_;
  std::span<const double> start_;
  std::uint64_t step_ = 0;
  std::map<std::uint64_t, snapshot> by_step_; // from `step_` on
};

} // namespace heat
