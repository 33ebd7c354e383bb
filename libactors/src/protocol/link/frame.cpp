// SPDX-License-Identifier: BSD-3-Clause
#include "frame.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

// The state of a hash in two steps is a complete type only with this; it is part of the stable ABI.
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

namespace actors::protocol {

namespace {

/// More than this is not kept once the frame it was for is gone.
constexpr std::size_t most_kept = std::size_t{1} << 18;

struct header {
  std::uint32_t length;
  std::uint8_t kind;
  std::uint8_t flags;
  std::uint16_t number;
  std::uint32_t check;
  std::uint32_t guard;
};
static_assert(sizeof(header) == frame_header_bytes);

std::uint32_t guard_of(const header& h) noexcept {
  std::uint64_t first;
  std::memcpy(&first, &h, sizeof first);
  std::uint64_t x = (first ^ std::uint64_t{h.check} << 17) * 0x9e3779b97f4a7c15;
  x = (x ^ x >> 29 ^ h.check) * 0xbf58476d1ce4e5b9;
  return static_cast<std::uint32_t>(x >> 32);
}

header header_at(const std::byte* from) noexcept {
  header h;
  std::memcpy(&h, from, sizeof h);
  return h;
}

} // namespace

frame_limits frame_limits::before_proof() noexcept { return {{0, largest_unproved, 0, 0, 0, 0}}; }

frame_limits frame_limits::before_open() noexcept { return {{0, largest_handshake, 0, 0, 0, 0}}; }

frame_limits frame_limits::when_open() noexcept {
  // Of a handshake: the word of a peer that gave it up before it had heard of the opening.
  return {{0, largest_unproved, largest_batch, largest_chunk, 32, 512}};
}

std::uint32_t check_of(std::span<const std::byte> head, std::span<const std::byte> rest) noexcept {
  if (rest.empty())
    return static_cast<std::uint32_t>(XXH3_64bits(head.data(), head.size()));
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, head.data(), head.size());
  XXH3_64bits_update(&state, rest.data(), rest.size());
  return static_cast<std::uint32_t>(XXH3_64bits_digest(&state));
}

void seal_frame(std::span<std::byte> bytes, frame_kind kind, std::uint64_t number,
                std::span<const std::byte> rest) noexcept {
  const auto payload = bytes.subspan(frame_header_bytes);
  header h{};
  h.length = static_cast<std::uint32_t>(payload.size() + rest.size());
  h.kind = static_cast<std::uint8_t>(kind);
  h.number = static_cast<std::uint16_t>(number);
  h.check = check_of(payload, rest);
  h.guard = guard_of(h);
  std::memcpy(bytes.data(), &h, sizeof h);
}

struct frame_decoder::hash {
  XXH3_state_t state;

  void begin() noexcept { XXH3_64bits_reset(&state); }
  void add(std::span<const std::byte> bytes) noexcept {
    XXH3_64bits_update(&state, bytes.data(), bytes.size());
  }
  [[nodiscard]] std::uint32_t value() const noexcept {
    return static_cast<std::uint32_t>(XXH3_64bits_digest(&state));
  }
};

frame_decoder::frame_decoder(const frame_limits& limits) : limits_(limits) {}
frame_decoder::frame_decoder(frame_decoder&&) noexcept = default;
frame_decoder::~frame_decoder() = default;

std::optional<frame> frame_decoder::next() {
  if (failed_ != refusal::none)
    return {};
  if (diverted_ != 0)
    return next_diverted();
  if (!partial_.empty())
    return next_torn();
  if (input_.size() >= frame_header_bytes) {
    if (!is_header_good(input_.data()))
      return {};
    const header h = header_at(input_.data());
    const std::size_t size = frame_header_bytes + h.length;
    if (input_.size() >= size)
      return whole(std::exchange(input_, input_.subspan(size)).first(size));
    if (stops_at_chunks_ && h.kind == static_cast<std::uint8_t>(frame_kind::chunk)) {
      fill(frame_header_bytes);
      return next_torn();
    }
    partial_.reserve(size);
  }
  fill(input_.size());
  return {};
}

/// The frame of which a part is held, or is to be held.
std::optional<frame> frame_decoder::next_torn() {
  if (partial_.size() < frame_header_bytes) {
    if (!fill(frame_header_bytes) || !is_header_good(partial_.data()))
      return {};
  }
  const header h = header_at(partial_.data());
  const std::size_t size = frame_header_bytes + h.length;
  // Of a chunk no more than its head is held before it is known where the rest belongs.
  const bool is_chunk = h.kind == static_cast<std::uint8_t>(frame_kind::chunk);
  const std::size_t head = frame_header_bytes + largest_chunk_head;
  if (is_chunk && stops_at_chunks_ && !was_asked_ && size > head) {
    fill(head);
    return {};
  }
  if (!fill(size))
    return {};
  return whole(turn_over());
}

/// What is held becomes what is shown.
std::span<const std::byte> frame_decoder::turn_over() noexcept {
  if (complete_.capacity() > most_kept)
    complete_ = buffer{};
  std::swap(partial_, complete_);
  partial_.clear();
  was_asked_ = false;
  return complete_.bytes();
}

auto frame_decoder::ask_where_to() noexcept -> std::optional<torn_chunk> {
  if (failed_ != refusal::none || was_asked_ || partial_.size() != frame_header_bytes + largest_chunk_head)
    return {};
  const header h = header_at(partial_.data());
  if (h.kind != static_cast<std::uint8_t>(frame_kind::chunk) || h.length <= largest_chunk_head)
    return {};
  was_asked_ = true;
  return torn_chunk{partial_.bytes().subspan(frame_header_bytes), h.length - largest_chunk_head};
}

void frame_decoder::divert(std::span<std::byte> memory) {
  if (hash_ == nullptr)
    hash_ = std::make_unique<hash>();
  hash_->begin();
  hash_->add(partial_.bytes().subspan(frame_header_bytes));
  landing_ = memory;
  diverted_ = memory.size();
}

void frame_decoder::landed(std::size_t bytes) noexcept {
  hash_->add(landing_.first(bytes));
  landing_ = landing_.subspan(bytes);
}

std::optional<frame> frame_decoder::next_diverted() {
  if (const std::size_t n = std::min(landing_.size(), input_.size()); n != 0) {
    std::memcpy(landing_.data(), input_.data(), n);
    input_ = input_.subspan(n);
    landed(n);
  }
  if (!landing_.empty())
    return {};
  const auto bytes = turn_over();
  if (header_at(bytes.data()).check != hash_->value()) {
    failed_ = refusal::damaged_payload;
    return {};
  }
  ++number_;
  return frame{frame_kind::chunk, bytes.subspan(frame_header_bytes), std::exchange(diverted_, 0)};
}

/// Moves input to what is held until that has `size` bytes. False: there is not enough.
bool frame_decoder::fill(std::size_t size) {
  const std::size_t before = partial_.size();
  const std::size_t n = std::min(size - before, input_.size());
  if (n != 0) {
    partial_.reserve(size);
    partial_.resize(before + n);
    std::memcpy(partial_.data() + before, input_.data(), n);
    input_ = input_.subspan(n);
  }
  return partial_.size() == size;
}

bool frame_decoder::is_header_good(const std::byte* from) noexcept {
  const header h = header_at(from);
  if (h.guard != guard_of(h))
    failed_ = refusal::damaged_header;
  else if (h.kind == 0 || h.kind >= frame_kinds || h.flags != 0)
    failed_ = refusal::unknown_kind;
  else if (h.number != static_cast<std::uint16_t>(number_))
    failed_ = refusal::out_of_sequence;
  else if (limits_.longest[h.kind] == 0)
    failed_ = refusal::unexpected;
  else if (h.length > limits_.longest[h.kind])
    failed_ = refusal::oversize;
  return failed_ == refusal::none;
}

std::optional<frame> frame_decoder::whole(std::span<const std::byte> bytes) {
  const header h = header_at(bytes.data());
  const auto payload = bytes.subspan(frame_header_bytes);
  if (h.check != check_of(payload, {})) {
    failed_ = refusal::damaged_payload;
    return {};
  }
  ++number_;
  return frame{static_cast<frame_kind>(h.kind), payload};
}

} // namespace actors::protocol
