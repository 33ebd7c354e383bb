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
  // Rounded up, so that nothing fires early; the current tick has fired already, hence at least the next.
  auto tick = static_cast<std::uint64_t>(deadline > 0 ? deadline - 1 : 0) >> tick_bits;
  tick += 1;
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
  for (int level = 0; level < levels; ++level) {
    auto here = slot_of(now_tick_, level);
    // Slots after the present one in this rotation; at level 0 an equal slot has fired already.
    std::uint64_t ahead = here == 63 ? 0 : busy_[level] & (~std::uint64_t{0} << (here + 1));
    if (ahead == 0) continue;
    auto slot = static_cast<std::uint64_t>(std::countr_zero(ahead));
    int shift = bits * level;
    std::uint64_t base = shift + bits >= 64 ? 0 : now_tick_ >> (shift + bits) << (shift + bits);
    return static_cast<nanoseconds_t>((base | slot << shift) << tick_bits);
  }
  return never;
}

void timer_wheel::advance(nanoseconds_t now, void* owner) {
  auto target = static_cast<std::uint64_t>(now > 0 ? now : 0) >> tick_bits;
  while (now_tick_ < target) {
    nanoseconds_t due = next();
    auto tick = due == never ? target : static_cast<std::uint64_t>(due) >> tick_bits;
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
    auto tick = (static_cast<std::uint64_t>(node->deadline > 0 ? node->deadline - 1 : 0) >> tick_bits) + 1;
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
