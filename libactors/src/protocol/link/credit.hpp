// SPDX-License-Identifier: BSD-3-Clause
//
// Credit: how much may be on its way. The receiver's windows say how much it is ready to hold; what
// its shards have consumed moves them on. A frame of kind `credit`:
//
//    0  u64  received   messages that have come, the first so many of all that were sent
//    8  u64  messages   consumed by shards, in any order
//   16  u64  bytes      of records consumed
//   24  u64  bulk       bytes of large messages consumed
//
// All count from the beginning of the connection, so that a lost or doubled grant would not matter.
// A sender may have sent up to `consumed + window` of each. Credit itself needs no credit, and a
// link always reads: two full links cannot wait for each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <actors/detail/buffer.hpp>
#include <actors/failure.hpp>

#include "frame.hpp"

namespace actors::protocol {

/// What a receiver is ready to hold.
struct window_sizes {
  std::uint64_t messages = std::uint64_t{1} << 19;
  /// Of records. At least two of the largest batches.
  std::uint64_t bytes = std::uint64_t{16} << 20;
  /// Of large messages; also the largest of them.
  std::uint64_t bulk = std::uint64_t{256} << 20;

  friend bool operator==(const window_sizes&, const window_sizes&) = default;
};

/// Errors: invalid_argument.
[[nodiscard]] expected<void> check(const window_sizes& windows);

struct credit {
  std::uint64_t received = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t bulk = 0;

  friend bool operator==(const credit&, const credit&) = default;
};

[[nodiscard]] buffer frame_of(const credit& c);
[[nodiscard]] std::optional<credit> read_credit(std::span<const std::byte> payload) noexcept;

/// The sender's side.
class send_window {
public:
  explicit send_window(const window_sizes& sizes = {}) noexcept : sizes_(sizes) {}

  [[nodiscard]] bool has_room(std::uint64_t messages, std::uint64_t bytes) const noexcept {
    return sent_.messages + messages <= granted_.messages + sizes_.messages &&
           sent_.bytes + bytes <= granted_.bytes + sizes_.bytes;
  }
  [[nodiscard]] bool has_bulk_room(std::uint64_t bytes) const noexcept {
    return sent_.messages + 1 <= granted_.messages + sizes_.messages &&
           sent_.bulk + bytes <= granted_.bulk + sizes_.bulk;
  }
  [[nodiscard]] const window_sizes& sizes() const noexcept { return sizes_; }
  /// `received`: as the peer said last; the others: consumed.
  [[nodiscard]] const credit& granted() const noexcept { return granted_; }
  /// `received`: messages sent as a whole.
  [[nodiscard]] const credit& sent() const noexcept { return sent_; }

  void sent_batch(std::uint64_t messages, std::uint64_t bytes) noexcept;
  /// The beginning takes all the credit.
  void began_bulk(std::uint64_t bytes) noexcept;
  void ended_bulk() noexcept { ++sent_.received; }
  /// False: the peer acknowledges what was not sent, or takes back what it said.
  [[nodiscard]] bool grant(const credit& c) noexcept;

private:
  window_sizes sizes_;
  credit sent_;
  credit granted_;
};

/// The receiver's side.
class receive_window {
public:
  explicit receive_window(const window_sizes& sizes) noexcept : sizes_(sizes) {}

  // False: more than was granted.
  [[nodiscard]] bool arrived(std::uint64_t messages, std::uint64_t bytes) noexcept;
  [[nodiscard]] bool began_bulk(std::uint64_t bytes) noexcept;
  void ended_bulk() noexcept { ++taken_.received; }

  // Requires: of what arrived.
  void consumed(std::uint64_t messages, std::uint64_t bytes) noexcept;
  void consumed_bulk(std::uint64_t bytes) noexcept;

  [[nodiscard]] std::uint64_t received() const noexcept { return taken_.received; }
  /// The peer does not know the latest.
  [[nodiscard]] bool has_news() const noexcept { return taken_ != told_; }
  /// So much was consumed that the peer might wait for it.
  [[nodiscard]] bool is_urgent() const noexcept;
  [[nodiscard]] credit take_grant() noexcept { return told_ = taken_; }

private:
  window_sizes sizes_;
  /// `received`: messages that have come as a whole; the others: all that came.
  credit arrived_;
  /// `received`: likewise; the others: consumed.
  credit taken_;
  credit told_;
};

} // namespace actors::protocol
