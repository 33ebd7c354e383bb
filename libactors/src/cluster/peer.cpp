// SPDX-License-Identifier: BSD-3-Clause
#include "peer.hpp"

#include <iterator>

namespace actors::cluster {

std::size_t size_of(const parcel& what) noexcept {
  if (const auto* batch = std::get_if<protocol::outgoing_batch>(&what)) return batch->frame.size();
  return std::get<protocol::outgoing_large>(what).payload().size();
}

errc peer::admits(bool is_vital) const noexcept {
  const state s = now();
  if (s == state::away || s == state::lost) return errc::node_lost;
  const std::size_t waiting = bytes_.load(std::memory_order_relaxed) + link_bytes_.load(std::memory_order_relaxed);
  return waiting < (is_vital ? 2 * limits_.bytes : limits_.bytes) ? errc::none : errc::overloaded;
}

bool peer::admits_bulk(std::size_t bytes, bool is_vital) const noexcept {
  const std::size_t waiting =
      bulk_bytes_.load(std::memory_order_relaxed) + link_bulk_bytes_.load(std::memory_order_relaxed);
  // A single one always has room: the link says how large it may be.
  return waiting == 0 || waiting + bytes <= (is_vital ? 2 * limits_.bulk_bytes : limits_.bulk_bytes);
}

bool peer::push(parcel&& what) {
  std::lock_guard guard{mutex_};
  (is_bulk(what) ? bulk_bytes_ : bytes_).fetch_add(size_of(what), std::memory_order_relaxed);
  queue_.push_back(std::move(what));
  return !std::exchange(told_, true);
}

std::deque<parcel> peer::take() {
  std::lock_guard guard{mutex_};
  told_ = false;
  bytes_.store(0, std::memory_order_relaxed);
  bulk_bytes_.store(0, std::memory_order_relaxed);
  return std::exchange(queue_, {});
}

void peer::put_back(std::deque<parcel>&& what) {
  std::lock_guard guard{mutex_};
  for (const parcel& p : what) (is_bulk(p) ? bulk_bytes_ : bytes_).fetch_add(size_of(p), std::memory_order_relaxed);
  what.insert(what.end(), std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
  queue_ = std::move(what);
}

} // namespace actors::cluster
