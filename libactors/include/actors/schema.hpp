// SPDX-License-Identifier: BSD-3-Clause
//
// Digests of types: what two nodes compare at the handshake before they exchange messages.
//
// A digest covers the name of the type and, all the way down, the order, names and sizes of what
// goes into an archive: members of aggregates, elements of containers, the underlying types of
// enums. Names of members are not part of it: renaming a member changes no bytes. A class with a
// serialize function is default-constructed and run on an archive that records types; where that is
// impossible its name counts, and `static constexpr int version`, which counts wherever it is
// declared.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include <actors/detail/archivable.hpp>
#include <actors/detail/layout.hpp>

namespace actors {

namespace detail {

/// FNV-1a over what describes a type.
class schema_hash {
public:
  /// A type whose description is being added: a type inside itself is named, not described again.
  struct level {
    std::string_view name;
    const level* above;
  };

  template <class T>
  void add(const level* above);

  void text(std::string_view s) {
    number(s.size());
    for (char c : s)
      byte(static_cast<unsigned char>(c));
  }
  void number(std::uint64_t n) {
    for (int i = 0; i < 8; ++i, n >>= 8)
      byte(n & 0xff);
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

private:
  void byte(std::uint64_t b) { state_ = (state_ ^ b) * 0x100000001b3; }
  template <class T>
  void add_number();
  template <class T>
  void add_class(const level* above);
  template <class T>
  void add_custom(const level& here);
  template <class... Ts>
  void add_all(type_list<Ts...>, [[maybe_unused]] const level* above) {
    number(sizeof...(Ts));
    (add<std::remove_cv_t<Ts>>(above), ...);
  }

  std::uint64_t state_ = 0xcbf29ce484222325;
};

/// Records the types that a serialize function passes to it.
class schema_archive : public cereal::actors_archive {
public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  schema_archive(schema_hash& hash, const schema_hash::level* above) : hash_(hash), above_(above) {}

  template <class... Ts>
  schema_archive& operator()(Ts&&...) {
    (hash_.add<unwrapped_t<std::remove_cvref_t<Ts>>>(above_), ...);
    return *this;
  }
  template <class T>
  schema_archive& operator&(T&& x) {
    return (*this)(x);
  }
  template <class T>
  schema_archive& operator<<(T&& x) {
    return (*this)(x);
  }

  // The rest of what a function may ask of a writer.
  void write(std::span<const std::byte>) { hash_.text("bytes"); }
  void write_size(std::uint64_t) { hash_.text("size"); }
  void serializeDeferments() {}

private:
  schema_hash& hash_;
  const schema_hash::level* above_;
};

template <class T>
void schema_hash::add_number() {
  constexpr bool character = std::is_same_v<T, char> || std::is_same_v<T, wchar_t> ||
                             std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> ||
                             std::is_same_v<T, char32_t>;
  text(character                     ? "character"
       : std::is_floating_point_v<T> ? "float"
       : std::is_signed_v<T>         ? "signed"
                                     : "unsigned");
  number(sizeof(T));
}

template <class T>
void schema_hash::add(const level* above) {
  constexpr kind k = kind_of<T>;
  number(static_cast<std::uint64_t>(k));
  if constexpr (k == kind::number)
    add_number<T>();
  else if constexpr (k == kind::enumeration) {
    text(type_name<T>());
    add<std::underlying_type_t<T>>(above);
  } else if constexpr (k == kind::array) {
    number(extent_of<T>);
    add<element_of<T>>(above);
  } else if constexpr (k == kind::text || k == kind::vector || k == kind::sequence ||
                       k == kind::set || k == kind::map || k == kind::optional)
    add<std::remove_const_t<typename T::value_type>>(above);
  else if constexpr (k == kind::duration) {
    add<typename T::rep>(above);
    number(static_cast<std::uint64_t>(T::period::num));
    number(static_cast<std::uint64_t>(T::period::den));
  } else if constexpr (k == kind::time_point)
    add<typename T::duration>(above);
  else if constexpr (k == kind::tuple)
    add_all(typename elements<T>::type{}, above);
  else if constexpr (k == kind::aggregate || k == kind::custom)
    add_class<T>(above);
  else if constexpr (is_size_tag<T>)
    text("size");
  else if constexpr (k == kind::none)
    text(type_name<T>());
}

/// A constant, not a member that happens to have this name.
template <class T>
concept has_version = requires { requires !std::is_member_pointer_v<decltype(&T::version)>; };

template <class T>
void schema_hash::add_class(const level* above) {
  constexpr std::string_view name = type_name<T>();
  const level here{name, above};
  text(name);
  for (const level* l = above; l != nullptr; l = l->above)
    if (l->name == name)
      return;
  if constexpr (has_version<T>)
    number(static_cast<std::uint64_t>(T::version));
  if constexpr (kind_of<T> == kind::aggregate)
    add_all(member_types<T>{}, &here);
  else if constexpr (is_named<T>("std::") && is_type_template<T>)
    add_all(typename elements<T>::type{}, &here); // variants, pointers and the like
  else
    add_custom<T>(here);
}

template <class T>
void schema_hash::add_custom(const level& here) {
  using door = typename archive_way<T>::door;
  [[maybe_unused]] schema_archive archive(*this, &here);
  auto run = [&]<class... V>(V... version) {
    if constexpr (!std::is_default_constructible_v<T>)
      static_cast<void>(sizeof...(version)); // the name stands for it
    else if constexpr (requires(T & x) { door::whole(archive, x, version...); })
      door::whole(archive, *std::make_unique<T>(), version...);
    else if constexpr (requires(T & x) { door::store(archive, x, version...); })
      door::store(archive, *std::make_unique<T>(), version...);
    else if constexpr (requires(T & x) { door::store_minimal(archive, x, version...); })
      archive(door::store_minimal(archive, *std::make_unique<T>(), version...));
  };
  if constexpr (archive_way<T>::versioned) {
    number(declared_version<T>());
    run(declared_version<T>());
  } else {
    run();
  }
}

} // namespace detail

/// A digest of the name and structure of `T`, the same in every process that was compiled from the
/// same definition, and different where the definitions differ.
/// Requires: a class with a serialize function can be default-constructed and serialized at any
/// time, or cannot be default-constructed at all. Errors: what these functions throw. Threading:
/// any.
template <class T>
std::uint64_t schema_digest() {
  static const std::uint64_t digest = [] {
    detail::schema_hash hash;
    hash.text(type_name<T>());
    hash.add<std::remove_cv_t<T>>(nullptr);
    return hash.value();
  }();
  return digest;
}

} // namespace actors
