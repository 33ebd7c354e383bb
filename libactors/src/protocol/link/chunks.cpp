// SPDX-License-Identifier: BSD-3-Clause
#include "chunks.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace actors::protocol {

chunk_frame chunk_cutter::next(std::size_t most_bytes) {
  const auto all = message_->payload();
  const std::size_t n = std::min(most_bytes, all.size() - offset_);
  chunk_frame out;
  out.head.resize(frame_header_bytes + chunk_header_bytes + longest_record_header);
  std::byte* at = out.head.data() + frame_header_bytes;
  at = wire::store(at, static_cast<std::uint32_t>(number_));
  at = wire::store(at, std::uint32_t{0});
  at = wire::store(at, std::uint64_t{offset_});
  at = wire::store(at, std::uint64_t{all.size()});
  if (offset_ == 0) {
    const record_head& head = message_->head;
    const std::uint8_t form = head.sender ? record_form::has_sender : 0;
    at = wire::write_head(at, head, static_cast<std::uint8_t>(head.flags | form), receiver_);
  }
  out.head.resize(static_cast<std::size_t>(at - out.head.data()));
  out.body = all.subspan(offset_, n);
  offset_ += n;
  out.is_last = offset_ == all.size();
  return out;
}

chunk_joiner::step chunk_joiner::add(std::span<const std::byte> payload,
                                     std::span<const std::uint32_t> known_types, duration now,
                                     std::size_t placed) {
  const auto bytes = bytes_of(payload, placed, known_types);
  if (!bytes)
    return {refusal::bad_chunk, 0, false};
  const bool is_first = received_ == 0;
  const std::size_t total = large_.bytes.size();
  std::memcpy(large_.bytes.data() + received_, bytes->data(), bytes->size());
  received_ += bytes->size() + placed;
  progress_ = now;
  return {refusal::none, is_first ? total : 0, received_ == total};
}

std::span<std::byte> chunk_joiner::place(std::span<const std::byte> begin, std::size_t rest,
                                         std::span<const std::uint32_t> known_types) {
  const auto bytes = bytes_of(begin, rest, known_types);
  if (!bytes)
    return {};
  return {large_.bytes.data() + received_ + bytes->size(), rest};
}

/// The bytes of the message in a chunk that has `more` of them behind `payload`; nothing where it
/// does not belong here. Makes room for a message that begins.
std::optional<std::span<const std::byte>>
chunk_joiner::bytes_of(std::span<const std::byte> payload, std::size_t more,
                       std::span<const std::uint32_t> known_types) {
  if (payload.size() <= chunk_header_bytes)
    return {};
  const auto h = wire::load<header>(payload.data());
  auto bytes = payload.subspan(chunk_header_bytes);
  if (h.reserved != 0 || h.message != static_cast<std::uint32_t>(number_) || h.offset != received_)
    return {};
  if (h.offset == 0 && !begin(h, bytes, known_types))
    return {};
  const std::size_t size = bytes.size() + more;
  if (h.total != large_.bytes.size() || size == 0 || size > h.total - h.offset)
    return {};
  return bytes;
}

/// Takes the record's header off the bytes of a first chunk.
bool chunk_joiner::begin(const header& h, std::span<const std::byte>& bytes,
                         std::span<const std::uint32_t> known_types) {
  if (h.total == 0 || h.total > largest_ || bytes.size() < record_header_bytes)
    return false;
  const std::size_t length = record_header_lengths[std::to_integer<unsigned>(bytes[3])];
  if (length == 0 || length > bytes.size() ||
      check_batch(bytes.first(length), known_types) != std::optional<std::uint32_t>{1})
    return false;
  record r;
  batch_reader{bytes.first(length), here_}.next(r);
  large_.head = r.head;
  large_.bytes.resize(h.total);
  bytes = bytes.subspan(length);
  return true;
}

incoming_large chunk_joiner::take() noexcept {
  received_ = 0;
  ++number_;
  return std::exchange(large_, incoming_large{});
}

std::optional<duration> chunk_joiner::waits_since() const noexcept {
  return received_ == 0 ? std::nullopt : std::optional{progress_};
}

} // namespace actors::protocol
