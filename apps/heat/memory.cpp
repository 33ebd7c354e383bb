// SPDX-License-Identifier: BSD-3-Clause
#include "heat/memory.hpp"

#include <algorithm>

#include "heat/block_plan.hpp"

namespace heat {
namespace {

/// Blocks keep a copy in a snapshot, write the next one, and send the one after that off.
std::size_t kept_memory(const options& wanted, extent block) {
  return wanted.keep == 0 ? 0 : 3 * (block.area() * sizeof(double) + 32);
}

} // namespace

std::size_t memory_needed(const options& wanted) {
  constexpr std::size_t cell = sizeof(double);
  const auto block = block_plan{wanted.size, wanted.blocks}.block_size();
  const auto halo = 2 * wanted.depth;
  const auto in_block = (block.rows + halo + 2) * (block.cols + halo + 24) * cell + 2048;
  const std::size_t fields = 4 + (wanted.verify || wanted.baseline || wanted.prk ? 3 : 0);
  return wanted.blocks.area() * (in_block + kept_memory(wanted, block)) +
         fields * wanted.size.area() * cell;
}

} // namespace heat
