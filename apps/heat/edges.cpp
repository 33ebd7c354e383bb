// SPDX-License-Identifier: BSD-3-Clause
#include "heat/edges.hpp"

namespace heat {
namespace {

/// Cells [begin, end) of one axis.
struct stretch {
  std::ptrdiff_t begin;
  std::ptrdiff_t end;
};

/// The last `depth` cells inside the block towards `way` (-1, 1), or all of them (0).
stretch inner(int way, std::ptrdiff_t length, std::ptrdiff_t depth) {
  if (way < 0)
    return {0, depth};
  return way > 0 ? stretch{length - depth, length} : stretch{0, length};
}

/// The first `depth` cells outside the block towards `way`, or all inside (0).
stretch outer(int way, std::ptrdiff_t length, std::ptrdiff_t depth) {
  if (way < 0)
    return {-depth, 0};
  return way > 0 ? stretch{length, length + depth} : stretch{0, length};
}

/// A western or eastern edge is a few cells in each of many rows: too few to call memcpy for.
void copy_cells(const double* from, std::ptrdiff_t n, double* to) {
  constexpr std::ptrdiff_t few = 16;
  if (n > few) {
    std::copy_n(from, n, to);
    return;
  }
  for (std::ptrdiff_t i = 0; i < n; ++i)
    to[i] = from[i];
}

} // namespace

std::size_t edge_size(extent block, direction d, std::size_t depth) {
  const auto way = offset_of(d);
  return (way.rows == 0 ? block.rows : depth) * (way.cols == 0 ? block.cols : depth);
}

std::vector<double> pack_edge(const grid& cells, direction d, std::size_t depth,
                              std::vector<double> storage) {
  const auto deep = static_cast<std::ptrdiff_t>(depth);
  const auto rows = inner(offset_of(d).rows, cells.rows(), deep);
  const auto cols = inner(offset_of(d).cols, cells.cols(), deep);
  auto edge = std::move(storage);
  edge.resize(edge_size(cells.size(), d, depth));
  auto* to = edge.data();
  for (auto r = rows.begin; r < rows.end; ++r, to += cols.end - cols.begin)
    copy_cells(cells.row(r) + cols.begin, cols.end - cols.begin, to);
  return edge;
}

bool unpack_edge(grid& cells, direction d, std::size_t depth, std::span<const double> edge) {
  if (edge.size() != edge_size(cells.size(), d, depth))
    return false;
  const auto deep = static_cast<std::ptrdiff_t>(depth);
  const auto rows = outer(offset_of(d).rows, cells.rows(), deep);
  const auto cols = outer(offset_of(d).cols, cells.cols(), deep);
  const auto* from = edge.data();
  for (auto r = rows.begin; r < rows.end; ++r, from += cols.end - cols.begin)
    copy_cells(from, cols.end - cols.begin, cells.row(r) + cols.begin);
  return true;
}

} // namespace heat
