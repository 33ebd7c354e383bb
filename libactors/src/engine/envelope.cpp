// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/envelope.hpp>

#include <cstdlib>
#include <new>

namespace actors::detail {

namespace {

/// Chunks of each size kept in stock by one shard: 64 KiB, 512 KiB and 2 MiB at most.
constexpr std::uint32_t largest_stock[] = {64, 64, 32};

std::uint32_t class_of(const chunk& c) noexcept {
  std::uint32_t k = 0;
  while (k + 1 < chunk_classes && c.capacity > chunk_sizes[k] - sizeof(chunk)) ++k;
  return k;
}

} // namespace

chunk* chunk_pool::make(std::uint32_t size_class) {
  void* memory = std::aligned_alloc(64, chunk_sizes[size_class]);
  if (memory == nullptr) throw std::bad_alloc{};
  auto* c = new (memory) chunk;
  c->capacity = chunk_sizes[size_class] - static_cast<std::uint32_t>(sizeof(chunk));
  return c;
}

void chunk_pool::release(chunk* c) noexcept { std::free(c); }

void chunk_pool::give(chunk* c) noexcept {
  std::uint32_t k = class_of(*c);
  stock& s = stock_[k];
  if (s.count >= largest_stock[k]) {
    release(c);
    return;
  }
  c->next = s.first;
  s.first = c;
  ++s.count;
}

chunk_pool::~chunk_pool() {
  for (stock& s : stock_)
    while (s.first != nullptr) {
      chunk* c = s.first;
      s.first = c->next;
      release(c);
    }
}

void envelope_queue::grow(std::uint32_t size, chunk_pool& pool) {
  // A long queue takes larger chunks; a short one goes round in small ones, which stay in the cache.
  if (first_ == last_)
    class_ = first_class_;
  else if (class_ + 1 < chunk_classes)
    ++class_;
  while (chunk_sizes[class_] - sizeof(chunk) < size) ++class_;
  chunk* c = pool.take(class_);
  if (last_ == nullptr) {
    first_ = c;
    read_ = read_end_ = c->begin();
  } else {
    last_->used = static_cast<std::uint32_t>(write_ - last_->begin());
    last_->next = c;
  }
  last_ = c;
  write_ = c->begin();
  limit_ = write_ + c->capacity;
}

envelope* envelope_queue::refill(chunk_pool& pool) {
  if (first_ == nullptr) return nullptr;
  if (first_ == last_) {
    // Empty: start over at the top of the chunk, which is warm.
    write_ = read_ = read_end_ = first_->begin();
    return nullptr;
  }
  char* end = first_->begin() + first_->used;
  if (read_ != end) {
    read_end_ = end;
    return reinterpret_cast<envelope*>(read_);
  }
  chunk* done = first_;
  first_ = done->next;
  pool.give(done);
  read_ = first_->begin();
  read_end_ = first_ == last_ ? write_ : read_ + first_->used;
  return read_ != read_end_ ? reinterpret_cast<envelope*>(read_) : nullptr;
}

void envelope_queue::clear(chunk_pool& pool) noexcept {
  while (first_ != nullptr) {
    chunk* c = first_;
    first_ = c->next;
    pool.give(c);
  }
  last_ = nullptr;
  read_ = read_end_ = write_ = limit_ = nullptr;
}

} // namespace actors::detail
