// SPDX-License-Identifier: BSD-3-Clause
//
// Envelopes and the chunked queue they lie in.
//
//   envelope:  0 type  4 units  6 flags  8 slot  12 generation  16 sender (16 bytes)
//              32 [request, count of a router: 8 bytes each, where flags has `asks`, `answers` or
//              `routed`]  then the payload
//
// All sizes are multiples of 16. An envelope is written once, in place, at the end of a chunk, handled
// where it lies, and never copied on the ordinary path; whole chunks change hands between shards.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <actors/detail/message_type.hpp>
#include <actors/detail/routed_count.hpp>
#include <actors/id.hpp>

namespace actors::detail {

namespace flag {
/// A request follows the header; the receiver owes an answer.
inline constexpr std::uint16_t asks = 1;
/// A request follows the header; this is the answer to it.
inline constexpr std::uint16_t answers = 2;
/// Of an answer: the payload is a `failure`.
inline constexpr std::uint16_t failed = 4;
/// For the shard itself, about the actor in the slot.
inline constexpr std::uint16_t system = 8;
/// The count of a router follows the header, which ends with the message.
inline constexpr std::uint16_t routed = 32;
/// What the system has to say (the end of a child, an outcome): goes past the bounds of mailboxes.
inline constexpr std::uint16_t vital = 64;
inline constexpr std::uint16_t has_request = asks | answers | routed;
} // namespace flag

struct alignas(16) envelope {
  std::uint32_t type;
  std::uint16_t units;
  std::uint16_t flags;
  std::uint32_t slot;
  std::uint32_t generation;
  actor_id sender;

  static constexpr std::uint32_t header = 32;
  static constexpr std::uint32_t request_size = 16;

  [[nodiscard]] std::uint32_t size() const noexcept { return std::uint32_t{units} * 16; }
  [[nodiscard]] bool is(std::uint16_t f) const noexcept { return (flags & f) != 0; }
  [[nodiscard]] std::uint64_t request() const noexcept {
    return is(flag::has_request)
               ? *reinterpret_cast<const std::uint64_t*>(reinterpret_cast<const char*>(this) + header)
               : 0;
  }
  [[nodiscard]] routed_count* routed() const noexcept {
    return is(flag::routed)
               ? *reinterpret_cast<routed_count* const*>(reinterpret_cast<const char*>(this) + header + 8)
               : nullptr;
  }
  [[nodiscard]] void* payload() noexcept {
    return reinterpret_cast<char*>(this) + header + (is(flag::has_request) ? request_size : 0);
  }
};
static_assert(sizeof(envelope) == envelope::header);

/// What a sender says about a message before its payload is built.
struct message_head {
  std::uint32_t type = 0;
  std::uint16_t flags = 0;
  actor_id target;
  actor_id sender;
  std::uint64_t request = 0;
  /// With `flag::routed`: whoever ends the message ends this.
  routed_count* routed = nullptr;
};

/// The head of a message that is handed on to `target` as it is.
inline message_head head_of(const envelope& e, const actor_id& target) noexcept {
  return {e.type, e.flags, target, e.sender, e.request(), e.routed()};
}

constexpr std::uint32_t envelope_size(std::size_t payload, std::uint16_t flags) noexcept {
  std::size_t n = envelope::header + ((flags & flag::has_request) ? envelope::request_size : 0) + payload;
  return static_cast<std::uint32_t>((n + 15) / 16 * 16);
}

inline void write_header(envelope* e, const message_head& head, std::uint32_t size) noexcept {
  e->type = head.type;
  e->units = static_cast<std::uint16_t>(size / 16);
  e->flags = head.flags;
  e->slot = head.target.slot;
  e->generation = head.target.generation;
  e->sender = head.sender;
  if (head.flags & flag::has_request)
    *reinterpret_cast<std::uint64_t*>(reinterpret_cast<char*>(e) + envelope::header) = head.request;
  if (head.flags & flag::routed)
    *reinterpret_cast<routed_count**>(reinterpret_cast<char*>(e) + envelope::header + 8) = head.routed;
}

/// The count that the message carries; whoever takes it ends it.
[[nodiscard]] inline routed_count* take_routed(envelope& e) noexcept {
  return e.is(flag::routed) ? std::exchange(*reinterpret_cast<routed_count**>(reinterpret_cast<char*>(&e) +
                                                                              envelope::header + 8), nullptr)
                            : nullptr;
}

/// Whoever asked has been answered already.
inline void clear_request(envelope& e) noexcept {
  *reinterpret_cast<std::uint64_t*>(reinterpret_cast<char*>(&e) + envelope::header) = 0;
}

/// Moves an envelope with its payload; the old memory holds nothing afterwards.
inline void relocate(envelope* to, envelope* from) noexcept {
  const message_type& type = message_type_at(from->type);
  auto head = static_cast<std::size_t>(static_cast<char*>(from->payload()) - reinterpret_cast<char*>(from));
  if (type.relocate == nullptr) {
    __builtin_memcpy(static_cast<void*>(to), from, from->size());
    return;
  }
  __builtin_memcpy(static_cast<void*>(to), from, head);
  type.relocate(to->payload(), from->payload());
}

inline void destroy_payload(envelope& e) noexcept {
  if (auto destroy = message_type_at(e.type).destroy) destroy(e.payload());
}

/// A block of memory that envelopes lie in, first to last.
struct alignas(16) chunk {
  chunk* next = nullptr;
  std::uint32_t capacity = 0;
  std::uint32_t used = 0;
  /// The shard that filled it.
  std::uint32_t source = 0;
  std::uint32_t reserved = 0;

  [[nodiscard]] char* begin() noexcept { return reinterpret_cast<char*>(this + 1); }
};

/// Chunk sizes: small ones for sparse traffic, so that a waiting message does not hold 64 KiB.
inline constexpr std::uint32_t chunk_sizes[] = {1024, 8192, 65536};
inline constexpr std::uint32_t chunk_classes = 3;

/// A pool of chunks of one owner thread, with a bounded stock per size.
class chunk_pool {
public:
  chunk_pool() = default;
  chunk_pool(const chunk_pool&) = delete;
  chunk_pool& operator=(const chunk_pool&) = delete;
  ~chunk_pool();

  [[nodiscard]] chunk* take(std::uint32_t size_class) {
    chunk* c = stock_[size_class].first;
    if (c == nullptr) return make(size_class);
    stock_[size_class].first = c->next;
    --stock_[size_class].count;
    c->next = nullptr;
    c->used = 0;
    return c;
  }
  void give(chunk* c) noexcept;
  /// A chunk from the heap, for threads without a pool. Freed with `release`.
  [[nodiscard]] static chunk* make(std::uint32_t size_class);
  static void release(chunk* c) noexcept;

private:
  struct stock {
    chunk* first = nullptr;
    std::uint32_t count = 0;
  };
  stock stock_[chunk_classes];
};

/// FIFO of envelopes in chunks. One thread. The envelope that `front` shows stays where it is until
/// `pop`, whatever is appended meanwhile.
class envelope_queue {
public:
  explicit envelope_queue(std::uint32_t first_class = 0) : first_class_{first_class}, class_{first_class} {}
  envelope_queue(const envelope_queue&) = delete;
  envelope_queue& operator=(const envelope_queue&) = delete;

  /// Room for one envelope of `size` bytes at the end; the caller fills it at once.
  [[nodiscard]] envelope* append(std::uint32_t size, chunk_pool& pool) {
    if (static_cast<std::size_t>(limit_ - write_) < size) grow(size, pool);
    auto* e = reinterpret_cast<envelope*>(write_);
    write_ += size;
    return e;
  }
  /// Takes back the envelope appended last (its payload could not be built).
  void retract(std::uint32_t size) noexcept { write_ -= size; }

  /// The oldest envelope, or null. Memory of handled chunks goes back to `pool`.
  [[nodiscard]] envelope* front(chunk_pool& pool) {
    if (read_ != read_end_) return reinterpret_cast<envelope*>(read_);
    if (first_ == last_ && read_ != write_) {
      read_end_ = write_;
      return reinterpret_cast<envelope*>(read_);
    }
    return refill(pool);
  }
  void pop(envelope* e) noexcept { read_ += e->size(); }

  /// Shows what waits, oldest first, until `f` says false.
  template <class F>
  void for_each(F&& f) {
    char* at = read_;
    for (chunk* c = first_; c != nullptr; c = c->next, at = c == nullptr ? nullptr : c->begin()) {
      char* end = c == last_ ? write_ : c->begin() + c->used;
      while (at != end) {
        auto* e = reinterpret_cast<envelope*>(at);
        at += e->size();
        if (!f(*e)) return;
      }
    }
  }

  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr || (first_ == last_ && read_ == write_); }
  /// Frees all memory. Requires: every payload has been handled or destroyed.
  void clear(chunk_pool& pool) noexcept;

private:
  void grow(std::uint32_t size, chunk_pool& pool);
  envelope* refill(chunk_pool& pool);

  char* read_ = nullptr;
  char* read_end_ = nullptr;
  char* write_ = nullptr;
  char* limit_ = nullptr;
  chunk* first_ = nullptr;
  chunk* last_ = nullptr;
  std::uint32_t first_class_;
  std::uint32_t class_;
};

} // namespace actors::detail
