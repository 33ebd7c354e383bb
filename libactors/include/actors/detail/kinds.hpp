// SPDX-License-Identifier: BSD-3-Clause
//
// What the archives know of a type: which of their own encodings it has, and how many bytes that
// takes. Standard containers are known by their names and members, so that none of their headers is
// needed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <actors/detail/custom.hpp>
#include <actors/reflect.hpp>

namespace actors::detail {

enum class kind {
  none,        // cannot be archived
  boolean,     // one byte, 0 or 1
  number,      // raw bytes
  long_double, // ten bytes, its padding left out
  enumeration, // as its underlying type
  array,       // C arrays and std::array: the elements
  text,        // std::basic_string: length, characters
  bits,        // std::vector<bool>: length, packed bits
  vector,      // length, elements
  sequence,    // other standard sequences: the same
  set,         // length, elements
  map,         // length, keys and values in turn
  optional,    // one byte, the value
  duration,    // its count
  time_point,  // its duration since the epoch
  tuple,       // std::pair and std::tuple: the elements
  custom,      // what the user or cereal wrote
  aggregate    // its members
};

template <class T>
constexpr bool is_named(std::string_view prefix) {
  return raw_type_name<T>().starts_with(prefix);
}

template <class T>
inline constexpr kind library_kind = kind::none;
template <class T, std::size_t N>
inline constexpr kind library_kind<std::array<T, N>> = kind::array;
template <class C, class Traits, class A>
inline constexpr kind library_kind<std::basic_string<C, Traits, A>> = kind::text;
template <class T, class A>
inline constexpr kind library_kind<std::vector<T, A>> = kind::vector;
template <class A>
inline constexpr kind library_kind<std::vector<bool, A>> = kind::bits;

template <class T>
concept map_like = requires(T x) {
  typename T::mapped_type;
  x.emplace_hint(x.end(), std::declval<typename T::key_type>(),
                 std::declval<typename T::mapped_type>());
};
template <class T>
concept set_like = requires(T x) {
  typename T::key_type;
  x.emplace_hint(x.end(), std::declval<typename T::key_type>());
};
template <class T>
concept sequence_like = requires(T x) {
  typename T::value_type;
  x.emplace_back();
  x.size();
  x.clear();
};
template <class T>
concept optional_like = requires(T x) {
  typename T::value_type;
  x.has_value();
  x.reset();
  x.emplace();
};
template <class T>
concept duration_like = requires(T x) {
  typename T::rep;
  typename T::period;
  x.count();
};
template <class T>
concept time_point_like = requires(T x) {
  typename T::clock;
  x.time_since_epoch();
};

/// The kind of a class of the standard library that has an encoding here.
template <class T>
constexpr kind standard_kind() {
  if constexpr (library_kind<T> != kind::none)
    return library_kind<T>;
  else if constexpr (!is_named<T>("std::"))
    return kind::none;
  else if constexpr (is_named<T>("std::pair<") || is_named<T>("std::tuple<"))
    return kind::tuple;
  else if constexpr (map_like<T>)
    return kind::map;
  else if constexpr (set_like<T>)
    return kind::set;
  else if constexpr (sequence_like<T>)
    return kind::sequence;
  else if constexpr (optional_like<T>)
    return kind::optional;
  else if constexpr (duration_like<T>)
    return kind::duration;
  else if constexpr (time_point_like<T>)
    return kind::time_point;
  else
    return kind::none;
}

// Wrappers that cereal puts around values, and what is inside.
template <class T>
inline constexpr bool is_transparent = false;
template <class T>
inline constexpr bool is_transparent<cereal::NameValuePair<T>> = true;
template <class T>
inline constexpr bool is_transparent<cereal::DeferredData<T>> = true;
template <class T>
inline constexpr bool is_base_wrapper = false;
template <class T>
inline constexpr bool is_base_wrapper<cereal::base_class<T>> = true;
template <class T>
inline constexpr bool is_base_wrapper<cereal::virtual_base_class<T>> = true;
template <class T>
inline constexpr bool is_size_tag = false;
template <class T>
inline constexpr bool is_size_tag<cereal::SizeTag<T>> = true;
template <class T>
inline constexpr bool is_binary_data = false;
template <class T>
inline constexpr bool is_binary_data<cereal::BinaryData<T>> = true;
template <class T>
inline constexpr bool is_bool_data = false;
template <class T>
inline constexpr bool is_bool_data<cereal::BinaryData<T>> =
    std::is_same_v<bool, std::remove_cv_t<std::remove_pointer_t<std::decay_t<T>>>>;

template <class T>
using archive_way = way_of<writer, reader, T>;

template <class T>
constexpr kind class_kind() {
  if constexpr (is_size_tag<T> || is_binary_data<T>)
    return kind::none; // looked after before kinds are
  else if constexpr (constexpr kind k = standard_kind<T>(); k != kind::none)
    return k;
  else if constexpr (archive_way<T>::kind != form::none)
    return kind::custom;
  else if constexpr (reflectable<T>)
    return kind::aggregate;
  else
    return kind::none;
}

template <class T>
constexpr kind find_kind() {
  if constexpr (std::is_same_v<T, bool>)
    return kind::boolean;
  else if constexpr (std::is_same_v<T, long double>)
    return kind::long_double;
  else if constexpr (std::is_arithmetic_v<T>)
    return kind::number;
  else if constexpr (std::is_enum_v<T>)
    return kind::enumeration;
  else if constexpr (std::is_bounded_array_v<T>)
    return kind::array;
  else if constexpr (std::is_class_v<T> || std::is_union_v<T>)
    return class_kind<T>();
  else
    return kind::none;
}

template <class T>
inline constexpr kind kind_of = find_kind<std::remove_cv_t<T>>();

template <class T>
using element_of = std::remove_cvref_t<decltype(std::declval<T&>()[0])>;
template <class T>
inline constexpr std::size_t extent_of = sizeof(T) / sizeof(element_of<T>);
template <class E, std::size_t N>
inline constexpr std::size_t extent_of<std::array<E, N>> = N;

/// The elements of tuples as a `type_list`.
template <class T>
struct elements;
template <template <class...> class C, class... Ts>
struct elements<C<Ts...>> {
  using type = type_list<Ts...>;
};

template <class T, class F, std::size_t... I>
constexpr decltype(auto) visit_tuple(T& x, F&& f, std::index_sequence<I...>) {
  using std::get;
  return f(get<I>(x)...);
}
/// Calls `f` with all elements of a tuple.
template <class T, class F>
constexpr decltype(auto) visit_tuple(T& x, F&& f) {
  return visit_tuple(x, f, std::make_index_sequence<elements<std::remove_cv_t<T>>::type::size>{});
}

/// Named in the compiler's message when a type has no encoding.
template <class T>
struct the_type_can_be_archived {
  static constexpr void check() {
    static_assert(
        sizeof(T) == 0,
        "this type can be archived neither as a plain aggregate (at most 32 members, no "
        "filled base classes, no pointers), nor by a serialize function, nor as a standard "
        "type that is built in; for others include its header in cereal/types");
  }
};

} // namespace actors::detail
