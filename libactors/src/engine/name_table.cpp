// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/name_table.hpp>

#include <actors/detail/actor_type.hpp>

namespace actors::detail {

namespace {

bool has_slash(std::string_view name) { return name.find('/') != name.npos; }

} // namespace

name_table::entry*& name_table::first_of(actor_id id) {
  if (id.shard() >= of_slot_.size()) of_slot_.resize(id.shard() + 1);
  auto& slots = of_slot_[id.shard()];
  if (id.slot >= slots.size()) slots.resize(id.slot + id.slot / 2 + 1);
  return slots[id.slot];
}

expected<void> name_table::add(std::string name, actor_id id, const actor_type* type) {
  if (name.empty())
    return tl::make_unexpected(failure{errc::invalid_argument, id, "a name must not be empty", name});
  spin_guard guard{lock_};
  if (const actor_id other = find_below(name).first; other && other != id)
    return tl::make_unexpected(failure{errc::name_taken, other, "the name is taken", name});
  if (const auto far = far_.find(name); far != far_.end())
    return tl::make_unexpected(failure{errc::name_taken, far->second.id, "the name is taken", name});
  auto [at, fresh] = names_.try_emplace(std::move(name));
  entry& e = at->second;
  if (!fresh && e.id != id) return tl::make_unexpected(failure{errc::name_taken, e.id, "the name is taken", at->first});
  if (!fresh) return {};
  if (has_slash(at->first)) ++with_slash_;
  entry*& first = first_of(id);
  e = {id, type, &at->first, first};
  first = &e;
  return {};
}

bool name_table::remove(std::string_view name, actor_id id) {
  spin_guard guard{lock_};
  auto at = names_.find(std::string{name});
  if (at == names_.end() || at->second.id != id) return false;
  entry** link = &first_of(id);
  while (*link != &at->second) link = &(*link)->next;
  *link = at->second.next;
  if (has_slash(name)) --with_slash_;
  names_.erase(at);
  return true;
}

void name_table::remove_all(actor_id id) {
  spin_guard guard{lock_};
  for (entry** link = &first_of(id); *link != nullptr;) {
    entry* e = *link;
    if (e->id == id) {
      *link = e->next;
      if (has_slash(*e->name)) --with_slash_;
      names_.erase(names_.find(*e->name));
    } else {
      link = &e->next;
    }
  }
  std::erase_if(directories_, [&](const auto& d) { return d.second.owner == id; });
}

name_table::found name_table::find(const std::string& name) const {
  spin_guard guard{lock_};
  auto at = names_.find(name);
  const auto [id, type] = at == names_.end() ? find_below(name) : std::pair{at->second.id, at->second.type};
  if (id) return {id, type != nullptr ? std::string{type->name} : std::string{}};
  const auto far = far_.find(name);
  return far == far_.end() ? found{} : far->second;
}

void name_table::put_far(const std::string& name, actor_id id, const std::string& type) {
  spin_guard guard{lock_};
  far_[name] = {id, type};
}

void name_table::drop_far(const std::string& name, actor_id id) {
  spin_guard guard{lock_};
  const auto at = far_.find(name);
  if (at != far_.end() && at->second.id == id) far_.erase(at);
}

// -- directories --------------------------------------------------------------------------------------

/// Requires: locked. Directories have locks of their own, taken under this one, never the other way.
std::pair<actor_id, const actor_type*> name_table::find_below(std::string_view name) const {
  const auto slash = name.rfind('/');
  if (slash == name.npos || directories_.empty()) return {};
  auto at = directories_.find(std::string{name.substr(0, slash)});
  return at == directories_.end() ? std::pair<actor_id, const actor_type*>{}
                                  : at->second.names->find(name.substr(slash + 1));
}

expected<void> name_table::add_directory(std::string prefix, actor_id owner, std::shared_ptr<name_directory> names) {
  spin_guard guard{lock_};
  auto [at, fresh] = directories_.try_emplace(std::move(prefix), owned_directory{owner, nullptr});
  if (at->second.owner != owner)
    return tl::make_unexpected(failure{errc::name_taken, at->second.owner, "the name is taken", at->first});
  at->second.names = std::move(names);
  return {};
}

std::shared_ptr<name_directory> name_table::directory(const std::string& prefix) const {
  spin_guard guard{lock_};
  auto at = directories_.find(prefix);
  return at == directories_.end() ? nullptr : at->second.names;
}

bool name_table::has_below(const std::string& prefix, std::string_view leaf) const {
  spin_guard guard{lock_};
  if (with_slash_ == 0) return false;
  return names_.contains(prefix + '/' + std::string{leaf});
}

} // namespace actors::detail
