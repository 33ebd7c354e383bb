// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace actors::detail {

/// How many messages of one router to one routee are not finished. Each of them carries the count and
/// ends its share exactly once, wherever it is handled or refused; so nobody has to find the routee.
/// Lifetime: until the router has gone and the last message is finished.
class routed_count {
public:
  [[nodiscard]] std::uint64_t unfinished() const noexcept {
    return holders_.load(std::memory_order_relaxed) - 1;
  }
  void begin() noexcept { holders_.fetch_add(1, std::memory_order_relaxed); }
  void end() noexcept {
    if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  struct give_up {
    void operator()(routed_count* c) const noexcept { c->end(); }
  };
  /// The router's share.
  using owner = std::unique_ptr<routed_count, give_up>;

private:
  // The router and its messages, which end on any shard.
  std::atomic<std::uint64_t> holders_{1};
};

} // namespace actors::detail
