// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <type_traits>

#include <actors/detail/kinds.hpp>

namespace actors {

namespace detail {

template <class T, class... Above>
constexpr bool can_archive();

template <class... Above, class... Ts>
constexpr bool can_archive_all(type_list<Ts...>) {
  return (true && ... && can_archive<Ts, Above...>());
}

/// Looks through containers and members. A type that contains itself is settled by its other
/// members.
template <class T, class... Above>
constexpr bool can_archive() {
  constexpr kind k = kind_of<T>;
  if constexpr ((std::is_same_v<T, Above> || ...))
    return true;
  else if constexpr (std::is_const_v<T> || k == kind::none)
    return false;
  else if constexpr (k == kind::array)
    return can_archive<element_of<T>, Above...>();
  else if constexpr (k == kind::vector || k == kind::sequence || k == kind::optional)
    return can_archive<typename T::value_type, T, Above...>();
  else if constexpr (k == kind::set)
    return can_archive<typename T::key_type, T, Above...>();
  else if constexpr (k == kind::map)
    return can_archive<typename T::key_type, T, Above...>() &&
           can_archive<typename T::mapped_type, T, Above...>();
  else if constexpr (k == kind::tuple)
    return can_archive_all<T, Above...>(typename elements<T>::type{});
  else if constexpr (k == kind::aggregate)
    return can_archive_all<T, Above...>(member_types<T>{});
  else
    return true;
}

} // namespace detail

/// Whether a `writer` writes and a `reader` reads a `T`. A type with a function of its own counts
/// without a look inside that function.
template <class T>
concept archivable = detail::can_archive<T>();

} // namespace actors
