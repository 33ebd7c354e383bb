// SPDX-License-Identifier: BSD-3-Clause
#include "child_directory.hpp"

namespace actors::supervision::detail {

using actors::detail::actor_type;
using actors::detail::spin_guard;

std::pair<actor_id, const actor_type*> child_directory::find(std::string_view leaf) const {
  spin_guard guard{lock_};
  if (!std::exchange(indexed_, true))
    for (const auto& [key, e] : entries_) index_.emplace(e.leaf, &e);
  const auto at = index_.find(leaf);
  if (at == index_.end()) return {};
  return {at->second->id, at->second->type};
}

void child_directory::add(std::uint64_t key, std::string_view leaf, actor_id id, const actor_type* type) {
  spin_guard guard{lock_};
  // One that starts again under its old key may have an actor of another id.
  if (const auto known = entries_.find(key); known != entries_.end()) {
    known->second.id = id;
    known->second.type = type;
    return;
  }
  const entry& e = entries_.append(key, {std::string{leaf}, id, type}).second;
  if (indexed_) index_.emplace(e.leaf, &e);
}

void child_directory::clear(std::uint64_t key) {
  spin_guard guard{lock_};
  if (const auto at = entries_.find(key); at != entries_.end()) at->second.id = {};
}

void child_directory::remove(std::uint64_t key) {
  spin_guard guard{lock_};
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  if (indexed_) index_.erase(at->second.leaf);
  entries_.erase(at);
}

void child_directory::for_each(const std::function<void(const std::string&, actor_id)>& f) const {
  spin_guard guard{lock_};
  for (const auto& [key, e] : entries_) f(e.leaf, e.id);
}

} // namespace actors::supervision::detail
