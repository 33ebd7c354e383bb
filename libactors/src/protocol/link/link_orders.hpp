// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include <actors/time.hpp>

#include "chunks.hpp"

namespace actors::protocol {

/// Write `head`, then `body`. Both stay where they are until `written` has covered them.
struct write_bytes {
  std::span<const std::byte> head;
  std::span<const std::byte> body;
};

/// Messages have come; all is well with them but, perhaps, their payloads. Tell `consumed` what
/// their shards are done with: in all, `messages` and the bytes of `records`. Lifetime: until the
/// next event.
struct deliver_batch {
  std::span<const std::byte> records;
  std::uint32_t messages = 0;
};

/// A large message has come. Tell `consumed_large` when its shard is done with it.
struct deliver_large {
  incoming_large message;
};

/// The peer has proved itself: see `peer`. Where `may_open`, call `open` or `refuse`.
struct introduce {
  bool may_open = false;
};

/// From here on messages travel. A connection to the same node that was used before must be closed
/// first, with what came on it delivered.
struct opened {};

/// Call `tick` at this time, whatever was said before.
struct wake {
  duration at{};
};

/// End the transport once everything that was to be written is written; the last order. See `why`,
/// `line` and `take_losses`.
struct close_transport {};

using link_order = std::variant<write_bytes, deliver_batch, deliver_large, introduce, opened, wake,
                                close_transport>;

} // namespace actors::protocol
