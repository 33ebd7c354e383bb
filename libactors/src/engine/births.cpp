// SPDX-License-Identifier: BSD-3-Clause
//
// Slots and the beginning of life: free slots, ids given out ahead of their actors, parents.
#include <exception>

#include <actors/detail/engine.hpp>
#include <actors/detail/exceptions.hpp>

#include "object_pool.hpp"
#include "slot_memory.hpp"
#include "system_messages.hpp"

namespace actors::detail {

namespace {

/// Fresh slots are taken from the shared counter in blocks.
constexpr std::uint32_t fresh_block = 64;
/// Free slots kept for other threads to reserve.
constexpr std::size_t reservable_stock = 64;

} // namespace

const actor_type& root_type() {
  static const actor_type type = [] {
    actor_type t;
    t.name = "root";
    t.destroy = [](slot&) noexcept {};
    return t;
  }();
  return type;
}

const actor_type& unborn_type() {
  static const actor_type type = [] {
    actor_type t;
    t.name = "unborn";
    t.destroy = [](slot&) noexcept {};
    return t;
  }();
  return type;
}

void shard::ensure_segment(std::uint32_t i) {
  slot*& segment = segments_[i >> segment_bits];
  if (segment == nullptr) segment = slot_memory::take_segment();
}

void shard::free_segments() noexcept {
  // Births of other nodes may have left gaps.
  const std::uint32_t used = next_fresh_.load(std::memory_order_relaxed);
  const std::uint32_t end = used >> segment_bits;
  for (std::uint32_t i = 0; i <= end; ++i) {
    if (segments_[i] == nullptr) continue;
    slot_memory::give_segment(segments_[i], i == end ? used & (segment_size - 1) : segment_size);
  }
  slot_memory::give_table(segments_, std::size_t{end} + 1);
}

/// Takes free slots back from those kept for other threads. False when there are none.
bool shard::take_back_slots() {
  spin_guard guard{reserve_lock_};
  for (std::size_t n = 0; n < reservable_stock && !reservable_.empty(); ++n) {
    free_slots_.push_back(static_cast<std::uint32_t>(reservable_.back() >> 32));
    reservable_.pop_back();
  }
  return !free_slots_.empty();
}

std::uint32_t shard::allocate_slot() {
  std::uint32_t i;
  if (!free_slots_.empty()) {
    i = free_slots_.back();
    free_slots_.pop_back();
  } else {
    if (fresh_ == fresh_end_ && take_back_slots()) return allocate_slot();
    if (fresh_ == fresh_end_) {
      fresh_ = next_fresh_.fetch_add(fresh_block, std::memory_order_relaxed);
      fresh_end_ = fresh_ + fresh_block;
    }
    i = fresh_++;
    ensure_segment(i);
  }
  slot& s = *find(i);
  if (s.generation == 0) s.generation = first_generation_;
  return i;
}

actor_id shard::reserve() {
  spin_guard guard{reserve_lock_};
  if (!reservable_.empty()) {
    std::uint64_t id = reservable_.back();
    reservable_.pop_back();
    return {place_, static_cast<std::uint32_t>(id >> 32), static_cast<std::uint32_t>(id)};
  }
  return {place_, next_fresh_.fetch_add(1, std::memory_order_relaxed), first_generation_};
}

slot* shard::claim_reserved(actor_id id) {
  // In a twin nobody is born.
  if (id.slot == root || is_twin() || id.slot >= next_fresh_.load(std::memory_order_relaxed)) return nullptr;
  // Slots of this shard's own current block are not given out to others.
  if (id.slot >= fresh_ && id.slot < fresh_end_) return nullptr;
  ensure_segment(id.slot);
  slot& s = *find(id.slot);
  bool virgin = s.generation == 0 && id.generation == first_generation_;
  bool recycled = s.generation == id.generation && (s.flags & state::vacant);
  if (virgin || recycled) {
    s.generation = id.generation;
    s.flags = state::reserved;
    s.type = &unborn_type();
    s.cold = nullptr;
    s.waiting = s.handled = 0;
    s.parent = s.last_child = s.next_sibling = s.previous_sibling = nobody;
    return &s;
  }
  return s.generation == id.generation && (s.flags & state::reserved) ? &s : nullptr;
}

void shard::begin_life(slot& s, std::uint32_t, const actor_type& type, const birth& how) {
  if ((s.flags & state::reserved) == 0) {
    s.flags = 0;
    s.cold = nullptr;
    s.waiting = s.handled = 0;
  }
  s.type = &type;
  s.parent = s.last_child = s.next_sibling = s.previous_sibling = nobody;
  s.marks = static_cast<std::uint16_t>(((s.flags & state::reserved) ? s.marks & mark::named : 0) |
                                       (how.kept ? mark::kept : 0));
  live_.store(live_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  // The node's bound is looked at when an actor has its fair share waiting; a tighter one always.
  const mailbox_options& general = owner_.options().mailbox;
  if (general.limit < fair_share || general.policy == overflow_policy::drop_oldest) s.flags |= state::bounded;
  // Nobody will stop what is born after the end of its shard.
  if (ended_.load(std::memory_order_relaxed)) s.flags |= state::stop_soon;
  if (how.customised) {
    extras& x = cold(s);
    x.mailbox = how.mailbox;
    x.shutdown = how.shutdown;
    if (how.mailbox.limit != 0 || how.mailbox.policy != overflow_policy::refuse) s.flags |= state::bounded;
  }
}

void shard::link_child(slot& s, std::uint32_t i, actor_id parent) {
  slot* p = find(parent);
  if (p == nullptr && !is_here(parent) && parent.shard() != outside && parent) {
    cold(s).remote_parent = parent;
    system<child_born>(parent, {id_of(s, i), s.cold->shutdown});
    return;
  }
  // A guest's children belong to its home; a parent that is gone leaves its children to the root.
  if (p != nullptr && (p->flags & state::guest)) {
    link_child(s, i, p->cold->elsewhere);
    return;
  }
  std::uint32_t at = p == nullptr ? root : parent.slot;
  slot& above = *find(at);
  s.parent = at;
  s.previous_sibling = above.last_child;
  if (above.last_child != nobody) find(above.last_child)->next_sibling = i;
  above.last_child = i;
}

void shard::expect_child(actor_id child, nanoseconds_t shutdown) {
  // A guest's children belong to its home, which hears of them from their birth.
  if (self_slot_ == nullptr || (self_slot_->flags & state::guest)) return;
  add_far_child(*self_slot_, self_index_, child, shutdown);
}

void shard::add_far_child(slot& s, std::uint32_t i, actor_id child, nanoseconds_t shutdown) {
  extras& x = cold(s);
  if (!x.far) x.far = std::make_unique<far_children>();
  actor_id after;
  // What an instance before this one has left behind stands in front of all that this one starts.
  if (s.last_child != nobody && (find(s.last_child)->marks & mark::orphan) == 0) after = {place_, s.last_child, find(s.last_child)->generation};
  x.far->add(child, after, shutdown);
  // One that comes while its parent ends makes the parent look again.
  if (x.stop) urgent({urgent_step::what::child_ended, exit_kind::normal, {place_, i, s.generation}, {}});
}

void shard::unlink_child(slot& s, std::uint32_t i) noexcept {
  if (s.parent == nobody) return;
  if (const slot& above = *find(s.parent); above.cold != nullptr && above.cold->far) {
    const std::uint32_t before = s.previous_sibling;
    above.cold->far->close_gap({place_, i, s.generation},
                               before == nobody ? actor_id{} : actor_id{place_, before, find(before)->generation});
  }
  if (s.next_sibling != nobody)
    find(s.next_sibling)->previous_sibling = s.previous_sibling;
  else
    find(s.parent)->last_child = s.previous_sibling;
  if (s.previous_sibling != nobody) find(s.previous_sibling)->next_sibling = s.next_sibling;
  s.parent = s.next_sibling = s.previous_sibling = nobody;
}

void shard::give_up_birth(slot& s, std::uint32_t i) noexcept {
  // The constructor may have spawned children or told itself something already.
  s.type = &unborn_type();
  s.marks &= static_cast<std::uint16_t>(~mark::kept);
  begin_stop(s, i, exit_kind::killed, {errc::actor_failed, id_of(s, i), "its constructor threw", ""});
}

void shard::birth_threw(slot& s, std::uint32_t i) {
  failure reason = describe_exception(std::current_exception(), id_of(s, i));
  s.type = &unborn_type();
  s.flags &= static_cast<std::uint16_t>(~state::reserved);
  fail(s, i, std::move(reason), message_index<shard_call>);
}

void* shard::allocate_object(std::size_t size, std::size_t alignment) {
  if (object_pool::pooled(size, alignment)) return objects_->take(size);
  return ::operator new(size, std::align_val_t{alignment});
}

void shard::free_object(void* object, std::size_t size, std::size_t alignment) noexcept {
  if (object_pool::pooled(size, alignment))
    objects_->give(object, size);
  else
    ::operator delete(object, std::align_val_t{alignment});
}

/// An actor that asked for its end, or was told to end, before it stood.
void shard::end_newborn(slot& s, actor_id id) {
  s.flags &= static_cast<std::uint16_t>(~state::stop_soon);
  exit_kind how = s.cold != nullptr ? std::exchange(s.cold->ended_early, exit_kind::normal) : exit_kind::normal;
  if (how == exit_kind::killed)
    kill(id);
  else
    urgent({urgent_step::what::stop, how, id, {}});
}

extras& shard::cold(slot& s) {
  if (s.cold == nullptr) s.cold = new extras;
  return *s.cold;
}

actor_id shard::id_of(const slot& s, std::uint32_t index) const noexcept {
  if (s.flags & state::guest) return s.cold->elsewhere;
  return {place_, index, s.generation};
}

/// Children that the destructor of their parent has spawned.
void shard::stop_orphans(slot& s) {
  while (s.last_child != nobody) {
    const std::uint32_t c = s.last_child;
    slot& child = *find(c);
    unlink_child(child, c);
    link_child(child, c, {});
    urgent({urgent_step::what::stop, exit_kind::shutdown, {place_, c, child.generation}, {}});
  }
}

void shard::release_slot(slot& s, std::uint32_t i) {
  if (s.last_child != nobody) stop_orphans(s);
  // A guest is counted at its home.
  const bool counted_here = (s.flags & (state::guest | state::departed)) == 0;
  delete s.cold;
  s.cold = nullptr;
  s.type = nullptr;
  s.flags = state::vacant;
  s.marks = 0;
  s.waiting = 0;
  // Generation 0 names nobody.
  if (++s.generation == 0) s.generation = 1;
  const std::uint64_t left = live_.load(std::memory_order_relaxed) - (counted_here ? 1 : 0);
  live_.store(left, std::memory_order_relaxed);
  if (is_twin()) return; // its slots are the place's, and given out there
  if (left == 0) in_use_.store(false, std::memory_order_release);
  free_slots_.push_back(i);
  if (free_slots_.size() < 2 * reservable_stock) return;
  // All beyond a small stock go to those who reserve from other threads, so that their births reuse
  // slots as well; `allocate_slot` takes from there before it takes fresh ones.
  spin_guard guard{reserve_lock_};
  while (free_slots_.size() > reservable_stock) {
    std::uint32_t k = free_slots_.back();
    free_slots_.pop_back();
    reservable_.push_back(std::uint64_t{k} << 32 | find(k)->generation);
  }
}

} // namespace actors::detail
