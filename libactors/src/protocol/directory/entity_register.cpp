// SPDX-License-Identifier: BSD-3-Clause
#include "entity_register.hpp"

#include <iterator>

namespace actors::protocol {

entity_register::entry* entity_register::find(std::string_view key) {
  const auto found = index_.find(key);
  return found != index_.end() ? &*found->second : nullptr;
}

entity_register::entry* entity_register::any_of(node_id host) {
  const auto found = by_host_.find(host);
  return found != by_host_.end() ? &found->second.front() : nullptr;
}

entity_register::entry& entity_register::add(std::string key, actor_id id, node_id host) {
  entries& there = by_host_[host];
  there.push_back({std::move(key), id, host, 0});
  const auto at = std::prev(there.end());
  index_.emplace(at->key, at);
  return *at;
}

void entity_register::remove(entry& gone) {
  const auto at = index_.find(gone.key);
  const entries::iterator place = at->second;
  const node_id host = gone.host;
  index_.erase(at);
  by_host_.find(host)->second.erase(place);
  leave_host(host);
}

void entity_register::move(entry& what, node_id host) {
  const node_id before = what.host;
  entries& to = by_host_[host];
  to.splice(to.end(), by_host_.find(before)->second, index_.find(what.key)->second);
  what.host = host;
  leave_host(before);
}

void entity_register::leave_host(node_id host) {
  const auto there = by_host_.find(host);
  if (there != by_host_.end() && there->second.empty())
    by_host_.erase(there);
}

} // namespace actors::protocol
