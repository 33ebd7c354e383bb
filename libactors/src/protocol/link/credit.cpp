// SPDX-License-Identifier: BSD-3-Clause
#include "credit.hpp"

#include <cstring>

#include "batch.hpp"

namespace actors::protocol {

namespace {

/// A sender must not wait for a window of which three quarters are free: the rest is told at a
/// quarter.
constexpr std::uint64_t urgent_part = 4;

bool is_within(const credit& c, const credit& least, const credit& most) noexcept {
  auto in = [](std::uint64_t x, std::uint64_t low, std::uint64_t high) {
    return x >= low && x <= high;
  };
  return in(c.received, least.received, most.received) &&
         in(c.messages, least.messages, most.messages) && in(c.bytes, least.bytes, most.bytes) &&
         in(c.bulk, least.bulk, most.bulk);
}

} // namespace

expected<void> check(const window_sizes& w) {
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  if (w.messages < 2 * largest_batch_messages || w.messages > most)
    return fail(errc::invalid_argument, "a window of messages is out of range",
                std::to_string(w.messages));
  if (w.bytes < 2 * largest_batch || w.bytes > most)
    return fail(errc::invalid_argument, "a window of bytes must hold two of the largest batches",
                std::to_string(w.bytes));
  if (w.bulk <= largest_record || w.bulk > most)
    return fail(errc::invalid_argument, "a window for large messages must hold one",
                std::to_string(w.bulk));
  return {};
}

buffer frame_of(const credit& c) {
  buffer out;
  out.resize(frame_header_bytes + sizeof c);
  std::memcpy(out.data() + frame_header_bytes, &c, sizeof c);
  return out;
}

std::optional<credit> read_credit(std::span<const std::byte> payload) noexcept {
  credit c;
  if (payload.size() != sizeof c)
    return {};
  std::memcpy(&c, payload.data(), sizeof c);
  return c;
}

void send_window::sent_batch(std::uint64_t messages, std::uint64_t bytes) noexcept {
  sent_.received += messages;
  sent_.messages += messages;
  sent_.bytes += bytes;
}

void send_window::began_bulk(std::uint64_t bytes) noexcept {
  sent_.messages += 1;
  sent_.bulk += bytes;
}

bool send_window::grant(const credit& c) noexcept {
  if (!is_within(c, granted_, sent_))
    return false;
  granted_ = c;
  return true;
}

bool receive_window::arrived(std::uint64_t messages, std::uint64_t bytes) noexcept {
  arrived_.messages += messages;
  arrived_.bytes += bytes;
  taken_.received += messages;
  return arrived_.messages <= told_.messages + sizes_.messages &&
         arrived_.bytes <= told_.bytes + sizes_.bytes;
}

bool receive_window::began_bulk(std::uint64_t bytes) noexcept {
  arrived_.messages += 1;
  arrived_.bulk += bytes;
  return arrived_.messages <= told_.messages + sizes_.messages &&
         bytes <= told_.bulk + sizes_.bulk - (arrived_.bulk - bytes);
}

void receive_window::consumed(std::uint64_t messages, std::uint64_t bytes) noexcept {
  taken_.messages += messages;
  taken_.bytes += bytes;
}

void receive_window::consumed_bulk(std::uint64_t bytes) noexcept {
  taken_.messages += 1;
  taken_.bulk += bytes;
}

bool receive_window::is_urgent() const noexcept {
  return taken_.messages - told_.messages >= sizes_.messages / urgent_part ||
         taken_.bytes - told_.bytes >= sizes_.bytes / urgent_part || taken_.bulk != told_.bulk;
}

} // namespace actors::protocol
