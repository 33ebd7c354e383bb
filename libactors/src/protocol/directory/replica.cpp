// SPDX-License-Identifier: BSD-3-Clause
#include "replica.hpp"

#include <iterator>
#include <utility>

namespace actors::protocol {

const known_name* replica::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found != index_.end() ? &found->second->what : nullptr;
}

bool replica::has_stale() const noexcept {
  return is_sweeping_ && !entries_.empty() && entries_.front().walk != walk_;
}

void replica::begin() noexcept {
  ++walk_;
  is_sweeping_ = false;
}

/// Versions of different terms have nothing to do with each other; those of one walk and of what
/// follows it do.
replica::effect replica::known(known_name what, std::uint64_t version) {
  const auto found = index_.find(what.name);
  if (found == index_.end()) {
    entries_.push_back({std::move(what), version, walk_});
    const auto at = std::prev(entries_.end());
    index_.emplace(at->what.name, at);
    return {{}, true};
  }
  entry& e = *found->second;
  if (e.walk == walk_ && e.version >= version)
    return {};
  e.version = version;
  e.walk = walk_;
  entries_.splice(entries_.end(), entries_, found->second);
  if (e.what.id == what.id && e.what.type == what.type)
    return {};
  const actor_id before = std::exchange(e.what.id, what.id);
  e.what.type = std::move(what.type);
  return {before, true};
}

replica::effect replica::gone(std::string_view name, std::uint64_t version) {
  const auto found = index_.find(name);
  if (found == index_.end() || (found->second->walk == walk_ && found->second->version > version))
    return {};
  return drop(name);
}

replica::effect replica::drop(std::string_view name) {
  const auto found = index_.find(name);
  if (found == index_.end())
    return {};
  const auto at = found->second;
  const actor_id before = at->what.id;
  index_.erase(found);
  entries_.erase(at);
  return {before, false};
}

std::vector<known_name> replica::sweep(std::size_t count) {
  std::vector<known_name> swept;
  for (; count != 0 && has_stale(); --count) {
    index_.erase(entries_.front().what.name);
    swept.push_back(std::move(entries_.front().what));
    entries_.pop_front();
  }
  return swept;
}

} // namespace actors::protocol
