// SPDX-License-Identifier: BSD-3-Clause
#include <actors/detail/name_table.hpp>

namespace actors::detail {

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
  auto [at, fresh] = names_.try_emplace(std::move(name));
  entry& e = at->second;
  if (!fresh && e.id != id) return tl::make_unexpected(failure{errc::name_taken, e.id, "the name is taken", at->first});
  if (!fresh) return {};
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
  names_.erase(at);
  return true;
}

void name_table::remove_all(actor_id id) {
  spin_guard guard{lock_};
  for (entry** link = &first_of(id); *link != nullptr;) {
    entry* e = *link;
    if (e->id == id) {
      *link = e->next;
      names_.erase(names_.find(*e->name));
    } else {
      link = &e->next;
    }
  }
}

std::pair<actor_id, const actor_type*> name_table::find(const std::string& name) const {
  spin_guard guard{lock_};
  auto at = names_.find(name);
  return at == names_.end() ? std::pair<actor_id, const actor_type*>{} : std::pair{at->second.id, at->second.type};
}

} // namespace actors::detail
