// SPDX-License-Identifier: BSD-3-Clause
//
// How many bytes values take in an archive, as far as their type tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <actors/detail/kinds.hpp>

namespace actors::detail {

/// How many bytes a type takes in an archive.
struct layout {
  /// Always the same number: `bytes`. Otherwise `bytes` is the least.
  bool fixed;
  /// The bytes in memory are the bytes in the archive, whatever their values are.
  bool bulk;
  std::size_t bytes;
};

template <class T>
constexpr layout find_layout();
template <class T>
inline constexpr layout layout_of = find_layout<std::remove_cv_t<T>>();

/// One after the other, as members of an object of `size` bytes.
template <class... Ts>
constexpr layout layout_in_turn(type_list<Ts...>, std::size_t size) {
  const std::size_t bytes = (std::size_t{0} + ... + layout_of<Ts>.bytes);
  const bool bulk = (true && ... && (layout_of<Ts>.bulk && !std::is_const_v<Ts>));
  return {(true && ... && layout_of<Ts>.fixed), bulk && bytes == size, bytes};
}

template <class T>
constexpr layout find_layout() {
  constexpr kind k = kind_of<T>;
  if constexpr (k == kind::boolean)
    return {true, false, 1};
  else if constexpr (k == kind::number)
    return {true, true, sizeof(T)};
  else if constexpr (k == kind::long_double)
    return {true, false, 10};
  else if constexpr (k == kind::enumeration)
    return layout_of<std::underlying_type_t<T>>;
  else if constexpr (k == kind::array) {
    constexpr layout e = layout_of<element_of<T>>;
    return {e.fixed, e.bulk && extent_of<T> != 0, e.bytes * extent_of<T>};
  } else if constexpr (k == kind::duration)
    return layout_of<typename T::rep>;
  else if constexpr (k == kind::time_point)
    return layout_of<typename T::duration>;
  else if constexpr (k == kind::tuple) {
    constexpr layout l = layout_in_turn(typename elements<T>::type{}, 0);
    return {l.fixed, false, l.bytes};
  } else if constexpr (k == kind::aggregate) {
    constexpr layout l = layout_in_turn(member_types<T>{}, sizeof(T));
    return {l.fixed, l.bulk && std::is_trivially_copyable_v<T>, l.bytes};
  } else if constexpr (k == kind::custom || k == kind::none)
    return {false, false, 0};
  else
    return {false, false, 1};
}

/// Bytes that each of `n` elements takes at least in a container: what a length is checked against.
template <class T>
inline constexpr std::size_t least_bytes = layout_of<T>.bytes == 0 ? 1 : layout_of<T>.bytes;

/// Values inside values that a type may nest through containers and pointers, in both directions: a
/// hostile message cannot exhaust the stack, and an honest one fails where it is written.
inline constexpr std::uint32_t most_levels = 512;

class level {
public:
  level(std::uint32_t& depth) : depth_(depth) { ++depth_; }
  ~level() { --depth_; }
  level(const level&) = delete;

private:
  std::uint32_t& depth_;
};

/// The value that travels: inside name-value pairs and base-class wrappers, else the argument
/// itself.
template <class T>
constexpr decltype(auto) unwrapped(T& x) {
  if constexpr (is_transparent<std::remove_cv_t<T>>)
    return unwrapped(x.value);
  else if constexpr (is_base_wrapper<std::remove_cv_t<T>>)
    return unwrapped(*x.base_ptr);
  else
    return (x);
}

template <class T>
using unwrapped_t = std::remove_cvref_t<decltype(unwrapped(std::declval<T&>()))>;

} // namespace actors::detail
