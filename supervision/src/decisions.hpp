// SPDX-License-Identifier: BSD-3-Clause
//
// The rules of OTP's `supervisor` as pure functions, one for each question a supervisor asks
// itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include <actors/failure.hpp>
#include <actors/supervision/child_spec.hpp>
#include <actors/supervision/supervisor_spec.hpp>

namespace actors::supervision::detail {

/// What follows the end of a child that ended by itself.
enum class decision : std::uint8_t {
  restart,
  /// It stays ended; its specification stays, so that it can be started again by hand.
  leave,
  /// It is forgotten with its specification.
  remove,
};

/// Neither ended in order nor told to stop: it threw, was killed, or nobody knows.
[[nodiscard]] bool is_abnormal(exit_kind kind) noexcept;

[[nodiscard]] decision after(supervision::restart restart, exit_kind kind) noexcept;

/// Whether an end by itself is a failure to report: the abnormal ones, and every end of a child
/// that should never end.
[[nodiscard]] bool is_failure(supervision::restart restart, exit_kind kind) noexcept;

/// Whether a child that was told to stop ended as it should. A kill is an orderly end only where it
/// was what the specification asks for.
[[nodiscard]] bool is_orderly_stop(supervision::shutdown shutdown, exit_kind kind) noexcept;

/// Which children are restarted with one that failed.
enum class scope : std::uint8_t { child, all, rest };

[[nodiscard]] scope scope_of(supervision::strategy strategy) noexcept;

/// Whether the restart of the child at position `failed` concerns the one at `other`; positions are
/// in the order of start.
[[nodiscard]] bool concerns(supervision::strategy strategy, std::uint64_t failed,
                            std::uint64_t other) noexcept;

/// Whether the supervisor ends because a child ended by itself and is not restarted.
/// `significant_left`: how many significant children run or will run again.
[[nodiscard]] bool is_auto_shutdown_due(supervision::auto_shutdown rule, bool significant,
                                        std::size_t significant_left) noexcept;

} // namespace actors::supervision::detail
