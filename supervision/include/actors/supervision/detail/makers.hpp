// SPDX-License-Identifier: BSD-3-Clause
//
// The table of makers: how to make the children that specifications name. It fills while the program
// starts, so every process with the same code knows the same makers.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <actors/actor.hpp>
#include <actors/archive.hpp>
#include <actors/detail/spawning.hpp>
#include <actors/supervision/restart_info.hpp>

namespace actors::supervision::detail {

/// Gives a new instance the state of the one before. Called as the new instance.
struct restorer {
  std::string name;
  const actors::detail::actor_type* type = nullptr;
  void (*apply)(actors::detail::slot& where, const restart_info& why) = nullptr;
};

/// Makes actors of one type from archived arguments. Immutable after registration.
struct maker {
  std::string name;
  /// `(int, std::string)`.
  std::string takes;
  const actors::detail::actor_type* type = nullptr;
  /// A new kept child of the running actor. Throws what the constructor throws if it starts on this
  /// shard, and archive_error for arguments that cannot be read.
  actor_id (*start)(const spawn_options& where, std::span<const std::byte> arguments) = nullptr;
  /// A new instance behind the id of a halted child.
  void (*restart)(actor_id child, std::span<const std::byte> arguments, const restorer* restore,
                  restart_info why) = nullptr;
  /// Throws archive_error where the arguments cannot be read.
  void (*check)(std::span<const std::byte> arguments) = nullptr;
};

/// Null where no such maker is known to this program. Threading: any.
[[nodiscard]] const maker* find_maker(std::string_view name);
[[nodiscard]] const restorer* find_restorer(std::string_view name);
/// The makers of actors of this type, for messages: `worker(int), worker(std::string)`.
[[nodiscard]] std::string known_makers(std::string_view type);
const maker& add_maker(maker m);
const restorer& add_restorer(restorer r);

template <class T>
[[nodiscard]] std::vector<std::byte> archived(const T& value) {
  buffer bytes;
  encode(bytes, value);
  return {bytes.data(), bytes.data() + bytes.size()};
}

template <class... Args>
[[nodiscard]] std::string argument_list() {
  std::string text = "(";
  ((text += (text.size() > 1 ? ", " : ""), text += std::string{type_name<Args>()}), ...);
  return text + ")";
}

/// The new object ends again where its state cannot be restored.
template <class A>
void apply_to(actors::detail::shard&, actors::detail::slot& where, const restorer& restore, const restart_info& why);

template <class A, class Arguments>
void restart_here(actors::detail::shard& there, actor_id id, Arguments values, const restorer* restore, restart_info why) {
  there.restart(id, *actors::detail::actor_type_ptr<A>,
                [values = std::move(values), restore, why = std::move(why)](actors::detail::shard& s,
                                                                           actors::detail::slot& where) mutable {
                  std::apply([&](auto&... v) { actors::detail::construct_object<A>(s, where, std::move(v)...); }, values);
                  if (restore != nullptr) apply_to<A>(s, where, *restore, why);
                });
}

/// What a child on another node is restarted with.
struct far_restart {
  std::vector<std::byte> arguments;
  /// Of the restorer; empty: none.
  std::string restore;
  restart_info why;
};

template <class A, class... Args>
const actors::detail::far_function& far_restart_of() {
  static const actors::detail::far_function& f = actors::detail::add_far_function(
      {actors::detail::far_name<A, Args...>("supervised restart of "),
       [](actors::detail::shard& there, actor_id id, actor_id, std::span<const std::byte> bytes) {
         auto what = decode<far_restart>(bytes);
         restart_here<A>(there, id, decode<std::tuple<Args...>>(what.arguments),
                         what.restore.empty() ? nullptr : find_restorer(what.restore), std::move(what.why));
       }});
  return f;
}

template <class A, class... Args>
const maker& maker_of() {
  using arguments = std::tuple<Args...>;
  static const maker& made = add_maker({
      .name = std::string{type_name<A>()} + argument_list<Args...>(),
      .takes = argument_list<Args...>(),
      .type = &actors::detail::actor_type_of<A>(),
      .start =
          [](const spawn_options& where, std::span<const std::byte> bytes) {
            return std::apply(
                [&](auto&... values) { return actors::detail::spawn_kept<A>(where, std::move(values)...); },
                static_cast<arguments&>(*std::make_unique<arguments>(decode<arguments>(bytes))));
          },
      .restart =
          [](actor_id child, std::span<const std::byte> bytes, const restorer* restore, restart_info why) {
            auto& here = *actors::detail::current_shard;
            if (!here.owner().lives_here(child)) {
              const far_restart what{{bytes.begin(), bytes.end()}, restore != nullptr ? restore->name : "", std::move(why)};
              here.system<actors::detail::far_call>(child, actors::detail::make_far_call(far_restart_of<A, Args...>(), what));
              return;
            }
            here.call(child, [values = decode<arguments>(bytes), restore, why = std::move(why)](
                                 actors::detail::shard& there, actor_id id) mutable {
              restart_here<A>(there, id, std::move(values), restore, std::move(why));
            });
          },
      .check = [](std::span<const std::byte> bytes) { (void)decode<arguments>(bytes); },
  });
  return made;
}

/// Entered before `main`, when other variables of templates may not have their values yet.
template <class A, class... Args>
inline const maker* const maker_ptr = (far_restart_of<A, Args...>(), &maker_of<A, Args...>());

template <class A>
void apply_to(actors::detail::shard&, actors::detail::slot& where, const restorer& restore, const restart_info& why) {
  try {
    restore.apply(where, why);
  } catch (...) {
    actors::detail::destroy_object<A>(where);
    throw;
  }
}

/// The type of actor that a restore function is for.
template <class F>
struct restored;
template <class A>
struct restored<void (*)(A&, const restart_info&)> {
  using type = A;
};

template <auto F>
constexpr std::string_view function_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  const auto from = text.find("F = ") + 4;
  return text.substr(from, text.find_first_of(";]", from) - from);
}

template <auto F>
const restorer& restorer_of() {
  using A = typename restored<decltype(F)>::type;
  static const restorer& made = add_restorer({
      .name = std::string{function_name<F>()},
      .type = &actors::detail::actor_type_of<A>(),
      .apply = [](actors::detail::slot& where, const restart_info& why) { F(actors::detail::object_of<A>(where), why); },
  });
  return made;
}
template <auto F>
inline const restorer* const restorer_ptr = &restorer_of<F>();

/// What an argument is in an archive: texts become strings.
template <class T>
using archived_argument =
    std::conditional_t<std::is_convertible_v<T, std::string_view> && !std::is_class_v<std::remove_cvref_t<T>>,
                       std::string, std::decay_t<T>>;

template <class A, class... Args>
constexpr void check_child() {
  static_assert((std::default_initializable<Args> && ... && true),
                "a child's constructor arguments must be default-constructible: they are read back from bytes");
  static_assert((archivable<Args> && ... && true),
                "a child's constructor arguments must be archivable: the specification may be sent to another node");
  static_assert(std::is_constructible_v<A, Args...>, "the child has no constructor that takes these arguments");
}

} // namespace actors::supervision::detail
