// SPDX-License-Identifier: BSD-3-Clause
//
// What comes.
#include "link.hpp"

#include <utility>

#include <fmt/format.h>

#include <actors/archive.hpp>

namespace actors::protocol {

namespace {

std::string line_of_peer(const std::string& here, const std::string& remote, const std::string& peer,
                         std::span<const std::byte> said) {
  return fmt::format("node {}: {} (node {}) closed the link: {}", here, remote, peer, read_refusal(said));
}

} // namespace
void link::decode(duration now) {
  while (phase_ != phase::closed) {
    decoder_.expect(phase_ == phase::shaking ? shake_.limits() : frame_limits::when_open());
    const auto f = decoder_.next();
    if (f) {
      ++counts_.frames_in;
      take(*f, now);
    } else if (!divert_chunk()) {
      break;
    }
  }
  if (decoder_.failed() != refusal::none) {
    const bool is_stranger = decoder_.frames() == 0 && decoder_.failed() == refusal::damaged_header;
    const refusal why = is_stranger ? refusal::not_a_link : decoder_.failed();
    fail(why, fmt::format("frame {}: {}", decoder_.frames(), to_string(why)));
  }
  settle(now);
}

/// The rest of a torn chunk goes straight to where its message is put together.
bool link::divert_chunk() {
  const auto torn = decoder_.ask_where_to();
  if (!torn)
    return false;
  if (const auto memory = joiner_.place(torn->begin, torn->rest, types().from_peer); !memory.empty())
    decoder_.divert(memory);
  return true;
}

void link::take(const frame& f, duration now) {
  if (phase_ == phase::shaking || f.kind == frame_kind::handshake)
    return take_handshake(f.payload, now);
  switch (f.kind) {
  case frame_kind::batch:
    return take_batch(f.payload);
  case frame_kind::chunk:
    return take_chunk(f, now);
  case frame_kind::credit:
    return take_credit(f.payload);
  default:
    return take_control(f.payload, now);
  }
}

void link::take_handshake(std::span<const std::byte> payload, duration now) {
  if (phase_ != phase::shaking) {
    // A peer that gave the handshake up, after a stall perhaps, had not heard yet that the link is open.
    if (!payload.empty() && payload[0] == static_cast<std::byte>(handshake_step::refused))
      return close(refusal::by_peer, line_of_peer(self_->me.name, remote_, peer().name, payload.subspan(1)));
    return fail(refusal::unexpected, "a handshake on an open link");
  }
  const bool was_introduced = shake_.is_introduced();
  shake_.received(payload, now);
  if (!was_introduced && shake_.is_introduced())
    introduced(now);
  follow_handshake(now);
}

void link::introduced(duration) {
  outgoing_ = send_window{peer().windows};
  queue_.emplace(peer().node, options_.queue_bytes, options_.bulk_queue_bytes,
                 options_.planted == planted_bug::bulk_overtaken);
  orders_.emplace_back(introduce{shake_.now_in() == handshake::state::deciding});
}

/// Does what the handshake wants.
void link::follow_handshake(duration now) {
  for (buffer& frame : shake_.take_frames())
    issue({std::move(frame), {}}, frame_kind::handshake);
  if (shake_.now_in() == handshake::state::refused)
    return close(shake_.why(), shake_.line());
  armed_ = never; // another state, another deadline
  if (shake_.now_in() != handshake::state::open)
    return;
  phase_ = phase::open;
  heard_ = pinged_ = now;
  orders_.emplace_back(opened{});
}

void link::take_batch(std::span<const std::byte> records) {
  const auto messages = check_batch(records, types().from_peer);
  if (!messages)
    return fail(refusal::malformed, "a batch is malformed");
  if (goodbye_came_)
    return fail(refusal::unexpected, "messages after the goodbye");
  if (!incoming_.arrived(*messages, records.size()))
    return fail(refusal::window_exceeded, "it sends more than it may");
  counts_.messages_in += *messages;
  orders_.emplace_back(deliver_batch{records, *messages});
}

void link::take_chunk(const frame& f, duration now) {
  const auto step = joiner_.add(f.payload, types().from_peer, now, f.diverted);
  if (step.why != refusal::none || goodbye_came_)
    return fail(refusal::bad_chunk, "a chunk does not belong where it came");
  if (step.began != 0 && !incoming_.began_bulk(step.began))
    return fail(refusal::window_exceeded, "it sends more than it may");
  if (!step.is_complete)
    return;
  incoming_.ended_bulk();
  ++counts_.messages_in;
  orders_.emplace_back(deliver_large{joiner_.take()});
}

void link::take_credit(std::span<const std::byte> payload) {
  const auto c = read_credit(payload);
  if (!c)
    return fail(refusal::malformed, "a grant of credit is malformed");
  if (!outgoing_.grant(*c))
    fail(refusal::bad_credit, "it acknowledges what was not sent");
}

void link::take_control(std::span<const std::byte> payload, duration now) {
  const auto what = payload.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(payload[0]);
  if ((what == 1 || what == 2) && payload.size() == 9)
    return take_number(what, wire::load<std::uint64_t>(payload.data() + 1), now);
  if (what == 3 && payload.size() == 1 && !goodbye_came_) {
    goodbye_came_ = true;
    if (phase_ == phase::open)
      finish(now);
    return;
  }
  if (what == 4)
    return close(refusal::by_peer, line_of_peer(self_->me.name, remote_, peer().name, payload.subspan(1)));
  fail(refusal::malformed, "a control frame is malformed");
}

void link::take_number(std::uint8_t what, std::uint64_t number, duration now) {
  if (what == 1) {
    pong_due_ = number;
    return;
  }
  const auto asked = static_cast<std::uint64_t>(pinged_.count());
  if (number == asked)
    round_trip_ = now - pinged_;
}

} // namespace actors::protocol
