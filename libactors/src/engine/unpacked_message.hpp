// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <actors/detail/envelope.hpp>

#include "system_messages.hpp"

namespace actors::detail {

/// What a packed message holds, in an envelope that lies in no queue. Whoever takes the message ends it.
class unpacked_message {
public:
  explicit unpacked_message(packed_message& from) {
    const message_type& type = message_type_at(from.head.type);
    write_header(&message(), from.head, envelope_size(type.size, from.head.flags));
    why_ = from.unpack(message().payload());
  }

  /// `none`: there is a message.
  [[nodiscard]] errc why() const noexcept { return why_; }
  [[nodiscard]] envelope& message() noexcept { return *reinterpret_cast<envelope*>(room_); }

private:
  alignas(payload_alignment) char room_[envelope::header + envelope::request_size + largest_inline_message + 16];
  errc why_ = errc::none;
};

} // namespace actors::detail
