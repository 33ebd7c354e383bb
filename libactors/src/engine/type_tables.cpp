// SPDX-License-Identifier: BSD-3-Clause
//
// The process-wide tables of message and actor types. They fill while the program starts; a shared
// library that is loaded later may add to them.
#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include <actors/detail/actor_type.hpp>
#include <actors/detail/spin_lock.hpp>

namespace actors::detail {

namespace {

constexpr std::uint32_t most_types = 1U << 16;

struct tables {
  spin_lock lock; // guards registration; readers use indices they were given
  std::atomic<std::uint32_t> message_count{0};
  std::uint32_t actor_count = 0;
  std::vector<std::unique_ptr<handler[]>> handlers;
  std::unordered_map<std::string_view, const actor_type*> actors;
  std::unordered_map<std::string_view, const message_type*> messages;
};

// Zero before any constructor runs, so types may register during static initialisation.
constinit const message_type* messages_by_index[most_types] = {};

tables& all() {
  static tables t;
  return t;
}

} // namespace

std::uint32_t register_message_type(message_type& type) {
  tables& t = all();
  spin_guard guard{t.lock};
  std::uint32_t i = t.message_count.load(std::memory_order_relaxed);
  type.index = i;
  messages_by_index[i] = &type;
  t.messages.emplace(type.name, &type);
  t.message_count.store(i + 1, std::memory_order_release);
  return i;
}

const message_type& message_type_at(std::uint32_t index) noexcept { return *messages_by_index[index]; }

std::uint32_t message_type_count() noexcept {
  return all().message_count.load(std::memory_order_acquire);
}

std::uint32_t register_actor_type(actor_type& type, const handler_entry* entries, std::size_t count) {
  tables& t = all();
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < count; ++i) end = std::max(end, entries[i].message + 1);
  auto table = std::make_unique<handler[]>(end);
  for (std::size_t i = 0; i < count; ++i) table[entries[i].message] = entries[i].function;
  spin_guard guard{t.lock};
  type.handlers = table.get();
  type.handler_count = end;
  type.index = t.actor_count++;
  t.handlers.push_back(std::move(table));
  t.actors.emplace(type.name, &type);
  return type.index;
}

const actor_type* find_actor_type(std::string_view name) {
  tables& t = all();
  spin_guard guard{t.lock};
  const auto at = t.actors.find(name);
  return at == t.actors.end() ? nullptr : at->second;
}

const message_type* find_message_type(std::string_view name) {
  tables& t = all();
  spin_guard guard{t.lock};
  const auto at = t.messages.find(name);
  return at == t.messages.end() ? nullptr : at->second;
}

} // namespace actors::detail
