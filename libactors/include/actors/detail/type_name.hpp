// SPDX-License-Identifier: BSD-3-Clause
//
// Names of types, the same from every compiler, built while compiling. The compiler's own spelling
// is used for plain classes; fundamental types and class templates are spelled here, because
// compilers disagree on `unsigned long` and on default template arguments.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace actors::detail {

template <class T>
constexpr std::string_view pretty() {
  return __PRETTY_FUNCTION__;
}

/// Where `T` stands inside what `pretty` returns: a probe tells.
inline constexpr std::size_t pretty_prefix = pretty<double>().find("double");
inline constexpr std::size_t pretty_rest = pretty<double>().size() - 6;

template <class T>
constexpr std::string_view raw_type_name() {
  auto s = pretty<T>();
  // g++ appends "; std::string_view = ..." to the list: cut at what the probe had there.
  return s.substr(pretty_prefix, s.size() - pretty_rest);
}

/// A string of fixed capacity, usable as a constant.
template <std::size_t N>
struct fixed_text {
  char text[N + 1] = {};
  std::size_t size = 0;

  constexpr fixed_text& operator+=(std::string_view s) {
    for (char c : s)
      text[size++] = c;
    return *this;
  }
  constexpr std::string_view view() const { return {text, size}; }
};

/// Without inline namespaces of libraries, and with one spelling of anonymous namespaces.
template <std::size_t N>
constexpr fixed_text<N> normalised(std::string_view s) {
  constexpr std::string_view from[] = {"__cxx11::", "__1::", "{anonymous}",
                                       "(anonymous namespace)"};
  constexpr std::string_view to[] = {"", "", "(anonymous)", "(anonymous)"};
  fixed_text<N> out;
  while (!s.empty()) {
    std::size_t i = 0;
    while (i < 4 && !s.starts_with(from[i]))
      ++i;
    if (i < 4) {
      out += to[i];
      s.remove_prefix(from[i].size());
    } else {
      out += s.substr(0, 1);
      s.remove_prefix(1);
    }
  }
  return out;
}

constexpr bool needs_normalising(std::string_view s) {
  return s.find("__") != s.npos || s.find("anonymous") != s.npos;
}

template <class T>
inline constexpr auto
    normalised_name = normalised<raw_type_name<T>().size() + 8>(raw_type_name<T>());

template <class T>
constexpr std::string_view plain_name() {
  if constexpr (needs_normalising(raw_type_name<T>()))
    return normalised_name<T>.view();
  else
    return raw_type_name<T>();
}

template <class T>
constexpr std::string_view fundamental_name() {
  if constexpr (std::is_same_v<T, unsigned char>)
    return "unsigned char";
  else if constexpr (std::is_same_v<T, short>)
    return "short";
  else if constexpr (std::is_same_v<T, unsigned short>)
    return "unsigned short";
  else if constexpr (std::is_same_v<T, unsigned>)
    return "unsigned int";
  else if constexpr (std::is_same_v<T, long>)
    return "long";
  else if constexpr (std::is_same_v<T, unsigned long>)
    return "unsigned long";
  else if constexpr (std::is_same_v<T, long long>)
    return "long long";
  else if constexpr (std::is_same_v<T, unsigned long long>)
    return "unsigned long long";
  else
    return raw_type_name<T>();
}

template <class T>
constexpr std::string_view name_of();

/// Arguments that nearly always are the default ones; the names of containers stay readable
/// without.
constexpr bool is_usual_argument(std::string_view s) {
  for (std::string_view usual : {"std::allocator<", "std::char_traits<", "std::less<", "std::hash<",
                                 "std::equal_to<", "std::default_delete<"})
    if (s.starts_with(usual))
      return true;
  return false;
}

template <class T>
constexpr std::string_view template_name() {
  // Not find(): under -fsanitize=undefined g++ 12 cannot evaluate it in a constant.
  auto s = plain_name<T>();
  std::size_t length = 0;
  while (length < s.size() && s[length] != '<')
    ++length;
  return s.substr(0, length);
}

template <class T>
inline constexpr bool is_type_template = false;
template <template <class...> class C, class... Args>
inline constexpr bool is_type_template<C<Args...>> = true;

template <class T>
struct composed;
template <template <class...> class C, class... Args>
struct composed<C<Args...>> {
  static constexpr std::size_t capacity =
      template_name<C<Args...>>().size() + 2 + (0 + ... + (name_of<Args>().size() + 2));

  static constexpr auto build() {
    fixed_text<capacity> out;
    out += template_name<C<Args...>>();
    out += "<";
    bool first = true;
    auto add = [&](std::string_view s) {
      if (is_usual_argument(s))
        return;
      if (!first)
        out += ", ";
      out += s;
      first = false;
    };
    (add(name_of<Args>()), ...);
    out += ">";
    return out;
  }
  static constexpr auto text = build();
};

template <class T>
concept has_own_name = requires {
  {std::string_view{T::actors_name}};
};

template <class T>
constexpr std::string_view class_name() {
  if constexpr (has_own_name<T>)
    return T::actors_name;
  else if constexpr (is_type_template<T>) {
    // A class nested in a template keeps the compiler's spelling.
    if constexpr (raw_type_name<T>().ends_with('>'))
      return composed<T>::text.view() == "std::basic_string<char>" ? "std::string"
                                                                   : composed<T>::text.view();
    else
      return plain_name<T>();
  } else
    return plain_name<T>();
}

template <class T>
constexpr std::string_view name_of() {
  if constexpr (std::is_class_v<T> || std::is_union_v<T>)
    return class_name<T>();
  else if constexpr (std::is_arithmetic_v<T>)
    return fundamental_name<T>();
  else
    return plain_name<T>();
}

} // namespace actors::detail
