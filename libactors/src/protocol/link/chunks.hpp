// SPDX-License-Identifier: BSD-3-Clause
//
// Large messages travel one after the other, each in chunks, between which other frames go. A frame
// of kind `chunk`:
//
//    0  u32  message   number of the large message on this link, from 0; low bits
//    4  u32  reserved  0
//    8  u64  offset    of the first byte here
//   16  u64  total     bytes of the message
//   24 [record header, as in a batch, with size 0; where offset is 0]
//            bytes, at least one
//
// A chunk continues where the one before ended; anything else is refused. The frame's check
// (XXH3) covers the bytes of each chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <actors/time.hpp>

#include "batch.hpp"

namespace actors::protocol {

inline constexpr std::size_t chunk_header_bytes = 24;
static_assert(chunk_header_bytes + longest_record_header == largest_chunk_head);

/// A frame in two pieces: what was written for it, and bytes of the message where they lie.
struct chunk_frame {
  /// With room for the frame's header.
  buffer head;
  std::span<const std::byte> body;
  bool is_last = false;
};

/// Cuts one message. Lifetime: the message outlives the chunks.
class chunk_cutter {
public:
  chunk_cutter(std::shared_ptr<const outgoing_large> message, std::uint64_t number,
               std::uint64_t receiver) noexcept
      : message_(std::move(message)), number_(number), receiver_(receiver) {}

  /// Requires: not done.
  [[nodiscard]] chunk_frame next(std::size_t most_bytes);
  [[nodiscard]] bool has_begun() const noexcept { return offset_ != 0; }
  [[nodiscard]] std::size_t total() const noexcept { return message_->payload().size(); }
  [[nodiscard]] const std::shared_ptr<const outgoing_large>& message() const noexcept {
    return message_;
  }

private:
  std::shared_ptr<const outgoing_large> message_;
  std::uint64_t number_;
  std::uint64_t receiver_;
  std::size_t offset_ = 0;
};

/// A large message that came.
struct incoming_large {
  record_head head;
  buffer bytes;
};

/// Puts messages together. Memory: one message at a time, of up to `largest` bytes.
class chunk_joiner {
public:
  struct step {
    refusal why = refusal::none;
    /// Bytes of the message that begins here, or 0.
    std::uint64_t began = 0;
    bool is_complete = false;
  };

  explicit chunk_joiner(std::uint64_t here, std::uint64_t largest) noexcept
      : here_(here), largest_(largest) {}

  /// Requires: what is complete has been taken. `placed`: so many bytes more, behind the payload,
  /// lie where `place` said.
  [[nodiscard]] step add(std::span<const std::byte> payload,
                         std::span<const std::uint32_t> known_types, duration now,
                         std::size_t placed = 0);
  /// Of a chunk whose payload only begins with these bytes, at least `largest_chunk_head`: where the
  /// other `rest` bytes belong. Empty where the chunk does not belong here. What they say of the
  /// chunk is not checked yet: `add` decides when it is there as a whole.
  [[nodiscard]] std::span<std::byte> place(std::span<const std::byte> begin, std::size_t rest,
                                           std::span<const std::uint32_t> known_types);
  [[nodiscard]] incoming_large take() noexcept;
  /// When the message that is under way went on last.
  [[nodiscard]] std::optional<duration> waits_since() const noexcept;

private:
  struct header {
    std::uint32_t message;
    std::uint32_t reserved;
    std::uint64_t offset;
    std::uint64_t total;
  };
  static_assert(sizeof(header) == chunk_header_bytes);

  [[nodiscard]] bool begin(const header& h, std::span<const std::byte>& bytes,
                           std::span<const std::uint32_t> known_types);
  [[nodiscard]] std::optional<std::span<const std::byte>>
  bytes_of(std::span<const std::byte> payload, std::size_t more, std::span<const std::uint32_t> known_types);

  std::uint64_t here_;
  std::uint64_t largest_;
  std::uint64_t number_ = 0;
  std::uint64_t received_ = 0;
  duration progress_{};
  /// The message under way; without bytes there is none.
  incoming_large large_;
};

} // namespace actors::protocol
