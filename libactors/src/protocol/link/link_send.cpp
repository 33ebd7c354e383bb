// SPDX-License-Identifier: BSD-3-Clause
//
// What leaves, and in which order.
#include "link.hpp"

#include <utility>

namespace actors::protocol {

namespace {

buffer control_frame(std::uint8_t what) {
  buffer frame;
  frame.resize(frame_header_bytes + 1);
  frame.data()[frame_header_bytes] = static_cast<std::byte>(what);
  return frame;
}

buffer control_frame(std::uint8_t what, std::uint64_t number) {
  buffer frame = control_frame(what);
  frame.resize(frame_header_bytes + 9);
  wire::store(frame.data() + frame_header_bytes + 1, number);
  return frame;
}

} // namespace

void link::pump(duration now) {
  while (is_live() && transport_bytes() < options_.pace_bytes && send_next(now)) {
  }
  if (goodbye_sent_ && goodbye_came_ && transport_bytes() == 0)
    close(refusal::goodbye, {});
}

bool link::send_next(duration now) {
  if (send_due(now))
    return true;
  const bool is_bulk_due = small_run_ >= options_.small_share && is_bulk_ready();
  if ((!is_bulk_due && send_small()) || send_bulk())
    return true;
  if (phase_ != phase::leaving || goodbye_sent_ || !queue_->empty())
    return false;
  send_goodbye();
  return true;
}

/// Pings, pongs and credit: at most one of each waits.
bool link::send_due(duration now) {
  if (pong_due_) {
    issue({control_frame(2, *std::exchange(pong_due_, {})), {}}, frame_kind::control);
  } else if (ping_due_) {
    issue({control_frame(1, *std::exchange(ping_due_, {})), {}}, frame_kind::control);
  } else if (incoming_.has_news() && (incoming_.is_urgent() || now >= credit_due_)) {
    credit_due_ = never;
    issue({frame_of(incoming_.take_grant()), {}}, frame_kind::credit);
  } else {
    return false;
  }
  return true;
}

bool link::is_small_ready() const noexcept {
  const outgoing_batch* next = queue_->small();
  return next != nullptr && outgoing_.has_room(next->messages, next->records().size());
}

bool link::is_bulk_ready() const noexcept {
  const send_queue::bulk_item* next = queue_->bulk();
  if (next == nullptr)
    return false;
  if (transport_bytes() >= options_.bulk_pace_bytes && small_run_ < options_.small_share)
    return false;
  if (next->large)
    return cutter_ || outgoing_.has_bulk_room(next->large->payload().size());
  return outgoing_.has_room(next->held.messages, next->held.records().size());
}

bool link::send_small() {
  if (!is_small_ready())
    return false;
  outgoing_batch batch = queue_->take_small();
  small_run_ += batch.frame.size();
  send_batch(std::move(batch));
  return true;
}

bool link::send_bulk() {
  if (!is_bulk_ready())
    return false;
  small_run_ = 0;
  if (queue_->bulk()->large)
    send_chunk();
  else
    send_batch(queue_->take_bulk().held);
  return true;
}

void link::send_batch(outgoing_batch batch) {
  outgoing_.sent_batch(batch.messages, batch.records().size());
  counts_.messages_out += batch.messages;
  issue({std::move(batch.frame), {}, 0, batch.messages, batch.vital}, frame_kind::batch);
}

void link::send_chunk() {
  if (!cutter_) {
    cutter_.emplace(queue_->bulk()->large, large_begun_++, peer().node);
    outgoing_.began_bulk(cutter_->total());
  }
  chunk_frame chunk = cutter_->next(options_.chunk_bytes);
  transit t{std::move(chunk.head), cutter_->message()};
  t.messages = chunk.is_last ? 1 : 0;
  issue(std::move(t), frame_kind::chunk, chunk.body);
  if (!chunk.is_last)
    return;
  outgoing_.ended_bulk();
  ++counts_.messages_out;
  cutter_.reset();
  queue_->take_bulk();
}

void link::send_goodbye() {
  goodbye_sent_ = true;
  issue({control_frame(3), {}}, frame_kind::control);
}

void link::issue(transit t, frame_kind kind, std::span<const std::byte> body) {
  seal_frame({t.head.data(), t.head.size()}, kind, counts_.frames_out++, body);
  const std::size_t size = t.head.size() + body.size();
  counts_.bytes_out += size;
  issued_ += size;
  t.end = issued_;
  in_transit_.push_back(std::move(t));
  orders_.emplace_back(write_bytes{in_transit_.back().head.bytes(), body});
}

} // namespace actors::protocol
