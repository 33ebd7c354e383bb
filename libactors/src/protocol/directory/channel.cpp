// SPDX-License-Identifier: BSD-3-Clause
#include "channel.hpp"

#include <algorithm>

namespace actors::protocol {

namespace {

/// More text than this goes into the next message.
constexpr std::size_t piece_bytes = 64 * 1024;
/// So many messages are acknowledged together at most.
constexpr std::uint32_t most_owed = 8;

} // namespace

std::optional<channel::piece> channel::take_piece(duration now) {
  if (owes_ != 0 && owes_since_ == duration::zero())
    owes_since_ = now;
  const bool has_items = sent_ < out_.size() && !(is_probing_ && sent_ != 0);
  if (!has_items)
    return must_acknowledge(now) ? std::optional{call()} : std::nullopt;
  if (sent_ == 0)
    sent_at_ = now;
  piece result = call();
  result.first = out_first_ + sent_;
  for (std::size_t bytes = 0;
       sent_ < out_.size() && result.items.size() < max_directory_items && bytes < piece_bytes;
       ++sent_) {
    const directory_item& item = out_[sent_];
    bytes += item.key.size() + item.text.size();
    result.items.push_back(item);
  }
  return result;
}

channel::piece channel::call() noexcept {
  owes_ = 0;
  owes_since_ = {};
  return {out_first_ + sent_, next_, {}};
}

bool channel::must_acknowledge(duration now) const noexcept {
  return owes_ >= most_owed ||
         (owes_ != 0 && (now >= owes_since_ + options_->acknowledge_after || now < owes_since_));
}

void channel::tick(duration now) noexcept {
  if (sent_ == 0)
    return;
  if (now < sent_at_)
    sent_at_ = now;
  if (now < sent_at_ + patience_)
    return;
  sent_ = 0;
  is_probing_ = true;
  patience_ = std::min(2 * patience_, options_->resend_at_most);
}

bool channel::acknowledged(std::uint64_t before, duration now) {
  if (before > out_first_ + out_.size())
    return false;
  patience_ = options_->resend_after;
  if (before <= out_first_)
    return true;
  const auto count = static_cast<std::size_t>(before - out_first_);
  out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(count));
  out_first_ = before;
  sent_ -= std::min(count, sent_);
  sent_at_ = now;
  is_probing_ = false;
  return true;
}

std::size_t channel::first_new(std::uint64_t first, std::size_t count) noexcept {
  if (count == 0)
    return 0;
  ++owes_;
  again_ = 0;
  if (options_->plant == planted::duplicates_taken && first < next_) {
    again_ = std::min<std::uint64_t>(next_ - first, count);
    return 0;
  }
  if (options_->plant == planted::gaps_taken && first > next_)
    next_ = first;
  if (first > next_)
    return count;
  return static_cast<std::size_t>(std::min<std::uint64_t>(next_ - first, count));
}

} // namespace actors::protocol
