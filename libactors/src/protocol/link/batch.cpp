// SPDX-License-Identifier: BSD-3-Clause
#include "batch.hpp"

#include <algorithm>

namespace actors::protocol {

namespace {

/// Room for a small message alone.
constexpr std::size_t least = 240;
/// Room behind what makes a batch full, so that the last message seldom moves the others.
constexpr std::size_t slack = 1024;
constexpr std::size_t most_at_once = std::size_t{1} << 16;

} // namespace

/// Room as for the batches before: a frame waits until the transport has taken it, and most are small.
void batch_builder::begin() {
  const bool are_full = expected_ >= std::min(target_, most_at_once);
  frame_.reserve(frame_header_bytes + (are_full ? std::min(target_, most_at_once) + slack : expected_ + least));
  frame_.resize(frame_header_bytes);
  last_sender_ = {};
}

outgoing_batch batch_builder::take() {
  outgoing_batch out;
  // One small batch between large ones changes little.
  expected_ = std::max(frame_.size(), expected_ - expected_ / 4);
  if (messages_ != 0)
    out = {std::move(frame_), messages_, (forms_ & record_form::vital) != 0};
  frame_ = buffer{};
  messages_ = 0;
  forms_ = 0;
  return out;
}

/// Leaves the large message in its memory; what was before it moves.
batch_builder::state batch_builder::split(const record_head& head, std::size_t start,
                                          std::size_t payload) {
  buffer before;
  before.resize(start);
  std::memcpy(before.data(), frame_.data(), start);
  large_ = outgoing_large{head, std::move(frame_), payload};
  large_->head.flags &= record_form::flags;
  frame_ = std::move(before);
  return state::large;
}

std::optional<std::uint32_t> check_batch(std::span<const std::byte> records,
                                         std::span<const std::uint32_t> known_types) {
  const std::byte* at = records.data();
  std::size_t left = records.size();
  std::uint32_t messages = 0;
  while (left != 0) {
    if (left < record_header_bytes)
      return {};
    const auto word = wire::load<std::uint32_t>(at);
    const auto type = wire::load<std::uint16_t>(at + 4);
    const std::size_t header = record_header_lengths[word >> 24];
    const std::size_t size = word & 0xffffff;
    const bool has_target = wire::load<std::uint32_t>(at + 12) != 0;
    if (header == 0 || size > largest_record || header + size > left || !has_target ||
        type >= known_types.size() || known_types[type] == unknown_type)
      return {};
    at += header + size;
    left -= header + size;
    ++messages;
  }
  return messages == 0 ? std::nullopt : std::optional{messages};
}

} // namespace actors::protocol
