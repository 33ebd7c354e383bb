// SPDX-License-Identifier: BSD-3-Clause

#include <actors/archive.hpp>

#include "large_blocks.hpp"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <unordered_map>

namespace actors {

namespace {

/// The bit with which cereal marks the first appearance of a pointer or a name.
constexpr std::uint32_t first_time = 0x80000000;

} // namespace

archive_error::archive_error(const std::string& what, std::size_t offset)
    : std::runtime_error("archive: " + what + " (at byte " + std::to_string(offset) + ")"),
      offset_(offset) {}

namespace {

/// Memory of so many bytes is a block if they are as many as a block has.
void release(std::byte* memory, std::size_t capacity) noexcept {
  if (capacity >= detail::large_blocks::smallest)
    detail::large_blocks::give_back({memory, capacity});
  else
    std::free(memory);
}

} // namespace

buffer::~buffer() { release(data_, capacity_); }

void buffer::reallocate(std::size_t capacity) {
  if (capacity < detail::large_blocks::smallest) {
    auto* grown = static_cast<std::byte*>(std::realloc(data_, capacity));
    if (grown == nullptr)
      throw std::bad_alloc();
    data_ = grown;
    capacity_ = capacity;
    return;
  }
  const auto block = detail::large_blocks::take(capacity);
  if (block.memory == nullptr)
    throw std::bad_alloc();
  // More than the size may have been written: a writer tells it at its end.
  if (capacity_ != 0)
    std::memcpy(block.memory, data_, capacity_);
  release(data_, capacity_);
  data_ = static_cast<std::byte*>(block.memory);
  capacity_ = block.size;
}

struct writer::tracking {
  // Holds the pointers, so that no address is used twice while the archive lives.
  std::vector<std::shared_ptr<const void>> kept;
  std::unordered_map<const void*, std::uint32_t> pointers;
  std::unordered_map<std::string_view, std::uint32_t> names;
};

void writer::forget(tracking* t) noexcept { delete t; }

std::uint32_t writer::registerSharedPointer(const std::shared_ptr<const void>& pointer) {
  if (pointer == nullptr)
    return 0;
  if (tracking_ == nullptr)
    tracking_ = new tracking;
  const auto next = static_cast<std::uint32_t>(tracking_->pointers.size() + 1);
  const auto [at, added] = tracking_->pointers.try_emplace(pointer.get(), next);
  if (!added)
    return at->second;
  tracking_->kept.push_back(pointer);
  return next | first_time;
}

std::uint32_t writer::registerPolymorphicType(const char* name) {
  if (tracking_ == nullptr)
    tracking_ = new tracking;
  const auto next = static_cast<std::uint32_t>(tracking_->names.size() + 1);
  const auto [at, added] = tracking_->names.try_emplace(name, next);
  return added ? next | first_time : at->second;
}

void writer::pad(std::size_t to) {
  if (const std::size_t at = size(); at < to)
    std::memset(claim(to - at), 0, to - at);
}

void writer::write_long_size(std::uint64_t n) {
  std::byte bytes[10];
  std::size_t count = 0;
  for (; n >= 0x80; n >>= 7)
    bytes[count++] = static_cast<std::byte>(n | 0x80);
  bytes[count++] = static_cast<std::byte>(n);
  write({bytes, count});
}

void writer::fail(const char* what) const { throw archive_error(what, size()); }

void writer::grow(std::size_t more) {
  const std::size_t used = size();
  const std::span<std::byte> memory = grow_(context_, {begin_, used}, more);
  begin_ = memory.data();
  cur_ = begin_ + used;
  end_ = begin_ + memory.size();
}

std::span<std::byte> writer::grow_buffer(void* context, std::span<std::byte> used,
                                         std::size_t more) {
  auto& out = *static_cast<buffer*>(context);
  const std::size_t doubled = out.capacity() * 2;
  const std::size_t needed = used.size() + more;
  out.reserve(needed < doubled ? doubled : needed < 64 ? 64 : needed);
  return {out.data(), out.capacity()};
}

std::span<std::byte> writer::refuse_to_grow(void*, std::span<std::byte> used, std::size_t) {
  throw archive_error("the memory is full", used.size());
}

struct reader::tracking {
  struct object {
    std::shared_ptr<void> pointer;
    const void* type;
    bool usable;
  };
  std::unordered_map<std::uint32_t, std::size_t> index;
  std::vector<object> objects;
  std::unordered_map<std::uint32_t, std::string> names;
};

void reader::forget(tracking* t) noexcept { delete t; }

void reader::registerSharedPointer(std::uint32_t id, std::shared_ptr<void> pointer) {
  if (tracking_ == nullptr)
    tracking_ = new tracking;
  if (!tracking_->index.try_emplace(id & ~first_time, tracking_->objects.size()).second)
    fail("two shared pointers have the same number");
  tracking_->objects.push_back({std::move(pointer), pointee_.type, pointee_.usable_at_once});
}

std::shared_ptr<void> reader::getSharedPointer(std::uint32_t id) const {
  if (id == 0)
    return nullptr;
  if (tracking_ == nullptr)
    fail("a shared pointer refers to none before it");
  const auto at = tracking_->index.find(id);
  if (at == tracking_->index.end())
    fail("a shared pointer refers to none before it");
  const auto& object = tracking_->objects[at->second];
  if (object.type != pointee_.type)
    fail("a shared pointer refers to an object of another type");
  if (!object.usable)
    fail("a shared pointer refers to an object that is not complete");
  return object.pointer;
}

std::size_t reader::shared_pointers() const noexcept {
  return tracking_ == nullptr ? 0 : tracking_->objects.size();
}

void reader::complete_shared_pointer(std::size_t index) noexcept {
  if (index < shared_pointers())
    tracking_->objects[index].usable = true;
}

std::string reader::getPolymorphicName(std::uint32_t id) const {
  if (tracking_ != nullptr)
    if (const auto at = tracking_->names.find(id); at != tracking_->names.end())
      return at->second;
  fail("a polymorphic type has no name");
}

void reader::registerPolymorphicName(std::uint32_t id, const std::string& name) {
  if (tracking_ == nullptr)
    tracking_ = new tracking;
  tracking_->names.insert_or_assign(id & ~first_time, name);
}

std::uint64_t reader::read_long_size(std::uint64_t first) {
  std::uint64_t n = first & 0x7f;
  for (unsigned shift = 7; shift < 64; shift += 7) {
    const auto next = static_cast<std::uint64_t>(*take(1));
    if (next == 0 || (shift == 63 && next > 1))
      break;
    n |= (next & 0x7f) << shift;
    if (next < 0x80)
      return n;
  }
  fail("a size is not in its shortest form");
}

void reader::skip_padding(std::size_t to) {
  while (offset() < to)
    if (*take(1) != std::byte{0})
      fail("padding is not zero");
}

void reader::fail(const char* what) const { throw archive_error(what, offset()); }

void reader::fail_in_custom(const std::exception& reason) const {
  throw archive_error(reason.what(), offset());
}

} // namespace actors
