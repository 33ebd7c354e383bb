// SPDX-License-Identifier: BSD-3-Clause
//
// Plain aggregates in cereal's own archives: JSON, XML, binary. Text archives get the members'
// names.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

#include <actors/detail/custom.hpp>
#include <actors/reflect.hpp>

namespace actors::detail {

template <class Door, class Ar, class T>
concept archived_through = requires(Ar& ar, T& x) {
  Door::whole(ar, x);
}
|| requires(Ar& ar, T& x) { Door::whole(ar, x, 0u); }
|| requires(Ar& ar, T& x) { Door::store(ar, x); }
|| requires(Ar& ar, T& x) { Door::fetch(ar, x); }
|| requires(Ar& ar, T& x) { Door::store(ar, x, 0u); }
|| requires(Ar& ar, T& x) { Door::fetch(ar, x, 0u); }
|| requires(Ar& ar, T& x) { Door::store_minimal(ar, x); }
|| requires(Ar& ar, T& x) { Door::store_minimal(ar, x, 0u); };

// A free serialize without a version is left out: it is more specialised than ours below.
template <class Ar, class T>
concept archived_by_free_split = requires(Ar& ar, T& x) {
  free_access::store(ar, x);
}
|| requires(Ar& ar, T& x) { free_access::fetch(ar, x); }
|| requires(Ar& ar, T& x) { free_access::whole(ar, x, 0u); }
|| requires(Ar& ar, T& x) { free_access::store(ar, x, 0u); }
|| requires(Ar& ar, T& x) { free_access::store_minimal(ar, x); };

template <class Ar, class T>
concept aggregate_for_cereal =
    !std::is_base_of_v<cereal::actors_archive, Ar> && std::is_class_v<T> &&
    std::is_aggregate_v<T> && !archived_through<access, Ar, T> &&
    !archived_through<cereal_access, Ar, T> && !archived_by_free_split<Ar, T> && reflectable<T>;

} // namespace actors::detail

namespace cereal {

template <class Archive, class T>
requires actors::detail::aggregate_for_cereal<Archive, T>
void serialize(Archive& ar, T& aggregate) {
  [[maybe_unused]] std::size_t i = 0;
  actors::for_each_member(aggregate, [&](auto& member) {
    if constexpr (requires { ar.setNextName(""); }) {
      const std::string name(actors::member_names<T>()[i++]);
      if (!name.empty())
        ar.setNextName(name.c_str());
      ar(member);
    } else {
      ar(member);
    }
  });
}

} // namespace cereal
