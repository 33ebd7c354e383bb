// SPDX-License-Identifier: BSD-3-Clause
//
// What a program can know about its own types without the user writing anything: the members of
// plain aggregates, and the names of types.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <actors/detail/member_count.hpp>
#include <actors/detail/member_names.hpp>
#include <actors/detail/members.hpp>
#include <actors/detail/type_name.hpp>

namespace actors {

/// A class whose members can be read without code of its own: an aggregate of at most 32 members,
/// C arrays among them, that inherits from nothing but empty classes.
template <class T>
concept reflectable = std::is_class_v<T> && std::is_aggregate_v<T> &&
    detail::counting<std::remove_cv_t<T>>::members()
<= detail::max_members && !detail::counting<std::remove_cv_t<T>>::has_filled_base();

namespace detail {

template <class T>
constexpr std::size_t checked_member_count() {
  static_assert(std::is_class_v<T> && std::is_aggregate_v<T>,
                "members can be read from aggregates only: give this type a serialize function");
  static_assert(
      counting<T>::members() <= max_members,
      "this aggregate has more than 32 members: nest some, or give it a serialize function");
  static_assert(!counting<T>::has_filled_base(),
                "this aggregate inherits members: make the base a member, or give it a serialize "
                "function");
  return counting<T>::members();
}

template <class... Ts>
struct type_list {
  static constexpr std::size_t size = sizeof...(Ts);
};

struct to_type_list {
  template <class... Ms>
  constexpr type_list<Ms...> operator()(Ms&...) const {
    return {};
  }
};

} // namespace detail

/// Number of members of the aggregate `T`; a C array counts once, an empty class has none.
/// Errors: does not compile for types that are not `reflectable`, and says why.
template <class T>
inline constexpr std::size_t member_count = detail::checked_member_count<std::remove_cv_t<T>>();

/// Calls `f(m0, m1, ...)` with all members of the aggregate by reference and returns its result.
template <class T, class F>
constexpr decltype(auto) visit_members(T& aggregate, F&& f) {
  return detail::binding<member_count<T>>::visit(aggregate, std::forward<F>(f));
}

/// Calls `f` with each member of the aggregate by reference, in order of declaration.
template <class T, class F>
constexpr void for_each_member(T& aggregate, F&& f) {
  visit_members(aggregate, [&f](auto&... members) { (static_cast<void>(f(members)), ...); });
}

/// The types of the members, in order.
template <reflectable T>
using member_types = decltype(visit_members(std::declval<T&>(), detail::to_type_list{}));

/// The name of `T` with its namespaces, the same in every process and from every compiler:
/// `bank::deposit`, `std::vector<std::string>`. A class may choose its own with
/// `static constexpr std::string_view actors_name = "..."`, and keep it when it is renamed.
/// Types in anonymous namespaces of two files share a name: do not send them between nodes.
template <class T>
constexpr std::string_view type_name() {
  return detail::name_of<std::remove_cvref_t<T>>();
}

/// The names of the members of the aggregate `T`, in order, as `std::array<std::string_view, n>`.
/// Names are empty where the compiler does not tell them (clang before 18, members that are arrays
/// of arrays): they are for people to read, not part of any format.
template <reflectable T>
constexpr const auto& member_names() {
  return detail::names_of_members<T, member_count<T>>;
}

} // namespace actors
