// SPDX-License-Identifier: BSD-3-Clause
//
// One other node, between the shards that write to it and the hub that owns the link.
//
//   waiting --link opens--> open --link ends--> waiting
//      |                      |
//      +---- unreachable -----+--> away --reachable--> waiting or open
//      +---- down, or never heard of ---------------> lost (for good)
//
// What is written while it is waiting waits too, within the bounds; what is written while it is away
// is refused. Memory: `limits`, whatever the node does.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <variant>
#include <vector>

#include <actors/failure.hpp>

#include "../protocol/link/batch.hpp"

namespace actors::cluster {

struct peer_limits {
  /// Of batches that wait, in this queue and in the link's.
  std::size_t bytes = std::size_t{8} << 20;
  /// Of large messages.
  std::size_t bulk_bytes = std::size_t{256} << 20;
};

using parcel = std::variant<protocol::outgoing_batch, protocol::outgoing_large>;

class peer {
public:
  enum class state : std::uint8_t { waiting, open, away, lost };

  peer(std::uint64_t node, const peer_limits& limits) noexcept : node_{node}, limits_{limits} {}

  [[nodiscard]] std::uint64_t node() const noexcept { return node_; }
  [[nodiscard]] state now() const noexcept { return state_.load(std::memory_order_acquire); }

  // -- shards ---------------------------------------------------------------------------------------

  /// Whether a message may be written now. Answers and what the system says are not held up by a full
  /// queue, up to twice its bound.
  [[nodiscard]] errc admits(bool is_vital) const noexcept;
  [[nodiscard]] bool admits_bulk(std::size_t bytes, bool is_vital) const noexcept;
  /// True when the hub is to be told.
  [[nodiscard]] bool push(parcel&& what);

  // -- the hub --------------------------------------------------------------------------------------

  void enter(state next) noexcept { state_.store(next, std::memory_order_release); }
  /// All that waits, oldest first.
  [[nodiscard]] std::deque<parcel> take();
  /// What has been taken and could not be sent: goes before all else.
  void put_back(std::deque<parcel>&& what);
  /// That wait here and in the link, as far as it has told.
  [[nodiscard]] std::size_t waiting_bytes() const noexcept {
    return bytes_.load(std::memory_order_relaxed) + bulk_bytes_.load(std::memory_order_relaxed) +
           link_bytes_.load(std::memory_order_relaxed) + link_bulk_bytes_.load(std::memory_order_relaxed);
  }
  /// What waits in the link by now.
  void set_queued(std::size_t bytes, std::size_t bulk_bytes) noexcept {
    link_bytes_.store(bytes, std::memory_order_relaxed);
    link_bulk_bytes_.store(bulk_bytes, std::memory_order_relaxed);
  }

private:
  const std::uint64_t node_;
  const peer_limits limits_;

  // Written by the hub, read by shards.
  std::atomic<state> state_{state::waiting};
  std::atomic<std::size_t> link_bytes_{0};
  std::atomic<std::size_t> link_bulk_bytes_{0};
  // Of queue_; changed under the mutex, read by shards before they write.
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::size_t> bulk_bytes_{0};

  std::mutex mutex_; // guards the next two: once a batch, not once a message
  std::deque<parcel> queue_;
  bool told_ = false;
};

[[nodiscard]] std::size_t size_of(const parcel& what) noexcept;
[[nodiscard]] inline bool is_bulk(const parcel& what) noexcept {
  return std::holds_alternative<protocol::outgoing_large>(what);
}

} // namespace actors::cluster
