// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "../engine/system_messages.hpp"
#include "transport.hpp"

namespace actors::cluster {

/// The way of accounts to the hub; cut when the hub ends, while shards may still hold accounts.
struct credit_signal {
  std::atomic<transport*> world{nullptr};
  /// Some account has counted much: set behind that, cleared by the hub before it looks.
  std::atomic<bool> has_news{false};
};

/// What shards have handled of what one connection brought. The hub is told when so much has come
/// together that the peer may wait for it; smaller amounts it collects when it ticks.
class credit_account final : public detail::receipt {
public:
  explicit credit_account(std::shared_ptr<credit_signal> signal) noexcept : signal_{std::move(signal)} {}

  void handled(std::uint32_t messages, std::uint32_t bytes) noexcept override {
    const auto m = messages_.fetch_add(messages, std::memory_order_relaxed);
    const auto b = bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if ((m + messages) >> message_bits == m >> message_bits && (b + bytes) >> byte_bits == b >> byte_bits) return;
    signal_->has_news.store(true, std::memory_order_release);
    if (transport* world = signal_->world.load(std::memory_order_acquire)) world->nudge();
  }

  struct amount {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  /// Since it was called last. Threading: the hub's.
  [[nodiscard]] amount take() noexcept {
    const amount all{messages_.load(std::memory_order_relaxed), bytes_.load(std::memory_order_relaxed)};
    const amount taken = std::exchange(taken_, all);
    return {all.messages - taken.messages, all.bytes - taken.bytes};
  }

private:
  static constexpr int message_bits = 15;
  static constexpr int byte_bits = 20;

  const std::shared_ptr<credit_signal> signal_;
  // Counted by shards, read by the hub; only sums matter, so relaxed order does.
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<std::uint64_t> bytes_{0};
  amount taken_;
};

} // namespace actors::cluster
