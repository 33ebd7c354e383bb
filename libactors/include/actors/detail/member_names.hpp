// SPDX-License-Identifier: BSD-3-Clause
//
// Names of members, read from the compiler's spelling of a pointer into an object that is declared
// and never defined.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <actors/detail/members.hpp>

namespace actors::detail {

template <class T>
struct nowhere {
  T object;
};
/// Never defined: only addresses inside it are spelled.
template <class T>
extern const nowhere<T> some;

// Returns a plain pointer: a class type would add its own spelling behind that of the argument.
template <const auto* Pointer>
constexpr const char* pretty_pointer() {
  return __PRETTY_FUNCTION__;
}

/// The identifier before the closing brackets: "... [with P = (& some<a>.object.a::x)]" -> "x".
constexpr std::string_view last_identifier(std::string_view s) {
  auto is_word = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  while (!s.empty() && (s.back() == ']' || s.back() == ')'))
    s.remove_suffix(1);
  auto start = s.size();
  while (start > 0 && is_word(s[start - 1]))
    --start;
  return s.substr(start);
}

template <std::size_t I>
struct address_at {
  template <class M, class... Ms>
  constexpr auto operator()(const M& first, const Ms&... rest) const {
    if constexpr (I == 0)
      return &first;
    else
      return address_at<I - 1>{}(rest...);
  }
};

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T, std::size_t N, std::size_t I>
constexpr auto address_of_member() {
  return binding<N>::visit(some<T>.object, address_at<I>{});
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif

template <class T, std::size_t N, std::size_t I>
constexpr std::string_view name_of_member() {
  if constexpr (requires { pretty_pointer<address_of_member<T, N, I>()>(); })
    return last_identifier(pretty_pointer<address_of_member<T, N, I>()>());
  else
    return {};
}

template <class T, std::size_t N, std::size_t... I>
constexpr std::array<std::string_view, N> all_member_names(std::index_sequence<I...>) {
  return {name_of_member<T, N, I>()...};
}

template <class T, std::size_t N>
inline constexpr std::array<std::string_view, N>
    names_of_members = all_member_names<T, N>(std::make_index_sequence<N>{});

} // namespace actors::detail
