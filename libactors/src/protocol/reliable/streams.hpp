// SPDX-License-Identifier: BSD-3-Clause
//
// Reliable tells between two nodes: items in a numbered stream, sent again until they are acknowledged,
// taken once and in order. Go-back-N: what comes out of order is not kept, and comes again.
//
//   sender:   oldest ... items that wait for their acknowledgement ... next
//   receiver: expected
//
//   news: first, items   from some number on
//         oldest         what is older will not come any more: it was acknowledged, or given up
//         acknowledged   of the other direction: all items before this one have been taken
//
// An item that nobody acknowledges for `give_up_after` is given up with all that wait, in order.
// Pure: times are arguments. Source: the sliding window of Tanenbaum, "Computer Networks".
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <actors/time.hpp>

#include "../planted.hpp"

namespace actors::protocol {

struct reliable_options {
  /// Items that may wait for their acknowledgement; more are refused.
  std::size_t most_waiting = 65536;
  /// Items of one message.
  std::size_t most_at_once = 256;
  /// What is not acknowledged for so long is sent again; twice as long each time it was in vain.
  duration resend_after = std::chrono::milliseconds{100};
  duration resend_at_most = std::chrono::seconds{2};
  duration give_up_after = std::chrono::minutes{1};
  /// Of tests of the simulator.
  protocol::planted_bug planted = protocol::planted_bug::none;
};

/// The sender's side. `Item` is copied to be sent.
template <class Item>
class outgoing_stream {
public:
  explicit outgoing_stream(const reliable_options& options) : options_{options} {}

  /// False: too much waits, the item has not been taken.
  [[nodiscard]] bool push(Item item, duration now) {
    if (waiting_.size() >= options_.most_waiting) return false;
    if (waiting_.empty()) restart_clock(now);
    waiting_.push_back(std::move(item));
    return true;
  }
  struct piece {
    std::uint64_t first = 0;
    std::uint64_t oldest = 0;
    std::vector<Item> items;
  };
  /// What has not been sent yet, or is to be sent again by now; nothing else.
  [[nodiscard]] std::optional<piece> take(duration now) {
    if (waiting_.empty()) return std::nullopt;
    if (now >= resend_at_) {
      sent_ = 0;
      pause_ = std::min(pause_ * 2, options_.resend_at_most);
      resend_at_ = now + pause_;
    }
    if (sent_ == waiting_.size()) return std::nullopt;
    piece p{oldest_ + sent_, oldest_, {}};
    const std::size_t n = std::min(options_.most_at_once, waiting_.size() - sent_);
    const auto from = waiting_.begin() + static_cast<std::ptrdiff_t>(sent_);
    p.items.assign(from, from + static_cast<std::ptrdiff_t>(n));
    sent_ += n;
    return p;
  }
  /// The receiver has taken all before `number`. False: it cannot have.
  bool acknowledged(std::uint64_t number, duration now) {
    if (number > oldest_ + waiting_.size()) return false;
    if (number <= oldest_) return true; // said late
    const std::uint64_t n = number - oldest_;
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(n));
    oldest_ = number;
    sent_ -= std::min<std::size_t>(sent_, n);
    restart_clock(now);
    return true;
  }
  /// Those that have waited too long; they will not be sent any more.
  [[nodiscard]] std::vector<Item> give_up(duration now) {
    if (waiting_.empty() || now < give_up_at_) return {};
    std::vector<Item> all{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end())};
    oldest_ += waiting_.size();
    waiting_.clear();
    sent_ = 0;
    return all;
  }
  /// When `take` or `give_up` may have something that they have not now; max: never.
  [[nodiscard]] duration wake_at() const noexcept {
    return waiting_.empty() ? duration::max() : std::min(resend_at_, give_up_at_);
  }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
  [[nodiscard]] std::uint64_t oldest() const noexcept { return oldest_; }

private:
  void restart_clock(duration now) noexcept {
    pause_ = options_.resend_after;
    resend_at_ = now + pause_;
    give_up_at_ = now + options_.give_up_after;
  }

  const reliable_options options_;
  std::deque<Item> waiting_;
  /// Of the first that waits.
  std::uint64_t oldest_ = 0;
  /// So many of them are on their way.
  std::size_t sent_ = 0;
  duration pause_{};
  duration resend_at_{};
  duration give_up_at_{};
};

/// The receiver's side.
class incoming_stream {
public:
  explicit incoming_stream(planted_bug bug = planted_bug::none) noexcept : planted_{bug} {}

  /// Which of `count` items from number `first` on are to be taken: from the first of the pair, so many.
  [[nodiscard]] std::pair<std::size_t, std::size_t> accept(std::uint64_t first, std::uint64_t oldest,
                                                           std::size_t count) noexcept {
    expected_ = std::max(expected_, oldest);
    owes_ = owes_ || count != 0;
    if (planted_ == planted_bug::reliable_gap_acknowledged && count != 0) expected_ = std::max(expected_, first);
    if (planted_ == planted_bug::reliable_repeated && first < expected_) {
      expected_ = std::max(expected_, first + count);
      return {0, count};
    }
    if (first > expected_ || first + count <= expected_) return {0, 0};
    const auto skip = static_cast<std::size_t>(expected_ - first);
    expected_ = first + count;
    return {skip, count - skip};
  }
  [[nodiscard]] std::uint64_t expected() const noexcept { return expected_; }
  /// Something has come since the last acknowledgement.
  [[nodiscard]] bool owes() const noexcept { return owes_; }
  /// The same, and clears it.
  [[nodiscard]] bool take_debt() noexcept { return std::exchange(owes_, false); }

private:
  const planted_bug planted_;
  std::uint64_t expected_ = 0;
  bool owes_ = false;
};

} // namespace actors::protocol
