// SPDX-License-Identifier: BSD-3-Clause
#include "heat/block_plan.hpp"

#include <algorithm>

namespace heat {

block_plan::block_plan(extent grid_size, extent blocks) : grid_size_{grid_size}, blocks_{blocks} {}

extent block_plan::block_size() const {
  return {grid_size_.rows / blocks_.rows, grid_size_.cols / blocks_.cols};
}

block_place block_plan::place(std::size_t index) const {
  const auto row = index / blocks_.cols;
  const auto col = index % blocks_.cols;
  const auto size = block_size();
  return {.index = index,
          .top = row * size.rows,
          .left = col * size.cols,
          .size = size,
          .wall_north = row == 0,
          .wall_south = row + 1 == blocks_.rows,
          .wall_west = col == 0,
          .wall_east = col + 1 == blocks_.cols};
}

std::string block_plan::name(std::size_t index) const {
  return apps::to_string(extent{index / blocks_.cols + 1, index % blocks_.cols + 1});
}

std::optional<std::size_t> block_plan::neighbour(std::size_t index, direction d) const {
  const auto way = offset_of(d);
  const auto here = place(index);
  if ((way.rows < 0 && here.wall_north) || (way.rows > 0 && here.wall_south) ||
      (way.cols < 0 && here.wall_west) || (way.cols > 0 && here.wall_east))
    return std::nullopt;
  const auto down = way.rows * static_cast<std::ptrdiff_t>(blocks_.cols);
  return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(index) + down + way.cols);
}

std::size_t block_plan::neighbour_count(std::size_t index, std::span<const direction> ways) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(ways, [&](direction d) { return neighbour(index, d).has_value(); }));
}

std::size_t block_plan::shard_of(std::size_t index, std::size_t shards) const {
  return index * shards / count();
}

std::size_t nearest_cut(std::size_t length, std::size_t wished) {
  const auto start = std::clamp<std::size_t>(wished, 1, length);
  for (std::size_t away = 0;; ++away) { // ends: both 1 and `length` divide
    if (start + away <= length && length % (start + away) == 0)
      return start + away;
    if (away < start && length % (start - away) == 0)
      return start - away;
  }
}

std::uint64_t round_length(std::uint64_t done, std::uint64_t steps, std::uint64_t depth,
                           std::span<const std::uint64_t> stops) {
  const auto stop = std::upper_bound(stops.begin(), stops.end(), done);
  const auto limit = stop == stops.end() ? steps : std::min(steps, *stop);
  return std::min(depth, limit - done);
}

} // namespace heat
