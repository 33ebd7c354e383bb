// SPDX-License-Identifier: BSD-3-Clause
//
// The names of cereal that our archives know. Declared here, not included: cereal costs every
// program a third of a second to compile, and one that only sends plain data needs none of it.
#pragma once

#include <type_traits>

namespace cereal {

class access;
template <class>
class NameValuePair;
template <class>
class SizeTag;
template <class>
class DeferredData;
template <class>
struct BinaryData;
template <class>
struct base_class;
template <class>
struct virtual_base_class;

namespace memory_detail {
template <class>
struct PtrWrapper;
}
namespace traits::detail {
template <class>
struct get_output_from_input;
template <class>
struct get_input_from_output;
} // namespace traits::detail

namespace detail {
struct adl_tag;
template <class, class>
struct create_bindings;
template <void (*)()>
struct instantiate_function;
template <class, class>
struct Version;
namespace {
struct version_binding_tag;
}
} // namespace detail

/// Base of our archives: makes cereal an associated namespace, so that the functions cereal ships
/// for standard types are found by argument-dependent lookup.
struct actors_archive {};

} // namespace cereal

namespace actors {
class writer;
class reader;
} // namespace actors

// What cereal's CEREAL_SETUP_ARCHIVE_TRAITS and CEREAL_REGISTER_ARCHIVE expand to. The second is
// spelled out because cereal binds polymorphic types only to archives that derive from its own
// base.
namespace cereal {
namespace traits::detail {
template <>
struct get_output_from_input<actors::reader> {
  using type = actors::writer;
};
template <>
struct get_input_from_output<actors::writer> {
  using type = actors::reader;
};
} // namespace traits::detail

namespace detail {
template <class T>
struct bind_to_actors_archives {
  [[gnu::used]] static void instantiate() {
    create_bindings<actors::writer, T>::save(std::true_type{});
    create_bindings<actors::reader, T>::load(std::true_type{});
  }
  using unused = instantiate_function<instantiate>;
};
// Never called: cereal's overload resolution instantiates the return type.
template <class T, class BindingTag>
typename bind_to_actors_archives<T>::type instantiate_polymorphic_binding(T*, actors::writer*,
                                                                          BindingTag, adl_tag);
} // namespace detail
} // namespace cereal
