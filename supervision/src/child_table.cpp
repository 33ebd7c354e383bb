// SPDX-License-Identifier: BSD-3-Clause
#include "child_table.hpp"

namespace actors::supervision::detail {

namespace {

bool counts_as_significant(const child_record& child) noexcept {
  return child.spec->significant && child.phase != phase::stopped;
}

} // namespace

std::optional<child_key> child_table::find(std::string_view id) const {
  if (!names_known_) {
    // Most supervisors are never asked for a child by its name.
    names_known_ = true;
    for (const auto& [key, child] : all_)
      if (child.named) by_name_.emplace(child.spec->id, key);
  }
  const auto found = by_name_.find(id);
  return found == by_name_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<child_key> child_table::find(actor_id id) const {
  const auto found = by_actor_.find(id);
  return found == by_actor_.end() ? std::nullopt : std::optional{found->second};
}

child_record* child_table::at(child_key key) {
  const auto found = all_.find(key);
  return found == all_.end() ? nullptr : &found->second;
}

child_table::entry* child_table::at_or_after(child_key key) {
  const auto found = all_.lower_bound(key);
  return found == all_.end() ? nullptr : &*found;
}

child_table::entry* child_table::before(child_key key) {
  const auto behind = all_.lower_bound(key);
  return behind == all_.begin() ? nullptr : &*std::prev(behind);
}

child_key child_table::add(std::shared_ptr<const child_spec> spec, naming as) {
  const child_key key = ++last_;
  if (as == naming::by_id && names_known_)
    by_name_.emplace(spec->id, key);
  entry& added = all_.append(key, child_record{.spec = std::move(spec)});
  added.second.named = as == naming::by_id;
  significant_ += counts_as_significant(added.second) ? 1 : 0;
  return key;
}

void child_table::reserve(std::size_t children) {
  all_.reserve(children);
  by_actor_.reserve(children);
}

void child_table::remove(child_key key) {
  const auto found = all_.find(key);
  child_record& child = found->second;
  set_phase(child, phase::stopped);
  set_id(key, child, {});
  // The specification may be shared, so the name may be another child's or nobody's.
  if (const auto name = by_name_.find(child.spec->id);
      name != by_name_.end() && name->second == key)
    by_name_.erase(name);
  all_.erase(found);
}

void child_table::set_phase(child_record& child, phase to) noexcept {
  significant_ -= counts_as_significant(child) ? 1 : 0;
  child.phase = to;
  significant_ += counts_as_significant(child) ? 1 : 0;
}

void child_table::set_id(child_key key, child_record& child, actor_id id) {
  if (child.id == id)
    return;
  if (child.id)
    by_actor_.erase(child.id);
  child.id = id;
  if (id)
    by_actor_[id] = key;
}

} // namespace actors::supervision::detail
