// SPDX-License-Identifier: BSD-3-Clause
//
// Memory for actor objects of up to 512 bytes. A shard takes from and gives to its own stock; an actor
// that moved is freed on another shard than it was born on, so what a stock has too much of goes
// through the depot of the node to those that need it, a page's worth at a time.
// Source: Bonwick and Adams, "Magazines and Vmem", 2001.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include <actors/detail/shard.hpp>
#include <actors/detail/spin_lock.hpp>

namespace actors::detail {

/// What the shards of a node have too much of, in bundles of one size, and the pages of all of them,
/// which live as long as the node. Threading: any.
class object_depot {
public:
  static constexpr std::size_t step = 32;
  static constexpr std::size_t largest = 512;
  static constexpr std::size_t sizes = largest / step;
  static constexpr std::size_t page = 65536;

  struct block {
    block* next;
    /// Of the first one of a bundle.
    block* next_bundle;
  };
  static_assert(sizeof(block) <= step);

  object_depot() = default;
  object_depot(const object_depot&) = delete;
  object_depot& operator=(const object_depot&) = delete;
  ~object_depot() {
    for (void* p : pages_) std::free(p);
  }

  /// Blocks in a bundle.
  [[nodiscard]] static constexpr std::uint32_t bundle(std::size_t k) noexcept {
    return static_cast<std::uint32_t>(page / ((k + 1) * step));
  }
  [[nodiscard]] std::size_t pages() const {
    spin_guard guard{lock_};
    return pages_.size();
  }

  /// A bundle, from a new page where there is none.
  [[nodiscard]] block* take(std::size_t k) {
    {
      spin_guard guard{lock_};
      if (block* b = bundles_[k]; b != nullptr) {
        bundles_[k] = b->next_bundle;
        return b;
      }
    }
    return cut_page(k);
  }
  void give(block* bundle, std::size_t k) noexcept {
    spin_guard guard{lock_};
    bundle->next_bundle = bundles_[k];
    bundles_[k] = bundle;
  }

private:
  block* cut_page(std::size_t k) {
    const std::size_t size = (k + 1) * step;
    auto* p = static_cast<char*>(std::aligned_alloc(64, page));
    if (p == nullptr) throw std::bad_alloc{};
    {
      spin_guard guard{lock_};
      pages_.push_back(p);
    }
    block* first = nullptr;
    for (std::size_t at = bundle(k) * size; at != 0; at -= size)
      first = new (p + at - size) block{first, nullptr};
    return first;
  }

  mutable spin_lock lock_; // guards the rest
  block* bundles_[sizes] = {};
  std::vector<void*> pages_;
};

/// The stock of one shard: per size, blocks at hand and at most one full bundle aside. Under the
/// address sanitizer every object is an allocation of its own.
struct shard::object_pool {
  using block = object_depot::block;

  explicit object_pool(object_depot& depot) noexcept : depot_{depot} {}

  static bool pooled(std::size_t size, std::size_t alignment) noexcept {
#ifdef __SANITIZE_ADDRESS__
    (void)size, (void)alignment;
    return false;
#else
    return size <= object_depot::largest && alignment <= object_depot::step;
#endif
  }

  void* take(std::size_t size) {
    const std::size_t k = (size - 1) / object_depot::step;
    stock& s = stocks_[k];
    if (s.first == nullptr) [[unlikely]]
      refill(s, k);
    --s.count;
    return std::exchange(s.first, s.first->next);
  }
  void give(void* object, std::size_t size) noexcept {
    const std::size_t k = (size - 1) / object_depot::step;
    stock& s = stocks_[k];
    auto* b = static_cast<block*>(object);
    b->next = s.first;
    s.first = b;
    if (++s.count == object_depot::bundle(k)) [[unlikely]]
      lay_aside(s, k);
  }

private:
  struct stock {
    block* first = nullptr;
    block* aside = nullptr;
    std::uint32_t count = 0;
  };

  void refill(stock& s, std::size_t k) {
    s.first = s.aside != nullptr ? std::exchange(s.aside, nullptr) : depot_.take(k);
    s.count = object_depot::bundle(k);
  }
  void lay_aside(stock& s, std::size_t k) noexcept {
    if (s.aside != nullptr) depot_.give(s.aside, k);
    s.aside = std::exchange(s.first, nullptr);
    s.count = 0;
  }

  object_depot& depot_;
  stock stocks_[object_depot::sizes];
};

} // namespace actors::detail
