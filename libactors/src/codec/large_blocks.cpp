// SPDX-License-Identifier: BSD-3-Clause
#include "large_blocks.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>

namespace actors::detail::large_blocks {

namespace {

constexpr std::size_t unit = std::size_t{1} << 20;
/// What the system can back with one page, where it is asked to.
constexpr std::size_t large_page = std::size_t{2} << 20;
constexpr std::size_t most_kept = kept_bytes / unit;

struct stock {
  std::mutex mutex; // guards the rest: taken twice for a large message, and only to look through the list
  std::array<block, most_kept> blocks; // the latest is last
  std::size_t count = 0;
  std::size_t bytes = 0;

  block remove(std::size_t at) noexcept {
    const block b = blocks[at];
    std::copy(blocks.begin() + at + 1, blocks.begin() + count, blocks.begin() + at);
    --count;
    bytes -= b.size;
    return b;
  }
};

/// Never ends: buffers may outlive everything else of the program.
stock& idle_blocks() noexcept {
  static stock& s = *new stock;
  return s;
}

block fresh(std::size_t size) noexcept {
  void* memory = std::aligned_alloc(large_page, (size + large_page - 1) / large_page * large_page);
  if (memory == nullptr) return {};
  // Where large pages cannot be had, ordinary ones do.
  (void)::madvise(memory, size, MADV_HUGEPAGE);
  return {memory, size};
}

} // namespace

block take(std::size_t wanted) noexcept {
  const std::size_t size = (wanted + unit - 1) / unit * unit;
  {
    stock& s = idle_blocks();
    std::lock_guard guard{s.mutex};
    // The latest is the one most likely to be in the cache.
    for (std::size_t k = s.count; k-- != 0;)
      if (s.blocks[k].size >= size && s.blocks[k].size <= size + size / 2) return s.remove(k);
  }
  return fresh(size);
}

void give_back(const block& b) noexcept {
  stock& s = idle_blocks();
  std::array<block, most_kept> surplus;
  std::size_t n = 0;
  if (b.size > kept_bytes) {
    std::free(b.memory);
    return;
  }
  {
    std::lock_guard guard{s.mutex};
    // Those that nobody has wanted for longest make room.
    while (s.bytes + b.size > kept_bytes || s.count == most_kept) surplus[n++] = s.remove(0);
    s.blocks[s.count++] = b;
    s.bytes += b.size;
  }
  while (n != 0) std::free(surplus[--n].memory);
}

std::size_t idle() noexcept {
  stock& s = idle_blocks();
  std::lock_guard guard{s.mutex};
  return s.bytes;
}

} // namespace actors::detail::large_blocks
