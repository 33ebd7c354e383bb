// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace actors::detail {

/// Objects of one kind with stable addresses, named by a ticket that never names a second object:
/// the sequence number in its upper half changes at each reuse. One thread.
/// `T` needs members `std::uint32_t index, sequence;`.
template <class T>
class slab {
public:
  [[nodiscard]] T& take() {
    if (free_.empty()) extend();
    std::uint32_t i = free_.back();
    free_.pop_back();
    ++live_;
    T& object = at(i);
    if (++object.sequence == 0) object.sequence = 1;
    return object;
  }
  void give(T& object) noexcept {
    ++object.sequence;
    --live_;
    free_.push_back(object.index);
  }
  [[nodiscard]] T* find(std::uint64_t ticket) noexcept {
    auto i = static_cast<std::uint32_t>(ticket);
    if (i >= blocks_.size() * block) return nullptr;
    T& object = at(i);
    return object.sequence == ticket >> 32 ? &object : nullptr;
  }
  [[nodiscard]] static std::uint64_t ticket(const T& object) noexcept {
    return std::uint64_t{object.sequence} << 32 | object.index;
  }
  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  /// Shows every object, taken or not.
  template <class F>
  void for_each(F&& f) {
    for (auto& b : blocks_)
      for (std::uint32_t i = 0; i < block; ++i) f(b[i]);
  }

private:
  static constexpr std::uint32_t block = 64;

  [[nodiscard]] T& at(std::uint32_t i) noexcept { return blocks_[i / block][i % block]; }
  void extend() {
    auto base = static_cast<std::uint32_t>(blocks_.size() * block);
    blocks_.push_back(std::make_unique<T[]>(block));
    free_.reserve(blocks_.size() * block);
    for (std::uint32_t i = block; i-- > 0;) {
      at(base + i).index = base + i;
      free_.push_back(base + i);
    }
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::vector<std::uint32_t> free_;
  std::size_t live_ = 0;
};

} // namespace actors::detail
