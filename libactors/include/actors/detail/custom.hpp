// SPDX-License-Identifier: BSD-3-Clause
//
// Finds and calls what a user, or cereal, wrote to archive a type, in all forms that cereal
// documents: serialize, save and load, save_minimal and load_minimal; as members or free functions;
// with or without a version.
#pragma once

#include <cstdint>
#include <type_traits>

#include <actors/detail/cereal_forward.hpp>

namespace actors {

/// A class with private archive functions says `friend class actors::access;`, or cereal's
/// `friend class cereal::access;`.
class access {
public:
  template <class Ar, class T, class... V>
  static auto whole(Ar& ar, T& x, V... version) -> decltype(x.serialize(ar, version...)) {
    return x.serialize(ar, version...);
  }
  template <class Ar, class T, class... V>
  static auto store(Ar& ar, const T& x, V... version) -> decltype(x.save(ar, version...)) {
    return x.save(ar, version...);
  }
  template <class Ar, class T, class... V>
  static auto fetch(Ar& ar, T& x, V... version) -> decltype(x.load(ar, version...)) {
    return x.load(ar, version...);
  }
  template <class Ar, class T, class... V>
  static auto store_minimal(const Ar& ar, const T& x, V... version)
      -> decltype(x.save_minimal(ar, version...)) {
    return x.save_minimal(ar, version...);
  }
  template <class Ar, class T, class U, class... V>
  static auto fetch_minimal(const Ar& ar, T& x, const U& value, V... version)
      -> decltype(x.load_minimal(ar, value, version...)) {
    return x.load_minimal(ar, value, version...);
  }
};

namespace detail {

/// `cereal::access`, looked at only when a template is instantiated: the user has included it by
/// then.
template <class>
struct late {
  using access = cereal::access;
};

/// The same through cereal's door.
struct cereal_access {
  template <class Ar, class T, class... V>
  static auto whole(Ar& ar, T& x, V... version)
      -> decltype(late<Ar>::access::member_serialize(ar, x, version...)) {
    return late<Ar>::access::member_serialize(ar, x, version...);
  }
  template <class Ar, class T, class... V>
  static auto store(Ar& ar, const T& x, V... version)
      -> decltype(late<Ar>::access::member_save(ar, x, version...)) {
    return late<Ar>::access::member_save(ar, x, version...);
  }
  template <class Ar, class T, class... V>
  static auto fetch(Ar& ar, T& x, V... version)
      -> decltype(late<Ar>::access::member_load(ar, x, version...)) {
    return late<Ar>::access::member_load(ar, x, version...);
  }
  template <class Ar, class T, class... V>
  static auto store_minimal(const Ar& ar, const T& x, V... version)
      -> decltype(late<Ar>::access::member_save_minimal(ar, x, version...)) {
    return late<Ar>::access::member_save_minimal(ar, x, version...);
  }
  template <class Ar, class T, class U, class... V>
  static auto fetch_minimal(const Ar& ar, T& x, const U& value, V... version)
      -> decltype(late<Ar>::access::member_load_minimal(ar, x, value, version...)) {
    return late<Ar>::access::member_load_minimal(ar, x, value, version...);
  }
};

/// The same for free functions, found by argument-dependent lookup.
struct free_access {
  template <class Ar, class T, class... V>
  static auto whole(Ar& ar, T& x, V... version) -> decltype(serialize(ar, x, version...)) {
    return serialize(ar, x, version...);
  }
  template <class Ar, class T, class... V>
  static auto store(Ar& ar, const T& x, V... version) -> decltype(save(ar, x, version...)) {
    return save(ar, x, version...);
  }
  template <class Ar, class T, class... V>
  static auto fetch(Ar& ar, T& x, V... version) -> decltype(load(ar, x, version...)) {
    return load(ar, x, version...);
  }
  template <class Ar, class T, class... V>
  static auto store_minimal(const Ar& ar, const T& x, V... version)
      -> decltype(save_minimal(ar, x, version...)) {
    return save_minimal(ar, x, version...);
  }
  template <class Ar, class T, class U, class... V>
  static auto fetch_minimal(const Ar& ar, T& x, const U& value, V... version)
      -> decltype(load_minimal(ar, x, value, version...)) {
    return load_minimal(ar, x, value, version...);
  }
};

enum class form { none, whole, split, minimal };

/// How a type wants to be archived: through which door, in which form, with a version or without.
template <class Door, form Form, bool Versioned>
struct way {
  using door = Door;
  static constexpr form kind = Form;
  static constexpr bool versioned = Versioned;
};
using no_way = way<void, form::none, false>;

template <class Door, class Out, class In, class T, class... V>
constexpr form form_through() {
  if constexpr (requires(Out & o, In & i, T & x, V... v) {
                  Door::store(o, x, v...);
                  Door::fetch(i, x, v...);
                })
    return form::split;
  else if constexpr (
      requires(Out & o, T & x, V... v) { Door::whole(o, x, v...); } ||
      requires(In & i, T & x, V... v) { Door::whole(i, x, v...); })
    return form::whole;
  else if constexpr (requires(Out & o, In & i, T & x, V... v) {
                       Door::fetch_minimal(i, x, Door::store_minimal(o, x, v...), v...);
                     })
    return form::minimal;
  else
    return form::none;
}

template <class Door, class Out, class In, class T>
constexpr auto way_through() {
  constexpr form plain = form_through<Door, Out, In, T>();
  if constexpr (plain != form::none)
    return way<Door, plain, false>{};
  else {
    constexpr form versioned = form_through<Door, Out, In, T, std::uint32_t>();
    return way<Door, versioned, versioned != form::none>{};
  }
}

template <class Out, class In, class T>
constexpr auto find_way(const T*) {
  if constexpr (!std::is_class_v<T> && !std::is_union_v<T>)
    return no_way{};
  else if constexpr (auto own = way_through<access, Out, In, T>(); own.kind != form::none)
    return own;
  else if constexpr (auto door = way_through<cereal_access, Out, In, T>(); door.kind != form::none)
    return door;
  else if constexpr (auto free = way_through<free_access, Out, In, T>(); free.kind != form::none)
    return free;
  else
    return no_way{};
}

// cereal writes pointers through one instance of this wrapper and reads them through another.
template <class Out, class In, class P>
constexpr auto find_way(const cereal::memory_detail::PtrWrapper<P>*) {
  return way<free_access, form::split, false>{};
}

/// The way of `T` into `Out` and out of `In`; `kind` is `none` where nobody wrote one.
template <class Out, class In, class T>
using way_of = decltype(find_way<Out, In>(static_cast<const T*>(nullptr)));

/// What CEREAL_CLASS_VERSION said about `T`, else 0.
template <class T>
constexpr std::uint32_t declared_version() {
  return 0;
}
template <class T>
requires requires { cereal::detail::Version<T, cereal::detail::version_binding_tag>::version; }
std::uint32_t declared_version() {
  return cereal::detail::Version<T, cereal::detail::version_binding_tag>::version;
}

} // namespace detail
} // namespace actors
