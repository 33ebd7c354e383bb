// SPDX-License-Identifier: BSD-3-Clause
//
// One connection to another node: bytes and wishes go in, orders come out. It knows no socket,
// thread or clock. Phases:
//
//   shaking --introduce, opened--> open --leave, or the peer's goodbye--> leaving --> closed
//      |                             |                                       |
//      +------- refused, cut, silent, anything that is not as it should be --+--> closed
//
// Frames of kind `control`: u8 what, then
//
//   1 ping     u64, any number      asked where nothing came for a while
//   2 pong     u64, that number
//   3 goodbye  nothing              no messages follow; sent when the queue is empty
//   4 refused  string               why the link ends
//
// What is sent next, while less than `pace_bytes` wait in the transport: control and credit; then
// batches; then a chunk, while less than `bulk_pace_bytes` wait. After `small_share` bytes of batches
// a chunk goes first, so that neither lane stands still.
//
// Messages are counted in the order in which the last byte of each leaves. When the link ends, the
// peer has certainly got the first `losses::confirmed`; certainly never gets what `losses` lists as
// unsent; nothing is known of the others until the next connection, whose hello says how many had
// come (`peer().previous`).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../planted.hpp"
#include "credit.hpp"
#include "handshake.hpp"
#include "link_orders.hpp"
#include "send_queue.hpp"

namespace actors::protocol {

struct link_options {
  /// Of batches that wait; more are refused.
  std::size_t queue_bytes = std::size_t{8} << 20;
  /// Of large messages that wait.
  std::size_t bulk_queue_bytes = std::size_t{256} << 20;
  /// Not above `largest_chunk - 128`.
  std::size_t chunk_bytes = std::size_t{64} << 10;
  /// What may wait in the transport.
  std::size_t pace_bytes = std::size_t{256} << 10;
  /// A chunk is added only to less than this, so that what is small does not wait behind many.
  std::size_t bulk_pace_bytes = std::size_t{128} << 10;
  std::size_t small_share = std::size_t{256} << 10;
  duration ping_after = std::chrono::milliseconds{500};
  duration silent_after = std::chrono::seconds{3};
  /// Credit that nobody waits for is told by then: the peer has three quarters of its window.
  duration credit_after = std::chrono::seconds{1};
  /// A large message that does not go on.
  duration stalled_after = std::chrono::seconds{30};
  duration goodbye_within = std::chrono::seconds{5};
  /// Of tests of the simulator.
  protocol::planted_bug planted = protocol::planted_bug::none;
};

struct link_counts {
  std::uint64_t bytes_in = 0, frames_in = 0, messages_in = 0;
  std::uint64_t bytes_out = 0, frames_out = 0, messages_out = 0;
  /// Refused to the sender.
  std::uint64_t overloaded = 0;
};

/// What is known of the messages of a link that has ended.
struct losses {
  /// So many, the first, reached the peer's node.
  std::uint64_t confirmed = 0;
  /// So many more left and may have reached it.
  std::uint64_t uncertain = 0;
  /// These never will: `node_lost`.
  unsent_messages unsent;
};

class link {
public:
  enum class phase : std::uint8_t { shaking, open, leaving, closed };

  link(std::shared_ptr<const local_node> self, connection_facts facts, link_options options = {});

  [[nodiscard]] phase now_in() const noexcept { return phase_; }
  [[nodiscard]] const hello& peer() const noexcept { return shake_.peer(); }
  [[nodiscard]] const type_agreement& types() const noexcept { return shake_.types(); }
  [[nodiscard]] std::uint64_t token() const noexcept { return shake_.token(); }
  /// Messages that came: what the next connection tells the peer.
  [[nodiscard]] std::uint64_t received() const noexcept { return incoming_.received(); }
  [[nodiscard]] refusal why() const noexcept { return why_; }
  /// For the log, when closed; empty for an orderly end.
  [[nodiscard]] const std::string& line() const noexcept { return line_; }
  [[nodiscard]] const link_counts& counts() const noexcept { return counts_; }
  /// What waits; for senders that want to know before they serialise.
  [[nodiscard]] std::size_t queued_bytes() const noexcept;
  /// Of these, large messages.
  [[nodiscard]] std::size_t queued_bulk_bytes() const noexcept;
  [[nodiscard]] std::size_t transport_bytes() const noexcept { return issued_ - written_; }
  [[nodiscard]] std::optional<duration> round_trip() const noexcept { return round_trip_; }

  // Events. Times must not go back. Each only appends to the orders.
  void begin(duration now);
  void arrived(std::span<const std::byte> bytes, duration now);
  /// Where the next bytes belong, in the middle of a large message: a transport may put them there
  /// and tell `landed`, which saves it a copy. Empty where it has to tell `arrived`. Lifetime: until
  /// the next event.
  [[nodiscard]] std::span<std::byte> landing() const noexcept {
    return is_live() ? decoder_.landing() : std::span<std::byte>{};
  }
  void landed(std::size_t bytes, duration now);
  /// The transport has taken so many bytes more of what it was given.
  void written(std::size_t bytes, duration now);
  void consumed(std::uint64_t messages, std::uint64_t bytes, duration now);
  void consumed_large(std::uint64_t bytes, duration now);
  void tick(duration now);
  /// The transport has ended. Requires: `written` was told of all that it took; one that cannot say
  /// tells `written` of all that it was given.
  void cut(duration now);

  // Wishes. Types in batches are numbers of one's own table that the peer knows (`types`).
  [[nodiscard]] admission send(outgoing_batch&& batch, duration now);
  [[nodiscard]] admission send(outgoing_large&& large, duration now);
  /// Requires: `introduce` said so.
  void open(duration now);
  /// Ends it at once; the peer is told why, if it has proved itself.
  void refuse(refusal why, std::string detail, duration now);
  /// Ends it in order, after what waits.
  void leave(duration now);

  [[nodiscard]] std::vector<link_order> take_orders();
  /// The same into a vector that is emptied; its memory is used again.
  void take_orders(std::vector<link_order>& into) noexcept {
    into.clear();
    into.swap(orders_);
  }
  [[nodiscard]] bool has_orders() const noexcept { return !orders_.empty(); }
  /// Requires: closed.
  [[nodiscard]] losses take_losses();

private:
  /// A frame that the transport has not taken as a whole.
  struct transit {
    buffer head;
    std::shared_ptr<const outgoing_large> large;
    std::uint64_t end = 0;
    std::uint32_t messages = 0;
    bool is_vital = false;
  };

  // What comes (link_receive.cpp).
  void decode(duration now);
  void take(const frame& f, duration now);
  void take_handshake(std::span<const std::byte> payload, duration now);
  void take_batch(std::span<const std::byte> records);
  void take_chunk(const frame& f, duration now);
  [[nodiscard]] bool divert_chunk();
  void take_credit(std::span<const std::byte> payload);
  void take_control(std::span<const std::byte> payload, duration now);
  void take_number(std::uint8_t what, std::uint64_t number, duration now);
  void introduced(duration now);
  void follow_handshake(duration now);

  // What goes (link_send.cpp).
  void pump(duration now);
  bool send_next(duration now);
  bool send_due(duration now);
  bool send_small();
  bool send_bulk();
  void send_batch(outgoing_batch batch);
  void send_chunk();
  void send_goodbye();
  void issue(transit t, frame_kind kind, std::span<const std::byte> body = {});
  [[nodiscard]] bool is_small_ready() const noexcept;
  [[nodiscard]] bool is_bulk_ready() const noexcept;

  // Time and the end (link.cpp).
  void finish(duration now);
  void fail(refusal why, std::string detail);
  void close(refusal why, std::string line);
  void settle(duration now);
  void watch_clock(duration now);
  void check_silence(duration now);
  [[nodiscard]] duration next_deadline(duration now) const noexcept;
  [[nodiscard]] bool is_live() const noexcept {
    return phase_ == phase::open || phase_ == phase::leaving;
  }

  // Constant after construction.
  std::shared_ptr<const local_node> self_;
  std::string remote_;
  link_options options_;

  phase phase_ = phase::shaking;
  handshake shake_;
  frame_decoder decoder_{frame_limits::before_proof()};
  refusal why_ = refusal::none;
  std::string line_;
  link_counts counts_;
  std::vector<link_order> orders_;

  // Sending.
  std::optional<send_queue> queue_;
  std::optional<chunk_cutter> cutter_;
  send_window outgoing_;
  std::deque<transit> in_transit_;
  std::uint64_t issued_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t messages_written_ = 0;
  std::uint64_t large_begun_ = 0;
  std::size_t small_run_ = 0;
  std::optional<std::uint64_t> ping_due_, pong_due_;
  bool goodbye_sent_ = false;

  // Receiving.
  receive_window incoming_;
  chunk_joiner joiner_;
  bool goodbye_came_ = false;

  // Times; max: none.
  static constexpr duration never = duration::max();
  duration armed_ = never;
  duration heard_{};
  duration pinged_{};
  duration credit_due_ = never;
  duration leave_until_ = never;
  std::optional<duration> round_trip_;
};

} // namespace actors::protocol
