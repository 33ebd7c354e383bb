// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

namespace actors {

/// What happens to a message for an actor whose mailbox is at its limit. Whatever is dropped is
/// counted, becomes a dead letter, and is answered with `errc::overloaded` if it was an ask.
enum class overflow_policy : std::uint8_t {
  /// The new message is refused.
  refuse,
  /// The oldest waiting message gives way to the new one.
  drop_oldest,
  /// The new message is dropped: as `refuse`, but expected (a sampled stream): logged at debug only.
  drop_newest,
  /// The new message is taken, and its sender handles no further message until the mailbox is half
  /// empty, at most for `mailbox_options::patience`. At twice the limit messages are refused.
  slow_sender,
};

/// The bound of one actor's mailbox.
struct mailbox_options {
  static constexpr std::size_t default_limit = 1U << 20;

  /// Messages that may wait. 0 means the node's default.
  std::size_t limit = 0;
  overflow_policy policy = overflow_policy::refuse;
};

} // namespace actors
