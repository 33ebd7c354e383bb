// SPDX-License-Identifier: BSD-3-Clause
//
// What comes from other nodes, on its way to shards: records become envelopes in chunks, one chunk (or
// more) a shard, with a mark behind the last that tells when all of it has been handled.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <actors/detail/engine.hpp>
#include <actors/detail/id_requests.hpp>

#include "../engine/system_messages.hpp"
#include "../protocol/link/chunks.hpp"

namespace actors::cluster {

using detail::hub_shard;

/// Takes what is meant for the hub itself.
class control {
public:
  virtual ~control() = default;
  /// `value` is a message of the type with this index in this process.
  virtual void take(std::uint64_t from, const protocol::record_head& head, std::uint32_t type, void* value) = 0;
};

struct delivery_counts {
  /// Payloads that are not what their type says.
  std::uint64_t malformed = 0;
  /// To shards that do not exist, or from nodes that are down.
  std::uint64_t misaddressed = 0;
};

/// Threading: the hub's thread.
class delivery {
public:
  delivery(detail::engine& engine, control& hub) noexcept : engine_{engine}, hub_{hub} {}

  /// Where a message comes from, and what may be done with it.
  struct origin {
    std::uint64_t node;
    /// By the number that comes: the index in this process.
    std::span<const std::uint32_t> types;
    /// It is a member: its messages go to actors, not only to the hub.
    bool is_trusted;
    std::shared_ptr<detail::receipt> receipt;
  };

  void batch(const origin& from, std::span<const std::byte> records);
  /// One for an actor is built by its shard, not on this thread.
  void large(const origin& from, protocol::incoming_large&& message);
  /// Calls `f(shard&)` for each that has got something since.
  template <class F>
  void for_each_target(F&& f) {
    for (std::size_t k = 0; k < targets_.size(); ++k) f(*targets_[k]);
    targets_.clear();
  }
  [[nodiscard]] delivery_counts counts() const noexcept {
    return {counts_.malformed + malformed_there_->load(std::memory_order_relaxed), counts_.misaddressed};
  }

private:
  struct parcel_for {
    detail::shard* target = nullptr;
    detail::chunk* first = nullptr;
    detail::chunk* last = nullptr;
    std::uint32_t messages = 0;
    std::uint32_t bytes = 0;
  };

  void one(const origin& from, const protocol::record_head& head, std::span<const std::byte> payload,
           std::uint32_t bytes);
  void for_group(const protocol::record_head& head, const detail::message_type& type,
                 std::span<const std::byte> payload);
  [[nodiscard]] parcel_for& parcel_of(detail::shard& target);
  void for_outside(const origin& from, const protocol::record_head& head, const detail::message_type& type,
                   std::span<const std::byte> payload);
  void packed(parcel_for& p, const detail::message_type& type, protocol::incoming_large&& message);
  bool build(void* at, const detail::message_type& type, std::span<const std::byte> payload);
  [[nodiscard]] detail::shard* actor_shard(const actor_id& target);
  void refuse(const protocol::record_head& head, const detail::message_type& type, errc why);
  [[nodiscard]] detail::envelope* room(parcel_for& p, std::uint32_t size);
  void hand_over(const origin& from);

  detail::engine& engine_;
  control& hub_;
  std::vector<parcel_for> parcels_; // by shard
  std::vector<std::uint32_t> open_;
  std::size_t expected_bytes_ = 0;
  std::vector<detail::shard*> targets_;
  delivery_counts counts_;
  /// Found by shards, which may outlive this: added to by any of them, read for counts.
  std::shared_ptr<std::atomic<std::uint64_t>> malformed_there_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

} // namespace actors::cluster
