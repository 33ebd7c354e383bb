// SPDX-License-Identifier: BSD-3-Clause
//
// Batches: many messages in one frame. A record a message, one after the other:
//
//    0  u24  size        bytes of the message
//    3  u8   form        1 asks, 2 answers, 4 failed, 8 system, 64 vital, as in envelopes;
//                        16 the sender follows: otherwise it is that of the record before, and
//                        nobody in the first; 32 the target's place of birth follows
//    4  u16  type        the number in the sender's table of types
//    6  u16  shard       where the target was born, on the node that receives
//    8  u32  slot        of the target
//   12  u32  generation  of the target, not 0
//   16 [u64  place      of the target's birth, with 32; `shard` is then 0]
//      [16   sender     with 16]
//      [u64  request    with asks or answers; it never has both]
//            message    as the archive writes it
//
// A message of 16 bytes takes 32 in a run of one sender, 48 otherwise, and a frame's header is
// shared by some 2,000 of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <actors/detail/buffer.hpp>
#include <actors/detail/writer.hpp>
#include <actors/id.hpp>

#include "frame.hpp"

namespace actors::protocol {

namespace record_form {
inline constexpr std::uint8_t asks = 1;
inline constexpr std::uint8_t answers = 2;
inline constexpr std::uint8_t failed = 4;
inline constexpr std::uint8_t system = 8;
inline constexpr std::uint8_t has_sender = 16;
inline constexpr std::uint8_t has_place = 32;
inline constexpr std::uint8_t vital = 64;
/// What the two sides of a link have to tell each other about a message.
inline constexpr std::uint8_t flags = asks | answers | failed | system | vital;
} // namespace record_form

inline constexpr std::size_t record_header_bytes = 16;
inline constexpr std::size_t largest_batch_messages = largest_batch / record_header_bytes;
inline constexpr std::size_t longest_record_header = record_header_bytes + 8 + 16 + 8;

/// All about a message but its bytes.
struct record_head {
  std::uint16_t type = 0;
  /// `record_form::flags`.
  std::uint8_t flags = 0;
  actor_id target;
  actor_id sender;
  /// With `asks` or `answers`.
  std::uint64_t request = 0;

  friend bool operator==(const record_head&, const record_head&) = default;
};

/// A message as it lies in a frame.
struct record {
  record_head head;
  std::span<const std::byte> payload;
};

/// A frame with room for its header, or what is left of one that was not sent.
struct outgoing_batch {
  buffer frame;
  std::uint32_t messages = 0;
  /// Some of the messages may not be dropped.
  bool vital = false;

  [[nodiscard]] std::span<const std::byte> records() const noexcept {
    return frame.empty() ? frame.bytes() : frame.bytes().subspan(frame_header_bytes);
  }
};

/// A message too large for a batch.
struct outgoing_large {
  record_head head;
  /// The message is in the memory from `offset` on.
  buffer memory;
  std::size_t offset = 0;

  [[nodiscard]] std::span<const std::byte> payload() const noexcept {
    return memory.bytes().subspan(offset);
  }
};

/// Length of a record's header by its form; 0 where there is no such form.
inline constexpr std::array<std::uint8_t, 256> record_header_lengths = [] {
  namespace form = record_form;
  std::array<std::uint8_t, 256> lengths{};
  for (unsigned f = 0; f < 128; ++f) {
    const bool both = (f & form::asks) != 0 && (f & form::answers) != 0;
    const bool failed_alone = (f & form::failed) != 0 && (f & form::answers) == 0;
    if (both || failed_alone)
      continue;
    unsigned n = record_header_bytes;
    n += (f & form::has_place) != 0 ? 8 : 0;
    n += (f & form::has_sender) != 0 ? 16 : 0;
    n += (f & (form::asks | form::answers)) != 0 ? 8 : 0;
    lengths[f] = static_cast<std::uint8_t>(n);
  }
  return lengths;
}();

namespace wire {

template <class T>
T load(const std::byte* from) noexcept {
  T x;
  std::memcpy(&x, from, sizeof x);
  return x;
}
template <class T>
std::byte* store(std::byte* to, const T& x) noexcept {
  std::memcpy(to, &x, sizeof x);
  return to + sizeof x;
}

/// Writes a record's header; the size is patched in later. Returns its end.
inline std::byte* write_head(std::byte* to, const record_head& head, std::uint8_t form,
                             std::uint64_t receiver) noexcept {
  const bool is_near = head.target.node() == receiver;
  if (!is_near)
    form |= record_form::has_place;
  to = store(to, std::uint32_t{form} << 24);
  to = store(to, head.type);
  to = store(to, static_cast<std::uint16_t>(is_near ? head.target.shard() : 0));
  to = store(to, std::uint64_t{head.target.slot} | std::uint64_t{head.target.generation} << 32);
  if (!is_near)
    to = store(to, head.target.place);
  if ((form & record_form::has_sender) != 0)
    to = store(to, head.sender);
  if ((form & (record_form::asks | record_form::answers)) != 0)
    to = store(to, head.request);
  return to;
}

inline void patch_size(std::byte* at, std::size_t size) noexcept {
  store(at, load<std::uint32_t>(at) | static_cast<std::uint32_t>(size));
}

} // namespace wire

/// Writes messages into frames, each straight to where it will leave from. Threading: one at a
/// time; meant to belong to a shard, one for each peer.
class batch_builder {
public:
  enum class state : std::uint8_t {
    /// There is room for more.
    open,
    /// `take` it.
    full,
    /// The message is too large for a batch: `take` what was before it, then `take_large`.
    large,
  };

  /// `receiver`: the node at the other end. A batch is full when it has `target_bytes`.
  explicit batch_builder(std::uint64_t receiver, std::size_t target_bytes = 64 * 1024) noexcept
      : receiver_(receiver), target_(target_bytes) {}

  /// Appends a message that `write(writer&)` writes. Requires: `head.target` names somebody; what
  /// `full` or `large` ask for was done. Errors: what `write` throws; the batch is then as it was.
  template <class Write>
  state add(const record_head& head, Write&& write);

  [[nodiscard]] bool empty() const noexcept { return messages_ == 0; }
  [[nodiscard]] std::uint32_t messages() const noexcept { return messages_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return frame_.size(); }

  /// What has been added, with room for the frame's header; empty if there is nothing.
  [[nodiscard]] outgoing_batch take();
  /// The large message. Requires: `add` said `large`, and nothing was added since.
  [[nodiscard]] outgoing_large take_large() noexcept {
    return std::move(*std::exchange(large_, {}));
  }

private:
  void begin();
  state split(const record_head& head, std::size_t start, std::size_t payload);

  const std::uint64_t receiver_;
  const std::size_t target_;
  /// Bytes that the next batch is likely to have; see `begin`.
  std::size_t expected_ = 0;
  buffer frame_;
  actor_id last_sender_;
  std::uint32_t messages_ = 0;
  std::uint8_t forms_ = 0;
  std::optional<outgoing_large> large_;
};

template <class Write>
inline batch_builder::state batch_builder::add(const record_head& head, Write&& write) {
  if (frame_.empty()) [[unlikely]]
    begin();
  const std::size_t start = frame_.size();
  std::size_t payload = 0;
  try {
    writer out(frame_);
    auto form = static_cast<std::uint8_t>(head.flags & record_form::flags);
    if (head.sender != last_sender_)
      form |= record_form::has_sender;
    std::byte* at = out.claim(longest_record_header);
    payload = start + static_cast<std::size_t>(wire::write_head(at, head, form, receiver_) - at);
    out.rewind(payload);
    std::forward<Write>(write)(out);
  } catch (...) {
    frame_.resize(start);
    throw;
  }
  const std::size_t size = frame_.size() - payload;
  if (size > largest_record) [[unlikely]]
    return split(head, start, payload);
  wire::patch_size(frame_.data() + start, size);
  last_sender_ = head.sender;
  ++messages_;
  forms_ |= head.flags;
  return frame_.size() < target_ ? state::open : state::full;
}

/// Shows the messages of a batch where they lie. Requires: `check_batch` found nothing wrong, or
/// the batch is one's own. Lifetime: the bytes outlive the reader and what it showed.
class batch_reader {
public:
  batch_reader(std::span<const std::byte> records, std::uint64_t receiver) noexcept
      : at_(records.data()), end_(at_ + records.size()), receiver_(receiver) {}

  bool next(record& r) noexcept {
    if (at_ == end_)
      return false;
    const auto word = wire::load<std::uint32_t>(at_);
    const auto form = static_cast<std::uint8_t>(word >> 24);
    r.head.type = wire::load<std::uint16_t>(at_ + 4);
    r.head.flags = form & record_form::flags;
    read_ids(r.head, form);
    r.payload = {at_, word & 0xffffff};
    at_ += word & 0xffffff;
    return true;
  }

private:
  void read_ids(record_head& head, std::uint8_t form) noexcept;

  const std::byte* at_;
  const std::byte* end_;
  actor_id sender_;
  std::uint64_t receiver_;
};

inline void batch_reader::read_ids(record_head& head, std::uint8_t form) noexcept {
  const auto key = wire::load<std::uint64_t>(at_ + 8);
  head.target.slot = static_cast<std::uint32_t>(key);
  head.target.generation = static_cast<std::uint32_t>(key >> 32);
  head.target.place = receiver_ << 16 | wire::load<std::uint16_t>(at_ + 6);
  at_ += record_header_bytes;
  if ((form & record_form::has_place) != 0) {
    head.target.place = wire::load<std::uint64_t>(at_);
    at_ += 8;
  }
  if ((form & record_form::has_sender) != 0) {
    sender_ = wire::load<actor_id>(at_);
    at_ += 16;
  }
  head.sender = sender_;
  head.request = 0;
  if ((form & (record_form::asks | record_form::answers)) != 0) {
    head.request = wire::load<std::uint64_t>(at_);
    at_ += 8;
  }
}

/// Messages in a batch, if all of it is as it should be: every record in its bounds, of a known
/// form, to somebody, of a type that `knows_type` (by number) knows.
[[nodiscard]] std::optional<std::uint32_t> check_batch(std::span<const std::byte> records,
                                                       std::span<const std::uint32_t> known_types);
/// In `known_types`: not known.
inline constexpr std::uint32_t unknown_type = UINT32_MAX;

} // namespace actors::protocol
