// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include <actors/detail/shard.hpp>

namespace actors::detail {

/// Memory for actor objects of up to 512 bytes: free lists by size over pages of 64 KiB that live as
/// long as the shard. Under the address sanitizer every object is an allocation of its own.
struct shard::object_pool {
  static constexpr std::size_t step = 32;
  static constexpr std::size_t largest = 512;
  static constexpr std::size_t page = 65536;

  struct block {
    block* next;
  };
  block* free[largest / step] = {};
  std::vector<void*> pages;

  ~object_pool() {
    for (void* p : pages) std::free(p);
  }

  static bool pooled(std::size_t size, std::size_t alignment) noexcept {
#ifdef __SANITIZE_ADDRESS__
    (void)size, (void)alignment;
    return false;
#else
    return size <= largest && alignment <= step;
#endif
  }

  void* take(std::size_t size) {
    std::size_t k = (size - 1) / step;
    if (free[k] == nullptr) refill(k);
    block* b = free[k];
    free[k] = b->next;
    return b;
  }
  void give(void* object, std::size_t size) noexcept {
    std::size_t k = (size - 1) / step;
    auto* b = static_cast<block*>(object);
    b->next = free[k];
    free[k] = b;
  }

private:
  void refill(std::size_t k) {
    std::size_t size = (k + 1) * step;
    void* p = std::aligned_alloc(64, page);
    if (p == nullptr) throw std::bad_alloc{};
    pages.push_back(p);
    for (std::size_t at = page / size * size; at >= size; at -= size) {
      auto* b = reinterpret_cast<block*>(static_cast<char*>(p) + at - size);
      b->next = free[k];
      free[k] = b;
    }
  }
};

} // namespace actors::detail
