// SPDX-License-Identifier: BSD-3-Clause
//
// Events and wishes, time, and the end.
#include "link.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace actors::protocol {

link::link(std::shared_ptr<const local_node> self, connection_facts facts, link_options options)
    : self_(std::move(self)), remote_(facts.remote), options_(options),
      shake_(self_, std::move(facts)), incoming_(self_->me.windows),
      joiner_(self_->me.node, self_->me.windows.bulk) {
  decoder_.stop_at_torn_chunks();
}

std::size_t link::queued_bytes() const noexcept {
  return queue_ ? queue_->small_bytes() + queue_->bulk_bytes() : 0;
}

std::size_t link::queued_bulk_bytes() const noexcept { return queue_ ? queue_->bulk_bytes() : 0; }

std::vector<link_order> link::take_orders() { return std::exchange(orders_, {}); }

void link::begin(duration now) {
  heard_ = now;
  shake_.begin(now);
  follow_handshake(now);
  settle(now);
}

void link::arrived(std::span<const std::byte> bytes, duration now) {
  if (phase_ == phase::closed)
    return;
  heard_ = now;
  counts_.bytes_in += bytes.size();
  decoder_.arrived(bytes);
  decode(now);
}

void link::landed(std::size_t bytes, duration now) {
  if (!is_live())
    return;
  heard_ = now;
  counts_.bytes_in += bytes;
  decoder_.landed(bytes);
  decode(now);
}

void link::written(std::size_t bytes, duration now) {
  written_ = std::min(issued_, written_ + bytes);
  while (!in_transit_.empty() && in_transit_.front().end <= written_) {
    messages_written_ += in_transit_.front().messages;
    in_transit_.pop_front();
  }
  settle(now);
}

void link::consumed(std::uint64_t messages, std::uint64_t bytes, duration now) {
  incoming_.consumed(messages, bytes);
  settle(now);
}

void link::consumed_large(std::uint64_t bytes, duration now) {
  incoming_.consumed_bulk(bytes);
  settle(now);
}

void link::tick(duration now) {
  watch_clock(now);
  if (armed_ <= now)
    armed_ = never;
  if (phase_ == phase::shaking) {
    shake_.tick(now);
    follow_handshake(now);
  } else if (is_live()) {
    check_silence(now);
  }
  settle(now);
}

/// A process that was stopped must not blame its peer for the silence: what came meanwhile is still
/// to be read.
void link::watch_clock(duration now) {
  if (armed_ == never || now <= armed_ + options_.ping_after)
    return;
  const duration late = now - armed_;
  heard_ = std::min(now, heard_ + late);
}

void link::check_silence(duration now) {
  const auto waits = joiner_.waits_since();
  if (now - heard_ >= options_.silent_after)
    fail(refusal::silent,
         fmt::format("nothing came for {} ms", (now - heard_) / std::chrono::milliseconds{1}));
  else if (waits && now - *waits >= options_.stalled_after)
    fail(refusal::stalled, "a large message does not go on");
  else if (now >= leave_until_)
    fail(refusal::too_slow, "no goodbye within its time");
  else if (now - heard_ >= options_.ping_after && now - pinged_ >= options_.ping_after) {
    pinged_ = now;
    ping_due_ = static_cast<std::uint64_t>(now.count());
  }
}

void link::cut(duration) {
  if (phase_ == phase::closed)
    return;
  if (goodbye_sent_ && goodbye_came_)
    return close(refusal::goodbye, {});
  const char* what = shake_.is_introduced() ? "the connection was cut"
                                            : "the connection was cut during the handshake";
  close(refusal::cut, fmt::format("node {}: {}: {}", self_->me.name, remote_, what));
}

admission link::send(outgoing_batch&& batch, duration now) {
  if (phase_ != phase::open)
    return admission::closed;
  if (batch.records().size() > largest_batch)
    return admission::too_large;
  const bool is_vital = batch.vital;
  const admission said = queue_->push(std::move(batch));
  if (said == admission::overloaded) {
    ++counts_.overloaded;
    if (is_vital)
      fail(refusal::stuffed, "it does not take messages that may not be dropped");
  }
  settle(now);
  return said;
}

admission link::send(outgoing_large&& large, duration now) {
  if (phase_ != phase::open)
    return admission::closed;
  if (large.payload().size() > outgoing_.sizes().bulk || large.payload().empty())
    return admission::too_large;
  const bool is_vital = (large.head.flags & record_form::vital) != 0;
  const admission said = queue_->push(std::move(large));
  if (said == admission::overloaded) {
    ++counts_.overloaded;
    if (is_vital)
      fail(refusal::stuffed, "it does not take messages that may not be dropped");
  }
  settle(now);
  return said;
}

void link::open(duration now) {
  if (phase_ != phase::shaking || shake_.now_in() != handshake::state::deciding)
    return;
  shake_.open(now);
  follow_handshake(now);
  settle(now);
}

void link::refuse(refusal why, std::string detail, duration now) {
  fail(why, std::move(detail));
  settle(now);
}

void link::leave(duration now) {
  if (phase_ == phase::shaking)
    fail(refusal::goodbye, "the node is leaving");
  else if (phase_ == phase::open)
    finish(now);
  settle(now);
}

void link::finish(duration now) {
  phase_ = phase::leaving;
  leave_until_ = now + options_.goodbye_within;
}

/// Ends the link and says so on the wire, as far as the peer may know.
void link::fail(refusal why, std::string detail) {
  if (phase_ == phase::closed)
    return;
  if (phase_ == phase::shaking) {
    shake_.refuse(why, std::move(detail));
    return follow_handshake({});
  }
  transit t;
  t.head.resize(frame_header_bytes);
  writer out(t.head);
  out(std::uint8_t{4}, detail.substr(0, 400));
  out.finish();
  issue(std::move(t), frame_kind::control);
  close(why, fmt::format("node {}: closed {} (node {}): {}", self_->me.name, remote_, peer().name,
                         detail));
}

void link::close(refusal why, std::string line) {
  phase_ = phase::closed;
  why_ = why;
  line_ = std::move(line);
  orders_.emplace_back(close_transport{});
}

losses link::take_losses() {
  losses l;
  l.confirmed = outgoing_.granted().received;
  l.uncertain = std::max(messages_written_, l.confirmed) - l.confirmed;
  for (transit& t : in_transit_) {
    if (t.messages == 0)
      continue;
    if (why_ != refusal::cut) // the transport was to write it before it ended
      l.uncertain += t.messages;
    else if (t.large)
      l.unsent.large.push_back(std::move(t.large));
    else
      l.unsent.batches.push_back({std::move(t.head), t.messages, t.is_vital});
  }
  in_transit_.clear();
  if (queue_)
    queue_->take_all(l.unsent);
  return l;
}

/// After every event: send what can be sent, and say when to wake.
void link::settle(duration now) {
  if (is_live()) {
    if (incoming_.has_news() && credit_due_ == never)
      credit_due_ = now + options_.credit_after;
    pump(now);
  }
  if (phase_ == phase::closed)
    return;
  const duration next = next_deadline(now);
  if (next < armed_) {
    armed_ = next;
    orders_.emplace_back(wake{next});
  }
}

duration link::next_deadline(duration now) const noexcept {
  if (phase_ == phase::shaking)
    return shake_.deadline();
  // Credit that is due and has not left waits for the transport, not for the clock.
  duration next = std::min(credit_due_ > now ? credit_due_ : never, leave_until_);
  next = std::min(next, std::max(heard_, pinged_) + options_.ping_after);
  next = std::min(next, heard_ + options_.silent_after);
  if (const auto waits = joiner_.waits_since())
    next = std::min(next, *waits + options_.stalled_after);
  return next;
}

} // namespace actors::protocol
