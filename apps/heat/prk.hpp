// SPDX-License-Identifier: BSD-3-Clause
// The star stencil of radius 2 of the Parallel Research Kernels: a check of a parallel stencil with
// an answer known on paper. The input starts as row + column; every iteration adds weight * input
// over the star to the output of each cell at least two cells from the rim, then adds 1 to all of
// the input, so that an edge that was not exchanged shows. As PRK counts, `iterations` follow one
// warm-up: the stencil is applied iterations + 1 times, and the mean of |output| is
// 2 (iterations + 1).
// Source: R. van der Wijngaart, T. Mattson: The Parallel Research Kernels (2014).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heat/block_plan.hpp"
#include "heat/edges.hpp"

namespace heat {

/// Radius of the star, which is also the depth of the edges that blocks exchange.
inline constexpr std::size_t prk_radius = 2;

/// What PRK is run on.
struct prk_problem {
  extent size;
  std::uint64_t iterations = 1; ///< Not counting the warm-up.
};

/// What PRK yielded.
struct prk_result {
  double norm = 0.0;
  double seconds = 0.0; ///< All iterations + 1 sweeps.
};

/// The norm a correct run ends with.
double expected_norm(std::uint64_t iterations);

/// Whether the norm is right: within a relative 1e-8.
bool norm_is_right(double norm, std::uint64_t iterations);

/// How many cells of the grid the stencil is applied to. Zero if a side is shorter than 5.
std::size_t active_cells(extent grid_size);

/// One block of PRK's grid. The blocks exchange edges of depth `prk_radius` towards their four
/// sides before every sweep.
class prk_block {
public:
  prk_block() = default;

  /// Requires: no side of the block is shorter than `prk_radius`.
  prk_block(const block_place& place, extent grid_size);

  const block_place& place() const { return place_; }

  /// The edge that the neighbour towards `d` needs before its next sweep, in `storage`.
  std::vector<double> edge(direction d, std::vector<double> storage = {}) const {
    return pack_edge(in_, d, prk_radius, std::move(storage));
  }

  /// Takes the edge that the neighbour towards `from` packed for us. Errors: false if its size is
  /// wrong.
  [[nodiscard]] bool receive(direction from, std::span<const double> edge) {
    return unpack_edge(in_, from, prk_radius, edge);
  }

  /// Applies the stencil once, then adds 1 to the input.
  void sweep();

  /// The sum of |output|; the norm is the sum over all blocks / active_cells.
  double absolute_sum() const;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(place_, first_row_, last_row_, first_col_, last_col_, in_, out_);
  }

private:
  block_place place_;
  // The cells of the block that the stencil is applied to.
  std::ptrdiff_t first_row_ = 0;
  std::ptrdiff_t last_row_ = 0;
  std::ptrdiff_t first_col_ = 0;
  std::ptrdiff_t last_col_ = 0;
  grid in_;
  grid out_;
};

/// PRK in one thread on one block that is the whole grid.
prk_result prk_serially(const prk_problem& task);

} // namespace heat
