// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>
#include <vector>

#include "common/extent.hpp"

namespace heat {

using apps::extent;

/// Gives storage that starts on a cache line, so that vector loads of a row's start do not split.
template <class T>
struct line_allocator {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  line_allocator() = default;
  template <class U>
  line_allocator(const line_allocator<U>&) {}

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), line)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, line); }

  friend bool operator==(const line_allocator&, const line_allocator&) { return true; }
};

/// A rectangle of doubles, row by row, with a halo of `halo` cells on every side.
///
/// Rows and columns are counted from the first cell inside the halo, so the halo has negative
/// indices. Every row starts on a cache line, and rows are never a multiple of a page apart: the
/// three rows a stencil reads would fight for the same cache set.
///
/// There is one row more than needed, at the bottom or at the top. A stencil can so work in place:
/// it writes every row one place higher (lower), over a row it has done with, and `slide`s.
class grid {
public:
  static constexpr std::ptrdiff_t line = 8; ///< Doubles in a cache line.

  /// The first column of the cache line that holds column `c`, which may be negative. A line that
  /// holds a cell of the grid or its halo lies wholly in the row.
  static constexpr std::ptrdiff_t line_start(std::ptrdiff_t c) { return c & -line; }

  grid() = default;

  grid(extent size, std::size_t halo)
      : size_{size}, halo_{halo}, lead_{round_up(halo)}, pitch_{off_page(round_up(
                                                             round_up(halo) + size.cols + halo))},
        cells_((size.rows + 2 * halo + 1) * pitch_, 0.0) {}

  extent size() const { return size_; }
  std::size_t halo() const { return halo_; }
  std::ptrdiff_t rows() const { return static_cast<std::ptrdiff_t>(size_.rows); }
  std::ptrdiff_t cols() const { return static_cast<std::ptrdiff_t>(size_.cols); }

  /// The cell in column 0 of row `r`. Requires: -halo <= r < rows + halo.
  double* row(std::ptrdiff_t r) { return cells_.data() + offset(r); }
  const double* row(std::ptrdiff_t r) const { return cells_.data() + offset(r); }

  /// Whether the spare row is at the top, so that the next slide is upwards.
  bool slides_up() const { return spare_above_; }

  /// Moves all row numbers by one place: up if slides_up(), else down. The cells stay.
  void slide() { spare_above_ = !spare_above_; }

  /// The place of row `r` after the next slide. Requires: as for `row`.
  double* row_after_slide(std::ptrdiff_t r) { return row(spare_above_ ? r - 1 : r + 1); }

  /// Fills the cells from the rectangle of `field` that starts at (top, left).
  void load(std::span<const double> field, extent field_size, std::size_t top, std::size_t left) {
    for (std::size_t r = 0; r < size_.rows; ++r)
      std::copy_n(field.data() + (top + r) * field_size.cols + left, size_.cols,
                  row(static_cast<std::ptrdiff_t>(r)));
  }

  /// Writes the cells, without the halo, into the rectangle of `field` that starts at (top, left).
  void store(std::span<double> field, extent field_size, std::size_t top, std::size_t left) const {
    for (std::size_t r = 0; r < size_.rows; ++r)
      std::copy_n(row(static_cast<std::ptrdiff_t>(r)), size_.cols,
                  field.data() + (top + r) * field_size.cols + left);
  }

  template <class Archive>
  void serialize(Archive& ar) {
    ar(size_.rows, size_.cols, halo_, lead_, pitch_, spare_above_, cells_);
  }

private:
  static constexpr std::size_t doubles = line; // as a size
  static constexpr std::size_t page = 512;     // doubles in a page

  static std::size_t round_up(std::size_t n) { return (n + doubles - 1) / doubles * doubles; }
  static std::size_t off_page(std::size_t n) { return n % page == 0 ? n + doubles : n; }

  std::ptrdiff_t offset(std::ptrdiff_t r) const {
    const auto slot = r + static_cast<std::ptrdiff_t>(halo_) + (spare_above_ ? 1 : 0);
    return slot * static_cast<std::ptrdiff_t>(pitch_) + static_cast<std::ptrdiff_t>(lead_);
  }

  extent size_;
  std::size_t halo_ = 0;
  std::size_t lead_ = 0;
  std::size_t pitch_ = 0;
  bool spare_above_ = true;
  std::vector<double, line_allocator<double>> cells_;
};

} // namespace heat
