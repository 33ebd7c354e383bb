// SPDX-License-Identifier: BSD-3-Clause
//
// Memory in which shards keep their slots: tables of segments and segments of slots, all zeros. What a
// shard that ends has used little of is cleared and kept for the next one: a simulator starts and ends
// thousands of shards a second, and fresh pages cost more than all they do.
#pragma once

#include <cstddef>
#include <cstdint>

#include <actors/detail/shard.hpp>

namespace actors::detail::slot_memory {

inline constexpr std::size_t table_size = std::size_t{1} << (32 - shard::segment_bits);

/// Null pointers, `table_size` of them. Errors: std::bad_alloc. Threading: any, as all here.
[[nodiscard]] slot** take_table();
/// `used`: no entry from there on was ever set.
void give_table(slot** table, std::size_t used) noexcept;

/// Zeros, `shard::segment_size` slots. Errors: std::bad_alloc.
[[nodiscard]] slot* take_segment();
/// `used`: no slot from there on was ever touched.
void give_segment(slot* segment, std::size_t used) noexcept;

} // namespace actors::detail::slot_memory
