// SPDX-License-Identifier: BSD-3-Clause
//
// How many members an aggregate has, found by asking how it can be initialised.
//
// 1. The largest n for which `T{any x n}` is valid. `any` converts to every type, so a member of
//    class type takes one initializer; nothing converts to a C array, so its elements take one
//    each.
// 2. Direct bases take one initializer each and come first; structured bindings do not count them.
// 3. When `T{{} x n}` is valid too, no member is a C array. Otherwise each position is asked how
// many
//    initializers its member swallows.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <actors/detail/members.hpp>

namespace actors::detail {

struct any_value {
  template <class U>
  operator U() const noexcept {
    __builtin_unreachable(); // never evaluated
  }
};

/// Converts to the base classes of `T` only.
template <class T>
struct any_base {
  template <class U>
  requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>) operator U() const noexcept;
};

/// Converts to nothing: only a constructor that swallows everything takes it.
struct inert {};

/// Converts to the base classes of `T` that have members.
template <class T>
struct any_filled_base {
  template <class U>
  requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T> && !std::is_empty_v<U>)
  operator U() const noexcept {
    __builtin_unreachable(); // never evaluated
  }
};

template <std::size_t>
using any_at = any_value;

template <std::size_t N>
using indices = std::make_index_sequence<N>;

/// Whether `T{any x B, {any x K}, any x A}` is valid: K initializers inside braces at position B.
template <class T, std::size_t... B, std::size_t... K, std::size_t... A>
constexpr bool takes_nested(std::index_sequence<B...>, std::index_sequence<K...>,
                            std::index_sequence<A...>) {
  return requires { T{any_at<B>{}..., {any_at<K>{}...}, any_at<A>{}...}; };
}

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{any_at<I>{}...}; };
}

/// Whether the first `B` initializers may be of type `Base` when `A` others follow.
template <class T, class Base, std::size_t... B, std::size_t... A>
constexpr bool takes_bases(std::index_sequence<B...>, std::index_sequence<A...>) {
  return requires { T{std::conditional_t<(B < sizeof...(B)), Base, void>{}..., any_at<A>{}...}; };
}

/// Whether every member can be initialised from `{any}`: then no member is a C array.
template <class T, std::size_t... I>
constexpr bool takes_braces(std::index_sequence<I...>) {
  return requires { T{{any_at<I>{}}...}; };
}

template <class T, std::size_t N>
constexpr bool takes_n() {
  return takes<T>(indices<N>{});
}

inline constexpr std::size_t uncountable = static_cast<std::size_t>(-1);
inline constexpr std::size_t most_initializers = 16384;

/// Largest n below `Bad` that `Valid` accepts, which accepts `Good` and nothing from `Bad` on.
template <template <std::size_t> class Valid, std::size_t Good, std::size_t Bad>
constexpr std::size_t last_valid() {
  if constexpr (Bad - Good <= 1)
    return Good;
  else if constexpr (Valid<Good + (Bad - Good) / 2>::value)
    return last_valid<Valid, Good + (Bad - Good) / 2, Bad>();
  else
    return last_valid<Valid, Good, Good + (Bad - Good) / 2>();
}

/// The same when no upper bound is known: doubles until refused.
template <template <std::size_t> class Valid, std::size_t Good, std::size_t Step = 1>
constexpr std::size_t last_valid_from() {
  if constexpr (Good > most_initializers)
    return uncountable;
  else if constexpr (Valid<Good + Step>::value)
    return last_valid_from<Valid, Good + Step, Step * 2>();
  else
    return last_valid<Valid, Good, Good + Step>();
}

template <class T>
struct counting {
  template <std::size_t N>
  struct valid : std::bool_constant<takes_n<T, N>()> {};

  template <std::size_t N = 0>
  static constexpr std::size_t initializers() {
    if constexpr (N > max_members)
      return uncountable; // members that cannot be left out come too late, or cannot be converted
                          // to
    else if constexpr (valid<N>::value)
      return last_valid_from<valid, N>();
    else
      return initializers<N + 1>();
  }

  static constexpr std::size_t total = initializers();

  template <std::size_t B = 0>
  static constexpr std::size_t bases() {
    if constexpr (B == total)
      return B;
    else if constexpr (takes_bases<T, any_base<T>>(indices<B + 1>{}, indices<total - B - 1>{}) &&
                       !takes_bases<T, inert>(indices<B + 1>{}, indices<total - B - 1>{}))
      return bases<B + 1>();
    else
      return B;
  }

  template <std::size_t P>
  struct at {
    template <std::size_t K>
    struct nested : std::bool_constant<P + K <= total &&
                                       takes_nested<T>(indices<P>{}, indices<K>{}, indices<0>{})> {
    };

    /// Whether the member is an array of exactly `K` elements: one more initializer is one too
    /// many.
    template <std::size_t K>
    static constexpr bool is_array_of() {
      return takes_nested<T>(indices<P>{}, indices<K>{}, indices<total - P - K>{}) &&
             !takes_nested<T>(indices<P>{}, indices<K>{}, indices<total - P - K + 1>{});
    }

    // The slow way, for aggregates whose later members cannot be left out.
    template <std::size_t K>
    static constexpr std::size_t search_width() {
      if constexpr (P + K > total)
        return 1;
      else if constexpr (is_array_of<K>())
        return K;
      else
        return search_width<K + 1>();
    }

    /// Initializers that the member at `P` swallows: the number of elements of a C array, else one.
    static constexpr std::size_t width() {
      if constexpr (P + 1 >= total ||
                    takes_nested<T>(indices<P>{}, indices<0>{}, indices<total - P - 1>{}))
        return 1;
      else if constexpr (!valid<0>::value)
        return search_width<2>();
      else if constexpr (!nested<2>::value)
        return 1;
      else {
        constexpr std::size_t k = last_valid_from<nested, 2>();
        return is_array_of<k>() ? k : 1;
      }
    }
  };

  template <std::size_t P, std::size_t Found = 0>
  static constexpr std::size_t members_from() {
    if constexpr (P >= total || Found > max_members)
      return Found;
    else
      return members_from<P + at<P>::width(), Found + 1>();
  }

  static constexpr std::size_t members() {
    if constexpr (std::is_empty_v<T>)
      return 0;
    else if constexpr (total == uncountable)
      return uncountable;
    else if constexpr (total > 0 && takes_braces<T>(indices<total>{}))
      return total - bases();
    else
      return members_from<bases()>();
  }

  /// Structured bindings cannot reach members of bases and own members at once.
  static constexpr bool has_filled_base() {
    if constexpr (std::is_empty_v<T> || total == uncountable || total == 0)
      return false;
    else if constexpr (bases() == 0)
      return false;
    else
      return takes_bases<T, any_filled_base<T>>(indices<1>{}, indices<total - 1>{}) || bases() > 1;
  }
};

} // namespace actors::detail
