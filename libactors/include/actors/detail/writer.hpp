// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cstring>
#include <memory>
#include <span>

#include <actors/detail/archive_error.hpp>
#include <actors/detail/buffer.hpp>
#include <actors/detail/layout.hpp>

namespace actors {

static_assert(std::endian::native == std::endian::little,
              "the archive layout is little-endian memory");

/// Output archive over contiguous memory. Use as any cereal archive: `out(a, b, c)`.
///
/// Three kinds of memory: a `buffer`, appended to; bytes handed in, whose end is an error; bytes
/// handed in together with a function that finds more. The layout is in `archive.hpp`.
/// Errors: archive_error when the memory is full, or values nest more than 512 levels; what was
/// written before stays, `rewind` removes it. Threading: one at a time.
/// Lifetime: the memory outlives the writer; the size of a `buffer` is set when the writer ends, or
/// by `finish`.
class writer : public cereal::actors_archive {
public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  /// Called when `more` bytes do not fit: returns memory of at least `used.size() + more` bytes
  /// that starts with a copy of `used`, or throws.
  using grow_function = std::span<std::byte> (*)(void* context, std::span<std::byte> used,
                                                 std::size_t more);

  /// Appends to `out`.
  explicit writer(buffer& out) noexcept : writer({out.data(), out.capacity()}, &grow_buffer, &out) {
    cur_ += out.size();
    buffer_ = &out;
  }
  /// Writes into `memory` and no further.
  explicit writer(std::span<std::byte> memory) noexcept
      : writer(memory, &refuse_to_grow, nullptr) {}
  writer(std::span<std::byte> memory, grow_function find_more, void* context) noexcept
      : begin_(memory.data()), cur_(begin_), end_(begin_ + memory.size()), grow_(find_more),
        context_(context) {}
  ~writer() {
    finish();
    if (tracking_ != nullptr) [[unlikely]]
      forget(tracking_);
  }
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// Bytes in front of the next one, those that were in the buffer before included.
  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(cur_ - begin_);
  }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {begin_, size()}; }

  template <class... Ts>
  [[gnu::always_inline]] writer& operator()(Ts&&... values) {
    put_all(detail::unwrapped(values)...);
    return *this;
  }
  template <class T>
  writer& operator&(T&& value) {
    return (*this)(value);
  }
  template <class T>
  writer& operator<<(T&& value) {
    return (*this)(value);
  }

  /// Appends bytes as they are, without a length.
  void write(std::span<const std::byte> bytes) {
    if (!bytes.empty())
      std::memcpy(claim(bytes.size()), bytes.data(), bytes.size());
  }
  /// Appends a length, one byte when it is below 128.
  void write_size(std::uint64_t n) {
    if (n < 0x80) [[likely]]
      *claim(1) = static_cast<std::byte>(n);
    else
      write_long_size(n);
  }
  /// Room for `n` bytes that the caller fills in.
  [[gnu::always_inline]] std::byte* claim(std::size_t n) {
    if (static_cast<std::size_t>(end_ - cur_) < n) [[unlikely]]
      grow(n);
    return std::exchange(cur_, cur_ + n);
  }
  /// Forgets what was written behind `size`. Requires: `size <= this->size()`.
  void rewind(std::size_t size) noexcept { cur_ = begin_ + size; }
  /// Tells the buffer its size.
  void finish() noexcept {
    if (buffer_ != nullptr)
      buffer_->resize(size());
  }

  // What cereal's functions for pointers and versions ask of an archive.
  std::uint32_t registerSharedPointer(const std::shared_ptr<const void>& pointer);
  std::uint32_t registerPolymorphicType(const char* name);
  template <class T>
  std::uint32_t registerClassVersion() {
    const std::uint32_t version = detail::declared_version<T>();
    write_size(version);
    return version;
  }
  void serializeDeferments() noexcept {}

private:
  struct tracking;

  template <class T>
  [[gnu::always_inline]] static std::byte* store(std::byte* to, const T& x);
  template <class... Ts>
  [[gnu::always_inline]] void put_all(const Ts&... values);
  template <class T>
  void put(const T& x);
  template <class T>
  void put_elements(const T& range, std::size_t n);
  void put_text(const void* text, std::size_t bytes, std::size_t n) {
    if (n < 0x80) [[likely]] {
      std::byte* to = claim(1 + bytes); // one check for both
      *to = static_cast<std::byte>(n);
      std::memcpy(to + 1, text, bytes);
    } else {
      write_size(n);
      std::memcpy(claim(bytes), text, bytes);
    }
  }
  template <class T>
  void put_bits(const T& bits);
  template <class T>
  void put_custom(const T& x);

  /// Zeros up to `size`: elements that take no bytes must not make a length look impossible.
  void pad(std::size_t size);
  void write_long_size(std::uint64_t n);
  [[gnu::cold, gnu::noinline]] void grow(std::size_t more);
  void enter() const {
    if (depth_ == detail::most_levels) [[unlikely]]
      fail("values nest too deeply");
  }
  [[noreturn, gnu::cold, gnu::noinline]] void fail(const char* what) const;
  static std::span<std::byte> grow_buffer(void*, std::span<std::byte>, std::size_t);
  static std::span<std::byte> refuse_to_grow(void*, std::span<std::byte>, std::size_t);
  static void forget(tracking*) noexcept;

  std::byte* begin_;
  std::byte* cur_;
  std::byte* end_;
  grow_function grow_;
  void* context_;
  buffer* buffer_ = nullptr;
  tracking* tracking_ = nullptr;
  std::uint32_t depth_ = 0;
};

/// Tells cereal that arrays of numbers go as blocks of bytes.
template <class T>
void save(writer& out, const cereal::BinaryData<T>& data) {
  out(data);
}

} // namespace actors

#include <actors/detail/writer_inline.hpp>
