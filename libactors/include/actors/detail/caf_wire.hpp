// SPDX-License-Identifier: BSD-3-Clause
//
// Our messages on CAF's wire. CAF's own codec alters floating point (infinity hangs it) and lets
// four bytes ask for gigabytes, so plain aggregates are written and read here, member by member, in
// the form that an `inspect` of all their members has:
//
//   integers, enumerations, bool, text, durations   as CAF does
//   float, double                                   their IEEE bits as uint32 or uint64
//   arrays, pairs, tuples, aggregates               their elements in turn
//   vectors, sets, other sequences                  length, elements
//   maps                                            length, keys and values in turn
//   std::optional                                   bool, the value
//   classes with an `inspect` of their own          as that says
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include <caf/atom.hpp>
#include <caf/deserializer.hpp>
#include <caf/detail/dynamic_message_data.hpp>
#include <caf/error.hpp>
#include <caf/message.hpp>
#include <caf/serializer.hpp>
#include <caf/type_erased_value.hpp>

#include <actors/detail/caf_messages.hpp>
#include <actors/detail/kinds.hpp>

namespace actors::detail {

template <class T>
concept inspected_by_caf =
    std::is_class_v<T> && caf::detail::is_inspectable<caf::serializer, T>::value;

template <class T, class... Above>
constexpr bool can_cross();
template <class... Above, class... Ts>
constexpr bool all_can_cross(type_list<Ts...>) {
  return (true && ... && can_cross<Ts, Above...>());
}

template <class T>
constexpr bool takes_no_bytes();
template <class... Ts>
constexpr bool all_take_no_bytes(type_list<Ts...>) {
  return (true && ... && takes_no_bytes<Ts>());
}
/// Of elements like these a few bytes could promise four billion.
template <class T>
constexpr bool takes_no_bytes() {
  if constexpr (kind_of<T> == kind::aggregate)
    return all_take_no_bytes(member_types<T>{});
  else
    return false;
}

template <class T, class... Above>
constexpr bool can_be_element() {
  if constexpr (can_cross<T, Above...>())
    return !takes_no_bytes<T>();
  else
    return false;
}

/// Whether values of `T` have a form here. A type that contains itself has none: the depth would be
/// up to the sender.
template <class T, class... Above>
constexpr bool can_cross() {
  constexpr kind k = kind_of<T>;
  if constexpr (inspected_by_caf<T> || k == kind::boolean || k == kind::enumeration)
    return true;
  else if constexpr (k == kind::number)
    return sizeof(T) <= sizeof(std::uint64_t);
  else if constexpr (k == kind::text)
    return std::is_same_v<T, std::string> || std::is_same_v<T, std::u16string> ||
           std::is_same_v<T, std::u32string>;
  else if constexpr (k == kind::duration)
    return std::is_integral_v<typename T::rep>;
  else if constexpr ((std::is_same_v<T, Above> || ...))
    return false;
  else if constexpr (k == kind::array)
    return can_cross<element_of<T>, T, Above...>();
  else if constexpr (k == kind::optional)
    return can_cross<typename T::value_type, T, Above...>();
  else if constexpr (k == kind::vector || k == kind::sequence)
    return can_be_element<typename T::value_type, T, Above...>();
  else if constexpr (k == kind::set)
    return can_be_element<typename T::key_type, T, Above...>();
  else if constexpr (k == kind::map)
    return can_be_element<typename T::key_type, T, Above...>() &&
           can_cross<typename T::mapped_type, T, Above...>();
  else if constexpr (k == kind::tuple)
    return all_can_cross<T, Above...>(typename elements<T>::type{});
  else if constexpr (k == kind::aggregate)
    return all_can_cross<T, Above...>(member_types<T>{});
  else
    return false;
}

template <class Processor, class T>
caf::error cross(Processor& with, T& x);

template <class Processor, class T>
caf::error cross_bits(Processor& with, T& x) {
  using bits = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;
  auto raw = std::bit_cast<bits>(x);
  caf::error failed = with(raw);
  x = std::bit_cast<T>(raw);
  return failed;
}

template <class Processor, class T>
caf::error cross_optional(Processor& with, T& x) {
  bool there = x.has_value();
  if (auto failed = with(there))
    return failed;
  if constexpr (Processor::writes_state) {
    x.reset();
    if (there)
      x.emplace();
  }
  return there ? cross(with, *x) : caf::error{};
}

template <class T>
caf::error save_range(caf::serializer& to, T& x) {
  std::size_t size = x.size();
  caf::error failed = to.begin_sequence(size);
  for (auto at = x.begin(); !failed && at != x.end(); ++at) {
    if constexpr (kind_of<T> == kind::map) {
      failed = cross(to, const_cast<typename T::key_type&>(at->first));
      if (!failed)
        failed = cross(to, at->second);
    } else {
      failed = cross(to, const_cast<typename T::value_type&>(*at));
    }
  }
  return failed ? failed : to.end_sequence();
}

/// Takes one element at a time, so that a length that lies costs no memory.
template <class T>
caf::error load_range(caf::deserializer& from, T& x) {
  x.clear();
  std::size_t size = 0;
  caf::error failed = from.begin_sequence(size);
  for (; !failed && size != 0; --size) {
    if constexpr (kind_of<T> == kind::map) {
      typename T::key_type key{};
      typename T::mapped_type value{};
      failed = cross(from, key);
      if (!failed)
        failed = cross(from, value);
      if (!failed)
        x.emplace_hint(x.end(), std::move(key), std::move(value));
    } else {
      typename T::value_type element{};
      failed = cross(from, element);
      if (!failed)
        x.insert(x.end(), std::move(element));
    }
  }
  return failed ? failed : from.end_sequence();
}

/// Writes `x`, or reads it, as `Processor` is a serializer or a deserializer.
template <class Processor, class T>
caf::error cross(Processor& with, T& x) {
  constexpr kind k = kind_of<T>;
  auto each = [&with](auto&... parts) {
    caf::error failed;
    static_cast<void>((... && !(failed = cross(with, parts))));
    return failed;
  };
  if constexpr (std::is_floating_point_v<T>) {
    return cross_bits(with, x);
  } else if constexpr (inspected_by_caf<T>) {
    return with(x);
  } else if constexpr (k == kind::aggregate) {
    return visit_members(x, each);
  } else if constexpr (k == kind::tuple) {
    return visit_tuple(x, each);
  } else if constexpr (k == kind::array) {
    caf::error failed;
    for (auto at = std::begin(x); !failed && at != std::end(x); ++at)
      failed = cross(with, *at);
    return failed;
  } else if constexpr (k == kind::optional) {
    return cross_optional(with, x);
  } else if constexpr (k == kind::vector || k == kind::sequence || k == kind::set ||
                       k == kind::map) {
    if constexpr (Processor::reads_state)
      return save_range(with, x);
    else
      return load_range(with, x);
  } else {
    return with(x);
  }
}

/// A value of ours inside a message of CAF that leaves or enters the process.
template <class M>
class carried final : public caf::type_erased_value {
public:
  carried() = default;
  explicit carried(M value) : value_{std::move(value)} {}

  void* get_mutable() override { return &value_; }
  const void* get() const override { return &value_; }
  caf::rtti_pair type() const override { return {std::uint16_t{0}, &typeid(M)}; }
  caf::error load(caf::deserializer& from) override { return cross(from, value_); }
  caf::error save(caf::serializer& to) const override { return cross(to, const_cast<M&>(value_)); }
  std::string stringify() const override { return std::string{type_name<M>()}; }
  caf::type_erased_value_ptr copy() const override {
    return caf::type_erased_value_ptr{new carried{value_}};
  }

private:
  M value_{};
};

/// CAF has a name and a sound form for these. Its floating point is not sound, and its byte vectors
/// are as large as the sender says: such a message has to be the member of a struct.
template <class M>
inline constexpr bool is_builtin_of_caf =
    std::is_integral_v<M> || std::is_same_v<M, std::string> || std::is_same_v<M, std::u16string> ||
    std::is_same_v<M, std::u32string> || std::is_same_v<M, caf::atom_value> ||
    std::is_same_v<M, std::vector<std::string>> || std::is_same_v<M, std::set<std::string>> ||
    std::is_same_v<M, std::map<std::string, std::string>>;

template <class M>
inline constexpr bool is_numbered_by_caf = caf::type_nr<in_caf<M>>::value != 0;

template <class M>
constexpr bool is_carried() {
  if constexpr (!std::is_class_v<M> || is_numbered_by_caf<M> || inspected_by_caf<M> ||
                !std::is_default_constructible_v<M>)
    return false;
  else
    return can_cross<M>();
}

/// Whether a message or reply of type `M` can leave the process through CAF. `void` is no reply.
template <class M>
constexpr bool crosses() {
  if constexpr (std::is_void_v<M> || is_builtin_of_caf<M>)
    return true;
  else
    return is_carried<M>() ||
           (inspected_by_caf<M> && !is_numbered_by_caf<M> && std::is_default_constructible_v<M>);
}

/// A type by which CAF can make values of it when they come in.
struct wire_type {
  std::string_view name;
  std::type_index type;
  caf::type_erased_value_ptr (*make)();
};

/// Enters `M`, unless CAF knows it by a name of its own.
template <class M>
void list_wire_type(std::vector<wire_type>& into) {
  if constexpr (is_carried<M>())
    into.push_back(
        {type_name<M>(), typeid(M), [] { return caf::type_erased_value_ptr{new carried<M>}; }});
  else if constexpr (inspected_by_caf<M> && !is_numbered_by_caf<M>)
    into.push_back({type_name<M>(), typeid(M), [] { return caf::make_type_erased_value<M>(); }});
}

/// How a reply becomes a message that CAF can write.
struct as_wire_message {
  template <class R>
  static caf::message make(R&& reply) {
    if constexpr (is_carried<std::remove_cvref_t<R>>()) {
      auto data = caf::make_counted<caf::detail::dynamic_message_data>();
      data->append(
          caf::type_erased_value_ptr{new carried<std::remove_cvref_t<R>>{std::move(reply)}});
      return caf::message{caf::detail::message_data::cow_ptr{std::move(data)}};
    } else {
      return caf::make_message(std::move(reply));
    }
  }
};

} // namespace actors::detail
