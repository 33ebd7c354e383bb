// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstring>
#include <memory>
#include <span>

#include <actors/detail/archive_error.hpp>
#include <actors/detail/layout.hpp>

namespace actors {

/// Input archive over contiguous memory, which may hold anything: what a `writer` wrote, or
/// garbage.
///
/// Every byte is checked to be there before it is read; a length is checked against the bytes that
/// are left before anything is allocated; a bool must be 0 or 1; nesting ends at 512 levels; a
/// shared pointer must refer to an object of its own type. Errors: archive_error, also in place of
/// whatever functions of cereal or of the user throw (std::bad_alloc alone passes). The value being
/// read is then valid and has no particular contents. Lifetime: the memory outlives the reader.
/// Threading: one at a time.
class reader : public cereal::actors_archive {
public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;

  explicit reader(std::span<const std::byte> memory) noexcept
      : begin_(memory.data()), cur_(begin_), end_(begin_ + memory.size()) {}
  ~reader() {
    if (tracking_ != nullptr) [[unlikely]]
      forget(tracking_);
  }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  /// Bytes read so far.
  [[nodiscard]] std::size_t offset() const noexcept {
    return static_cast<std::size_t>(cur_ - begin_);
  }
  /// Bytes left.
  [[nodiscard]] std::size_t remaining() const noexcept {
    return static_cast<std::size_t>(end_ - cur_);
  }

  template <class... Ts>
  [[gnu::always_inline]] reader& operator()(Ts&&... values) {
    get_all(detail::unwrapped(values)...);
    return *this;
  }
  template <class T>
  reader& operator&(T&& value) {
    return (*this)(value);
  }
  template <class T>
  reader& operator>>(T&& value) {
    return (*this)(value);
  }

  /// The next `n` bytes where they lie. Errors: archive_error when there are fewer.
  [[gnu::always_inline]] const std::byte* take(std::size_t n) {
    if (remaining() < n) [[unlikely]]
      fail("the bytes end too early");
    return std::exchange(cur_, cur_ + n);
  }
  /// A length. Errors: archive_error when the rest cannot hold so many elements of at least
  /// `least_bytes` each (not 0).
  std::size_t read_size(std::size_t least_bytes = 1) {
    std::uint64_t n = static_cast<std::uint64_t>(*take(1));
    if (n >= 0x80) [[unlikely]]
      n = read_long_size(n);
    if (n > remaining() / least_bytes) [[unlikely]]
      fail("a length is larger than the rest of the bytes");
    return static_cast<std::size_t>(n);
  }
  /// Refuses what follows: throws archive_error with the place.
  [[noreturn, gnu::cold, gnu::noinline]] void fail(const char* what) const;

  // What cereal's functions for pointers and versions ask of an archive.
  std::shared_ptr<void> getSharedPointer(std::uint32_t id) const;
  void registerSharedPointer(std::uint32_t id, std::shared_ptr<void> pointer);
  std::string getPolymorphicName(std::uint32_t id) const;
  void registerPolymorphicName(std::uint32_t id, const std::string& name);
  template <class T>
  std::uint32_t loadClassVersion() {
    const std::uint64_t version = read_varint();
    if (version > UINT32_MAX)
      fail("a class version is out of range");
    return static_cast<std::uint32_t>(version);
  }
  void serializeDeferments() noexcept {}

private:
  struct tracking;
  /// The type that the shared pointer being read points to, and whether others may refer to it
  /// before it is complete.
  struct pointee {
    const void* type = nullptr;
    bool usable_at_once = false;
  };

  template <class T>
  [[gnu::always_inline]] const std::byte* load(const std::byte* from, T& x);
  template <class... Ts>
  [[gnu::always_inline]] void get_all(Ts&... values);
  template <class T>
  void get(T& x);
  template <class T>
  void get_text(T& x);
  template <class T>
  void get_vector(T& x);
  template <class T>
  void get_bits(T& x);
  template <class T>
  void get_binary(T& data);
  template <class T, class Slot>
  void get_elements(std::size_t n, Slot slot);
  template <class T>
  void get_sequence(T& x);
  template <class T>
  void get_set(T& x);
  template <class T>
  void get_map(T& x);
  template <class T>
  void get_custom(T& x);
  template <class T>
  void call_custom(T& x);

  std::uint64_t read_varint() {
    const auto n = static_cast<std::uint64_t>(*take(1));
    return n < 0x80 ? n : read_long_size(n);
  }
  std::uint64_t read_long_size(std::uint64_t first);
  void skip_padding(std::size_t to);
  void enter() const {
    if (depth_ == detail::most_levels) [[unlikely]]
      fail("values nest too deeply");
  }
  [[noreturn]] void fail_in_custom(const std::exception& reason) const;
  [[nodiscard]] std::size_t shared_pointers() const noexcept;
  void complete_shared_pointer(std::size_t index) noexcept;
  static void forget(tracking*) noexcept;

  const std::byte* begin_;
  const std::byte* cur_;
  const std::byte* end_;
  tracking* tracking_ = nullptr;
  pointee pointee_;
  std::size_t least_element_ = 1;
  std::uint32_t depth_ = 0;
};

/// Tells cereal that arrays of numbers come as blocks of bytes.
template <class T>
void load(reader& in, cereal::BinaryData<T>& data) {
  in(data);
}

} // namespace actors

#include <actors/detail/reader_inline.hpp>
