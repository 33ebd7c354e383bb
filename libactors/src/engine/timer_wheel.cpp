// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/timer_wheel.hpp>

#include <algorithm>
#include <bit>

namespace actors::detail {

namespace {

constexpr int bits = 6;

constexpr std::uint64_t slot_of(std::uint64_t tick, int level) noexcept {
  return tick >> (bits * level) & 63;
}

/// Rounded up, so that nothing fires early.
constexpr std::uint64_t tick_of(nanoseconds_t deadline) noexcept {
  return (static_cast<std::uint64_t>(deadline > 0 ? deadline - 1 : 0) >> timer_wheel::tick_bits) + 1;
}

/// A slot, and the tick at which it is entered.
struct place {
  int level = -1;
  int slot = 0;
  std::uint64_t tick = 0;
};

/// The first slot with timers in it after the present one of its level, the finest level first.
template <int Levels>
place next_slot(const std::uint64_t (&busy)[Levels], std::uint64_t now) noexcept {
  for (int level = 0; level < Levels; ++level) {
    const auto here = slot_of(now, level);
    // Slots after the present one in this rotation; at level 0 an equal slot has fired already.
    const std::uint64_t ahead = here == 63 ? 0 : busy[level] & (~std::uint64_t{0} << (here + 1));
    if (ahead == 0) continue;
    const int slot = std::countr_zero(ahead);
    const int shift = bits * level;
    const std::uint64_t base = shift + bits >= 64 ? 0 : now >> (shift + bits) << (shift + bits);
    return {level, slot, base | static_cast<std::uint64_t>(slot) << shift};
  }
  return {};
}

} // namespace

timer_wheel::timer_wheel() noexcept {
  for (auto& level : heads_)
    for (timer_node& head : level) head.next = head.previous = &head;
}

void timer_wheel::set(timer_node& node, nanoseconds_t deadline) noexcept {
  if (node.is_set()) cancel(node);
  // Ticks of the last deadlines there are would not fit back into nanoseconds.
  deadline = std::min(deadline, never / 2);
  node.deadline = deadline;
  // The current tick has fired already, hence at least the next.
  const std::uint64_t tick = tick_of(deadline);
  link(node, tick <= now_tick_ ? now_tick_ + 1 : tick);
  ++size_;
}

void timer_wheel::link(timer_node& node, std::uint64_t tick) noexcept {
  // The level is where the tick and the present differ first, so a slot holds one rotation only.
  std::uint64_t differ = tick ^ now_tick_;
  int level = differ == 0 ? 0 : (63 - std::countl_zero(differ)) / bits;
  if (level >= levels) level = levels - 1;
  auto slot = slot_of(tick, level);
  timer_node& head = heads_[level][slot];
  node.previous = head.previous;
  node.next = &head;
  head.previous->next = &node;
  head.previous = &node;
  node.level = static_cast<std::uint8_t>(level);
  node.slot = static_cast<std::uint8_t>(slot);
  busy_[level] |= std::uint64_t{1} << slot;
}

void timer_wheel::cancel(timer_node& node) noexcept {
  if (!node.is_set()) return;
  node.previous->next = node.next;
  node.next->previous = node.previous;
  timer_node& head = heads_[node.level][node.slot];
  if (head.next == &head) busy_[node.level] &= ~(std::uint64_t{1} << node.slot);
  node.next = node.previous = nullptr;
  --size_;
}

nanoseconds_t timer_wheel::next() const noexcept {
  if (size_ == 0) return never;
  const place first = next_slot(busy_, now_tick_);
  if (first.level < 0) return never;
  // A slot of a coarse level is entered long before its timers are due. Where few are in it, the first
  // of them is looked for, which spares its owner a wake-up for nothing.
  constexpr int most_looked_at = 8;
  std::uint64_t earliest = UINT64_MAX;
  int looked_at = 0;
  const timer_node& head = heads_[first.level][first.slot];
  for (const timer_node* node = head.next; node != &head; node = node->next) {
    if (++looked_at > most_looked_at) return static_cast<nanoseconds_t>(first.tick << tick_bits);
    earliest = std::min(earliest, tick_of(node->deadline));
  }
  return static_cast<nanoseconds_t>(std::max(earliest, first.tick) << tick_bits);
}

void timer_wheel::advance(nanoseconds_t now, void* owner) {
  auto target = static_cast<std::uint64_t>(now > 0 ? now : 0) >> tick_bits;
  while (now_tick_ < target) {
    const place due = next_slot(busy_, now_tick_);
    std::uint64_t tick = size_ == 0 || due.level < 0 ? target : due.tick;
    if (tick > target || tick <= now_tick_) tick = target;
    now_tick_ = tick;
    // Entering a slot of a coarse level spreads it over the finer ones, coarsest first.
    for (int level = levels - 1; level > 0; --level) {
      std::uint64_t below = (std::uint64_t{1} << (bits * level)) - 1;
      if ((tick & below) == 0) cascade(level, static_cast<int>(slot_of(tick, level)));
    }
    fire_slot(static_cast<int>(slot_of(tick, 0)), owner);
  }
}

void timer_wheel::cascade(int level, int slot) noexcept {
  timer_node& head = heads_[level][slot];
  busy_[level] &= ~(std::uint64_t{1} << slot);
  timer_node* node = head.next;
  head.next = head.previous = &head;
  while (node != &head) {
    timer_node* following = node->next;
    const std::uint64_t tick = tick_of(node->deadline);
    link(*node, tick < now_tick_ ? now_tick_ : tick);
    node = following;
  }
}

void timer_wheel::fire_slot(int slot, void* owner) {
  timer_node& head = heads_[0][slot];
  // A callback may cancel any other node, so the list is emptied from its front.
  while (head.next != &head) {
    timer_node* node = head.next;
    cancel(*node);
    node->fire(node, owner);
  }
}

} // namespace actors::detail
