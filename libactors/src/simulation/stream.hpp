// SPDX-License-Identifier: BSD-3-Clause
//
// One connection, as two pipes. A pipe, by offsets of bytes since its beginning:
//
//   0 ... delivered ... on the way ... taken ... in the writer's buffer ... sent
//                                      \_ delivered + capacity
//
// The kernels hold what lies between `delivered` and `taken`. What a process has in its own buffer ends
// with it; what the kernels hold ends with the connection, or arrives, or a part of it does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../cluster/transport.hpp"
#include "event_queue.hpp"

namespace actors::simulation {

class pipe {
public:
  enum class what : std::uint8_t { bytes, end, reset };
  /// Everything up to an offset arrives then.
  struct arrival {
    nanoseconds_t when;
    std::uint64_t end;
    what kind;
  };

  void clear(std::uint64_t capacity) {
    bytes_.clear();
    arrivals_.clear();
    first_ = 0;
    base_ = delivered_ = sent_ = told_ = 0;
    limit_ = std::numeric_limits<std::uint64_t>::max();
    capacity_ = capacity;
    last_ = 0;
    is_queued = is_held = false;
  }

  // -- the writer -----------------------------------------------------------------------------------

  /// Bytes, or the end. Arrivals keep their order.
  void write(std::span<const std::byte> some) {
    sent_ += some.size();
    if (sent_ <= limit_) bytes_.insert(bytes_.end(), some.begin(), some.end());
  }
  void arrives(nanoseconds_t when, what kind, std::uint64_t end);
  void arrives(nanoseconds_t when, what kind) { arrives(when, kind, std::min(sent_, limit_)); }
  /// Nothing arrives before that.
  void not_before(nanoseconds_t when) noexcept { last_ = std::max(last_, when); }
  [[nodiscard]] nanoseconds_t last() const noexcept { return last_; }
  /// Nothing behind this offset arrives any more.
  void break_at(std::uint64_t offset);

  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
  [[nodiscard]] bool is_broken() const noexcept { return limit_ != std::numeric_limits<std::uint64_t>::max(); }
  [[nodiscard]] std::uint64_t taken() const noexcept { return std::min(sent_, delivered_ + capacity_); }
  [[nodiscard]] std::uint64_t untold() const noexcept { return taken() - told_; }
  /// Bytes that the kernel has taken since it was asked last.
  std::uint64_t tell() noexcept {
    const std::uint64_t news = untold();
    told_ += news;
    return news;
  }

  // -- the reader -----------------------------------------------------------------------------------

  [[nodiscard]] bool has_arrivals() const noexcept { return first_ < arrivals_.size(); }
  [[nodiscard]] nanoseconds_t next() const noexcept { return arrivals_[first_].when; }
  /// What has arrived by now, and how it ends.
  [[nodiscard]] std::span<const std::byte> arrived(nanoseconds_t now, what& how);
  /// The reader is done with what has arrived.
  void done(std::span<const std::byte> with);

  /// An event for the next arrival is in the queue; or it waits for the path.
  bool is_queued = false;
  bool is_held = false;

private:
  std::vector<std::byte> bytes_; // from base_
  std::vector<arrival> arrivals_;
  std::size_t first_ = 0;
  std::uint64_t base_ = 0, delivered_ = 0, sent_ = 0, told_ = 0, limit_ = 0, capacity_ = 0;
  nanoseconds_t last_ = 0;
};

struct stream {
  /// pending: its process has not been told of it yet.
  enum class state : std::uint8_t { pending, open, closed };
  struct end {
    std::uint32_t host = 0;
    cluster::connection_id id{};
    state now = state::pending;
  };
  /// 0 has dialled.
  end ends[2];
  /// Towards each end.
  pipe to[2];
  std::uint32_t stamp = 0;
};

} // namespace actors::simulation
