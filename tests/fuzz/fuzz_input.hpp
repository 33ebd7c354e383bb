// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

namespace fuzz {

/// Bytes of an input, taken from the front.
class input {
public:
  input(const std::uint8_t* data, std::size_t size) noexcept
      : rest_(std::as_bytes(std::span{data, size})) {}

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
  std::uint8_t byte() noexcept {
    const auto b = take(1);
    return b.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(b[0]);
  }
  std::uint16_t number() noexcept {
    const std::uint16_t low = byte();
    return static_cast<std::uint16_t>(low | byte() << 8);
  }
  std::span<const std::byte> take(std::size_t n) noexcept {
    const auto taken = rest_.first(std::min(n, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::span<const std::byte> all() noexcept { return take(rest_.size()); }

private:
  std::span<const std::byte> rest_;
};

/// Bytes in memory of exactly their size, so that reading behind them shows.
class exact {
public:
  explicit exact(std::span<const std::byte> bytes)
      : memory_(std::make_unique<std::byte[]>(bytes.size())), size_(bytes.size()) {
    if (size_ != 0)
      std::memcpy(memory_.get(), bytes.data(), size_);
  }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {memory_.get(), size_}; }

private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_;
};

inline void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
