// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of one row, shared by the serial loop, the thread loop and the blocks: the same
// expression in the same order, compiled without contraction to fused operations, so that all three
// agree in every bit. The widest vector instructions of this machine are chosen once.
#pragma once

#include <cstddef>

namespace heat {

/// The largest share of a cell's difference to a neighbour that may flow in one step.
/// Beyond it the explicit scheme is unstable.
inline constexpr double largest_rate = 0.25;

/// One step of explicit heat flow for `n` cells of a row:
/// out = here + rate * (north + south + west + east - 4 here).
///
/// Requires: here[-1] and here[n] can be read; `out` is `north`, is `south`, or overlaps none of
/// the three rows.
void heat_row(const double* north, const double* here, const double* south, double* out,
              std::ptrdiff_t n, double rate);

/// One sweep of the star stencil of radius 2 of the Parallel Research Kernels for `n` cells of a
/// row: out += the sum of weight * cell over two cells in each direction. `rows` are the five rows
/// from two above to two below.
///
/// Requires: rows[2][-2] to rows[2][n + 1] can be read; `out` overlaps none of the others.
void star_row(const double* const rows[5], double* out, std::ptrdiff_t n);

} // namespace heat
