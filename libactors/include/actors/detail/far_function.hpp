// SPDX-License-Identifier: BSD-3-Clause
//
// Functions that one node may ask another to run on a shard there: what a closure is inside a process.
// They have names, and arguments in an archive. The table fills while the program starts, so processes
// with the same code know the same functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <actors/archive.hpp>
#include <actors/detail/shard.hpp>
#include <actors/reflect.hpp>

namespace actors::detail {

struct far_function {
  std::string name;
  /// Runs for the actor (or the id given out for one) `target`. `sender`: who asks for it. Errors:
  /// archive_error for arguments that cannot be read, before anything is done.
  void (*run)(shard& there, actor_id target, actor_id sender, std::span<const std::byte> arguments) = nullptr;
  /// Puts an object behind `target`.
  bool is_birth = false;
};

/// Enters a function. Threading: any; meant for static initialisation.
const far_function& add_far_function(far_function f);
/// Null where this program does not have it. Threading: any.
[[nodiscard]] const far_function* find_far_function(std::string_view name);

template <class T>
[[nodiscard]] far_call make_far_call(const far_function& f, const T& arguments) {
  buffer bytes;
  encode(bytes, arguments);
  return {f.name, {bytes.data(), bytes.data() + bytes.size()}};
}

template <class... Args>
inline constexpr bool can_travel = ((archivable<Args> && std::is_default_constructible_v<Args>) && ... && true);

template <class A, class... Args>
[[nodiscard]] std::string far_name(std::string_view what) {
  std::string text{what};
  text += type_name<A>();
  text += '(';
  ((text += type_name<Args>(), text += ','), ...);
  return text + ')';
}

/// The birth of an actor of type `A` on another node.
template <class A, class... Args>
const far_function& far_birth() {
  using arguments = std::pair<birth, std::tuple<Args...>>;
  static const far_function& f = add_far_function(
      {far_name<A, Args...>("birth of "),
       [](shard& there, actor_id id, actor_id parent, std::span<const std::byte> bytes) {
         auto kept = decode<arguments>(bytes);
         std::apply([&](auto&... values) { there.create<A>(id, parent, kept.first, std::move(values)...); }, kept.second);
       },
       true});
  return f;
}

/// A new instance behind the id of a child there.
template <class A, class... Args>
const far_function& far_restart() {
  using arguments = std::tuple<Args...>;
  static const far_function& f = add_far_function(
      {far_name<A, Args...>("restart of "),
       [](shard& there, actor_id id, actor_id, std::span<const std::byte> bytes) {
         there.restart(id, *actor_type_ptr<A>, [kept = decode<arguments>(bytes)](shard& s, slot& where) mutable {
           std::apply([&](auto&... values) { construct_object<A>(s, where, std::move(values)...); }, kept);
         });
       }});
  return f;
}

// Entered before `main`, when other variables of templates may not have their values yet.
template <class A, class... Args>
inline const far_function* const far_birth_ptr = &far_birth<A, Args...>();
template <class A, class... Args>
inline const far_function* const far_restart_ptr = &far_restart<A, Args...>();

} // namespace actors::detail
