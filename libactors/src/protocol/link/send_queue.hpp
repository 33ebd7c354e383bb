// SPDX-License-Identifier: BSD-3-Clause
//
// What waits to be sent, in two lanes.
//
//   small lane   batches, first in, first out
//   bulk lane    large messages, first in, first out, and messages that must not overtake them: of
//                the same sender to the same target
//
// A large message leaves after the batches that were there before it, so each sender's order is
// kept, while messages of others pass between its chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chunks.hpp"

namespace actors::protocol {

/// What became of a message that was to be sent.
enum class admission : std::uint8_t {
  accepted,
  /// The queue is full; the message is as it was.
  overloaded,
  /// It is larger than the peer takes; the message is as it was.
  too_large,
  /// The link is not open, or about to close; the message is as it was.
  closed,
};

/// What was not sent, oldest first in each.
struct unsent_messages {
  std::vector<outgoing_batch> batches;
  std::vector<std::shared_ptr<const outgoing_large>> large;
};

class send_queue {
public:
  struct bulk_item {
    /// One of the two.
    std::shared_ptr<const outgoing_large> large;
    outgoing_batch held;
    /// Of a large message: so many batches leave before it.
    std::uint64_t after = 0;
  };

  /// What may be dropped is refused above `small_bytes` and `bulk_bytes` (but a single large
  /// message always has room), the rest at twice that.
  /// `overtakes`: a planted bug; see planted.hpp.
  send_queue(std::uint64_t receiver, std::size_t small_bytes, std::size_t bulk_bytes, bool overtakes = false) noexcept
      : receiver_(receiver), most_small_(small_bytes), most_bulk_(bulk_bytes), may_overtake_(overtakes) {}

  [[nodiscard]] admission push(outgoing_batch&& batch);
  [[nodiscard]] admission push(outgoing_large&& large);

  /// The next of the small lane, or null.
  [[nodiscard]] const outgoing_batch* small() const noexcept {
    return small_.empty() ? nullptr : &small_.front();
  }
  [[nodiscard]] outgoing_batch take_small();
  /// The next of the bulk lane if its turn has come, or null.
  [[nodiscard]] const bulk_item* bulk() const noexcept {
    return bulk_.empty() || bulk_.front().after > taken_ ? nullptr : &bulk_.front();
  }
  bulk_item take_bulk();

  [[nodiscard]] bool empty() const noexcept { return small_.empty() && bulk_.empty(); }
  [[nodiscard]] std::size_t small_bytes() const noexcept { return small_bytes_; }
  [[nodiscard]] std::size_t bulk_bytes() const noexcept { return bulk_bytes_; }
  void take_all(unsent_messages& into);

private:
  struct route {
    actor_id sender, target;
    friend bool operator==(const route&, const route&) = default;
  };
  struct route_hash {
    std::size_t operator()(const route& r) const noexcept {
      return hash_value(r.sender) * 31 ^ hash_value(r.target);
    }
  };

  void push_small(outgoing_batch&& batch);
  void push_held(outgoing_batch&& batch);
  void divide(outgoing_batch&& batch);
  [[nodiscard]] bool is_behind_bulk(const record_head& head) const {
    return routes_.contains({head.sender, head.target});
  }
  void count_routes(const bulk_item& item, int by);

  const std::uint64_t receiver_;
  const std::size_t most_small_;
  const std::size_t most_bulk_;
  const bool may_overtake_;

  std::deque<outgoing_batch> small_;
  std::deque<bulk_item> bulk_;
  /// Messages in the bulk lane.
  std::unordered_map<route, std::size_t, route_hash> routes_;
  /// Frames of both lanes that hold batches.
  std::size_t small_bytes_ = 0;
  std::size_t bulk_bytes_ = 0;
  /// Of the small lane, since the beginning.
  std::uint64_t pushed_ = 0;
  std::uint64_t taken_ = 0;
};

} // namespace actors::protocol
