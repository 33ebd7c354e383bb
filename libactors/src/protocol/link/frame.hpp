// SPDX-License-Identifier: BSD-3-Clause
//
// Frames: what a link's stream of bytes is cut into. Little-endian, no padding:
//
//    0  u32  length   bytes behind this header
//    4  u8   kind
//    5  u8   flags    none are known: 0
//    6  u16  number   of the frame in its direction, from 0; low bits
//    8  u32  check    of the payload: XXH3, low half
//   12  u32  guard    of the 12 bytes before
//   16       payload
//
// The guard is looked at before the length is believed, so that bytes that are out of step are
// refused at once and not after a wait for what a length asked for. Neither guards against an
// attacker: that is what the transport (TLS) is for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <actors/detail/buffer.hpp>

#include "refusal.hpp"

namespace actors::protocol {

enum class frame_kind : std::uint8_t { handshake = 1, batch, chunk, credit, control };
inline constexpr std::size_t frame_kinds = 6;

inline constexpr std::size_t frame_header_bytes = 16;
/// A message with more bytes travels in chunks.
inline constexpr std::size_t largest_record = std::size_t{1} << 20;
inline constexpr std::size_t largest_batch = largest_record + (std::size_t{1} << 18);
inline constexpr std::size_t largest_chunk = (std::size_t{1} << 20) + 128;
/// Of a chunk's payload, at most: what it says of itself before its bytes.
inline constexpr std::size_t largest_chunk_head = 24 + 48;
inline constexpr std::size_t largest_handshake = std::size_t{4} << 20;
/// Payload bytes of a handshake's frame before the peer has proved that it knows the secret.
inline constexpr std::size_t largest_unproved = 3072;

/// The longest payload of each kind; 0: frames of this kind are not expected.
struct frame_limits {
  std::array<std::uint32_t, frame_kinds> longest{};

  [[nodiscard]] static frame_limits before_proof() noexcept;
  [[nodiscard]] static frame_limits before_open() noexcept;
  [[nodiscard]] static frame_limits when_open() noexcept;
};

/// A whole frame. Lifetime: see `frame_decoder`.
struct frame {
  frame_kind kind{};
  std::span<const std::byte> payload;
  /// So many bytes more of the payload, behind those, lie where `frame_decoder::divert` said.
  std::size_t diverted = 0;
};

/// XXH3 of two stretches of bytes one after the other.
[[nodiscard]] std::uint32_t check_of(std::span<const std::byte> head,
                                     std::span<const std::byte> rest) noexcept;

/// Fills in the header of a frame that begins with room for one. What of the payload is not in
/// `bytes` is in `rest`.
void seal_frame(std::span<std::byte> bytes, frame_kind kind, std::uint64_t number,
                std::span<const std::byte> rest = {}) noexcept;

/// Finds the frames in a stream of bytes that comes in pieces of any size. A frame that lies in one
/// piece is shown where it lies; one that is torn is put together, at most once copied.
///
///   decoder.arrived(bytes);
///   while (auto f = decoder.next()) ...
///
/// The rest of a chunk that is torn need not be put together here: whoever knows where it belongs
/// says so with `divert`, and it goes there at once, from `arrived` or from whoever fills `landing`.
///
/// Lifetime: bytes and frames, until the next `arrived`. Memory: the longest payload that the
/// limits allow, twice.
class frame_decoder {
public:
  explicit frame_decoder(const frame_limits& limits);
  frame_decoder(frame_decoder&&) noexcept;
  ~frame_decoder();

  /// Requires: `next` gave nothing any more.
  void arrived(std::span<const std::byte> bytes) noexcept { input_ = bytes; }
  [[nodiscard]] std::optional<frame> next();

  /// From here on `next` stops at each torn chunk until it has been asked where the rest is to go.
  void stop_at_torn_chunks() noexcept { stops_at_chunks_ = true; }
  /// Of a torn chunk, once for each: the beginning of its payload, and how much is still to come.
  /// `divert`, or nothing, may follow; then `next`.
  struct torn_chunk {
    std::span<const std::byte> begin;
    std::size_t rest = 0;
  };
  [[nodiscard]] std::optional<torn_chunk> ask_where_to() noexcept;
  /// Requires: it was asked; `memory` has room for the rest and stays until the frame is whole.
  void divert(std::span<std::byte> memory);
  /// Where the next bytes of the stream belong: they may be put there and told as `landed`. Empty
  /// where `arrived` is to be told.
  [[nodiscard]] std::span<std::byte> landing() const noexcept { return landing_; }
  /// So many bytes lie there. `next` may follow.
  void landed(std::size_t bytes) noexcept;

  /// Why there will be no more frames.
  [[nodiscard]] refusal failed() const noexcept { return failed_; }
  /// For the frames that follow.
  void expect(const frame_limits& limits) noexcept { limits_ = limits; }
  /// Bytes held that are no whole frame yet.
  [[nodiscard]] std::size_t waiting() const noexcept { return partial_.size(); }
  [[nodiscard]] std::uint64_t frames() const noexcept { return number_; }

private:
  struct hash;

  std::optional<frame> next_torn();
  std::optional<frame> next_diverted();
  std::optional<frame> whole(std::span<const std::byte> bytes);
  [[nodiscard]] std::span<const std::byte> turn_over() noexcept;
  [[nodiscard]] bool is_header_good(const std::byte* header) noexcept;
  bool fill(std::size_t size);

  frame_limits limits_;
  refusal failed_ = refusal::none;
  std::uint64_t number_ = 0;
  std::span<const std::byte> input_;
  /// The beginning of a frame, while it is torn.
  buffer partial_;
  /// The torn frame that was shown last.
  buffer complete_;
  /// Of a torn chunk whose rest goes elsewhere: the rest of the rest, and the check so far.
  std::span<std::byte> landing_;
  std::size_t diverted_ = 0;
  std::unique_ptr<hash> hash_;
  bool stops_at_chunks_ = false;
  bool was_asked_ = false;
};

} // namespace actors::protocol
