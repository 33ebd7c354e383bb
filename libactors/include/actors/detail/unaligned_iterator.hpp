// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstring>
#include <iterator>

namespace actors::detail {

/// Reads numbers from bytes of any alignment; lets containers copy without writing zeros first.
template <class T>
struct unaligned_iterator {
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = T;
  using pointer = const T*;
  using iterator_category = std::random_access_iterator_tag;

  const std::byte* at = nullptr;

  T operator*() const {
    T x;
    std::memcpy(&x, at, sizeof(T));
    return x;
  }
  unaligned_iterator& operator+=(difference_type n) {
    at += n * static_cast<difference_type>(sizeof(T));
    return *this;
  }
  unaligned_iterator& operator++() { return *this += 1; }
  unaligned_iterator& operator--() { return *this += -1; }
  friend unaligned_iterator operator+(unaligned_iterator i, difference_type n) { return i += n; }
  friend difference_type operator-(unaligned_iterator a, unaligned_iterator b) {
    return (a.at - b.at) / static_cast<difference_type>(sizeof(T));
  }
  friend bool operator==(unaligned_iterator, unaligned_iterator) = default;
};

} // namespace actors::detail
