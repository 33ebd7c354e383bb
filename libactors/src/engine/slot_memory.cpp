// SPDX-License-Identifier: BSD-3-Clause
#include "slot_memory.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include <actors/detail/spin_lock.hpp>

namespace actors::detail::slot_memory {

namespace {

/// Pieces kept of each kind. Of a kept one only as many pages are in use as its last owner touched.
constexpr std::size_t most_kept = 32;
/// Whoever has used more gives its memory back.
constexpr std::size_t most_slots = shard::segment_size / 8;
constexpr std::size_t most_entries = 64;

struct stock {
  void* pieces[most_kept];
  std::size_t count;
};

// They outlive every shard, static ones too.
constinit spin_lock lock{}; // guards the two stocks: taken when shards begin and end
constinit stock tables{};
constinit stock segments{};

void* take(stock& from) noexcept {
  spin_guard guard{lock};
  return from.count == 0 ? nullptr : from.pieces[--from.count];
}

bool keep(stock& in, void* piece) noexcept {
  spin_guard guard{lock};
  if (in.count == most_kept) return false;
  in.pieces[in.count++] = piece;
  return true;
}

void* zeros(std::size_t bytes) {
  // Fresh pages are zero already, and stay untouched until they are used.
  void* memory = std::calloc(bytes, 1);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

void* beginning_of(slot* segment) noexcept {
  void* memory;
  std::memcpy(&memory, reinterpret_cast<char*>(segment) - sizeof(void*), sizeof memory);
  return memory;
}

} // namespace

slot** take_table() {
  if (void* kept = take(tables)) return static_cast<slot**>(kept);
  return static_cast<slot**>(zeros(table_size * sizeof(slot*)));
}

void give_table(slot** table, std::size_t used) noexcept {
  if (used <= most_entries) {
    std::memset(table, 0, used * sizeof(slot*));
    if (keep(tables, table)) return;
  }
  std::free(table);
}

slot* take_segment() {
  if (void* kept = take(segments)) return static_cast<slot*>(kept);
  void* memory = zeros(sizeof(slot) * (shard::segment_size + 1));
  const auto aligned = (reinterpret_cast<std::uintptr_t>(memory) + alignof(slot)) & ~(alignof(slot) - 1);
  auto* segment = reinterpret_cast<slot*>(aligned);
  // Between the beginning and the first slot there is room for the one that is to be freed.
  static_assert(sizeof(slot) >= alignof(slot) && alignof(slot) > sizeof(void*));
  std::memcpy(reinterpret_cast<char*>(segment) - sizeof(void*), &memory, sizeof memory);
  return segment;
}

void give_segment(slot* segment, std::size_t used) noexcept {
  if (used <= most_slots) {
    std::memset(static_cast<void*>(segment), 0, used * sizeof(slot));
    if (keep(segments, segment)) return;
  }
  std::free(beginning_of(segment));
}

} // namespace actors::detail::slot_memory
