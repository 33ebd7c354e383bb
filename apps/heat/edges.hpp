// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <vector>

#include "heat/direction.hpp"
#include "heat/grid.hpp"

namespace heat {

/// How many cells the edge of a block towards `d` has: `depth` deep, corners depth x depth.
std::size_t edge_size(extent block, direction d, std::size_t depth);

/// The outermost cells of `cells` towards `d`, row by row: what the neighbour there needs.
/// `storage` is memory to use for it, such as an edge that has been unpacked.
/// Requires: depth is at most the halo and at most each side of the grid.
std::vector<double> pack_edge(const grid& cells, direction d, std::size_t depth,
                              std::vector<double> storage = {});

/// Fills the halo of `cells` towards `d` with what the neighbour there packed towards us.
/// Errors: false, and nothing changed, if `edge` has not the right size.
[[nodiscard]] bool unpack_edge(grid& cells, direction d, std::size_t depth,
                               std::span<const double> edge);

} // namespace heat
