// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

/// Memory for large buffers, kept for the next one when it is given back: to fetch memory from the system and
/// have it cleared takes longer than all that is done with the bytes of a large message.
/// Threading: any.
namespace actors::detail::large_blocks {

/// Buffers from this size on are blocks.
inline constexpr std::size_t smallest = std::size_t{512} << 10;
/// In all that lie idle in the process.
inline constexpr std::size_t kept_bytes = std::size_t{32} << 20;

struct block {
  void* memory = nullptr;
  std::size_t size = 0;
};

/// At least `size` bytes, and at most half as much again, in whole mebibytes; no memory where there is none.
[[nodiscard]] block take(std::size_t size) noexcept;
/// Requires: as it was taken.
void give_back(const block& b) noexcept;
/// Bytes that lie idle.
[[nodiscard]] std::size_t idle() noexcept;

} // namespace actors::detail::large_blocks
