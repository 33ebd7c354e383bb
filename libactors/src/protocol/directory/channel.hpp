// SPDX-License-Identifier: BSD-3-Clause
//
// One end of the two streams between a registrar and a node: what goes out is numbered, kept until
// it is acknowledged and sent again if that takes too long; what comes in is taken once and in
// order, whatever the network loses, doubles or delays.
//
//   out   [acknowledged ... sent ... waiting]   at most `window` items
//   in    next: the number of the item that may be taken; others are dropped
//
// Source: go-back-N, as in HDLC.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "message.hpp"
#include "options.hpp"

namespace actors::protocol {

class channel {
public:
  struct piece {
    std::uint64_t first = 0;
    std::uint64_t acknowledged = 0;
    std::vector<directory_item> items;
  };

  explicit channel(const directory_options& options) noexcept
      : options_{&options}, patience_{options.resend_after} {}

  [[nodiscard]] bool has_room() const noexcept { return out_.size() < options_->window; }
  /// Something is to happen when time passes.
  [[nodiscard]] bool is_busy() const noexcept { return !out_.empty() || owes_ != 0; }
  /// The number of the item that may be taken next.
  [[nodiscard]] std::uint64_t next() const noexcept { return next_; }

  // Out.
  void push(directory_item item) { out_.push_back(std::move(item)); }
  /// What is to be sent now, if anything.
  [[nodiscard]] std::optional<piece> take_piece(duration now);
  /// A message without items; it acknowledges, too.
  [[nodiscard]] piece call() noexcept;
  /// Begins anew with what was not acknowledged in time.
  void tick(duration now) noexcept;

  // In.
  /// False, and nothing else, if it acknowledges what was never sent.
  bool acknowledged(std::uint64_t before, duration now);
  /// The first of `count` items that is new, or `count`.
  [[nodiscard]] std::size_t first_new(std::uint64_t first, std::size_t count) noexcept;
  /// One more was taken.
  void taken() noexcept { again_ != 0 ? --again_ : ++next_; }

private:
  [[nodiscard]] bool must_acknowledge(duration now) const noexcept;

  const directory_options* options_;
  std::deque<directory_item> out_;
  /// The number of `out_.front()`.
  std::uint64_t out_first_ = 0;
  /// Of `out_`, so many have been sent.
  std::size_t sent_ = 0;
  /// Sent in vain: one piece at a time until somebody answers.
  bool is_probing_ = false;
  duration patience_;
  duration sent_at_{};

  std::uint64_t next_ = 0;
  /// Items that are taken twice; see `planted`.
  std::uint64_t again_ = 0;
  /// Messages that have not been acknowledged.
  std::uint32_t owes_ = 0;
  duration owes_since_{};
};

} // namespace actors::protocol
