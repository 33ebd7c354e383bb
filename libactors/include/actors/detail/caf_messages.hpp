// SPDX-License-Identifier: BSD-3-Clause
//
// Which of our messages may travel inside a `caf::message`, and how failures read on each side.
#pragma once

#include <type_traits>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/fwd.hpp>
#include <caf/message.hpp>
#include <caf/serializer.hpp>

#include <actors/failure.hpp>
#include <actors/message.hpp>

namespace actors::detail {

/// A class that CAF has no way to serialize. Inside the process it need not: messages pass by
/// pointer. A class with `inspect`, a container of such, or a built-in type is CAF's own affair.
template <class T>
concept foreign_to_caf =
    std::is_class_v<T> && !caf::detail::is_inspectable<caf::serializer, T>::value &&
    (!caf::detail::is_serializable<T>::value || caf::detail::has_serialize<T>::value);

/// The type as which a value of type `M` lies in a `caf::message` (`long long` as `int64_t`).
template <class M>
using in_caf = caf::detail::strip_and_convert_t<M>;

template <class M>
inline constexpr bool is_engine_message =
    std::is_same_v<M, down> || std::is_same_v<M, child_failed> || std::is_same_v<M, child_stopped>;
template <class M, class R>
inline constexpr bool is_engine_message<outcome<M, R>> = true;

[[nodiscard]] caf::error error_for_caf(const failure& reason);
/// `sys` may be null: then categories are written as numbers.
[[nodiscard]] failure failure_from_caf(const caf::error& reason, const caf::actor_system* sys);
/// The exit reason by which CAF actors learn that one of ours ended.
[[nodiscard]] caf::error exit_for_caf(const down& end);

} // namespace actors::detail

namespace caf {

/// Lets CAF actors send and take our messages without a registration. If such a message were ever
/// sent to another CAF node, CAF would refuse it: our floating point must not go through its codec.
template <class T>
requires actors::detail::foreign_to_caf<T>
struct allowed_unsafe_message_type<T> : std::true_type {
};

} // namespace caf
