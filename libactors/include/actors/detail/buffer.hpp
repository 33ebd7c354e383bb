// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace actors {

/// Growable contiguous bytes. Unlike a vector it never writes zeros that are overwritten anyway.
/// Threading: as a container of the standard library.
class buffer {
public:
  buffer() = default;
  explicit buffer(std::size_t capacity) { reserve(capacity); }
  buffer(buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  buffer& operator=(buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~buffer();

  [[nodiscard]] std::byte* data() noexcept { return data_; }
  [[nodiscard]] const std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

  /// Keeps the memory.
  void clear() noexcept { size_ = 0; }
  /// New bytes have no particular value. Errors: std::bad_alloc; the contents stay as they were.
  void resize(std::size_t size) {
    reserve(size);
    size_ = size;
  }
  /// Makes room for `capacity` bytes in all. Errors: std::bad_alloc; nothing changed.
  void reserve(std::size_t capacity) {
    if (capacity > capacity_)
      reallocate(capacity);
  }

private:
  void reallocate(std::size_t capacity);

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace actors
