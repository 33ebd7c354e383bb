// SPDX-License-Identifier: BSD-3-Clause
//
// What is to happen, in the order of time; at one time, in the order in which it was asked for. A heap
// with four branches of small plain values: a history of a minute has some ten thousand of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <actors/detail/timer_wheel.hpp>

namespace actors::simulation {

using detail::nanoseconds_t;

enum class event_kind : std::uint8_t {
  // The network's own: no process need be awake.
  dial,
  // For a process: wait until it is not stalled.
  dialled,
  accepted,
  bytes,
  room,
  pump,
  turn,
  alarm,
  // Of the test.
  call,
};

struct event {
  nanoseconds_t when = 0;
  std::uint64_t number = 0;
  /// What it is about, and which use of that slot.
  std::uint32_t slot = 0;
  std::uint32_t stamp = 0;
  /// Where it happens.
  std::uint32_t host = 0;
  event_kind kind{};
};

class event_queue {
public:
  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  [[nodiscard]] const event& next() const noexcept { return heap_.front(); }

  void push(event e) {
    e.number = ++last_;
    heap_.push_back(e);
    std::size_t at = heap_.size() - 1;
    while (at != 0) {
      const std::size_t parent = (at - 1) / branches;
      if (!before(e, heap_[parent])) break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = e;
  }

  event pop() {
    const event first = heap_.front();
    const event last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sink(last);
    return first;
  }

private:
  static constexpr std::size_t branches = 4;

  static bool before(const event& a, const event& b) noexcept {
    return a.when != b.when ? a.when < b.when : a.number < b.number;
  }

  void sink(const event& e) {
    const std::size_t size = heap_.size();
    std::size_t at = 0;
    for (;;) {
      const std::size_t first = at * branches + 1;
      if (first >= size) break;
      std::size_t least = first;
      for (std::size_t k = first + 1; k < std::min(first + branches, size); ++k)
        if (before(heap_[k], heap_[least])) least = k;
      if (!before(heap_[least], e)) break;
      heap_[at] = heap_[least];
      at = least;
    }
    heap_[at] = e;
  }

  std::uint64_t last_ = 0;
  std::vector<event> heap_;
};

} // namespace actors::simulation
