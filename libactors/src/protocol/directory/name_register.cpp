// SPDX-License-Identifier: BSD-3-Clause
#include "name_register.hpp"

#include <algorithm>
#include <iterator>

namespace actors::protocol {

const name_register::entry* name_register::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found != index_.end() ? &*found->second : nullptr;
}

const name_register::entry* name_register::any_of(node_id host) const {
  const auto found = by_host_.find(host);
  return found != by_host_.end() ? &found->second.front() : nullptr;
}

directory_item name_register::change_after(std::uint64_t version) const {
  const auto& [number, what] = *changes_.upper_bound(version);
  directory_item item;
  item.number = number;
  if (what.present == nullptr) {
    item.kind = item_kind::name_gone;
    item.key = what.gone;
    return item;
  }
  item.kind = item_kind::name_known;
  item.key = what.present->name;
  item.text = what.present->type;
  item.id = what.present->holder;
  item.where = what.present->host;
  return item;
}

const name_register::entry& name_register::add(std::string name, std::string type, actor_id holder,
                                               node_id host) {
  entries& there = by_host_[host];
  there.push_back({std::move(name), std::move(type), holder, host, ++latest_});
  const auto at = std::prev(there.end());
  index_.emplace(at->name, at);
  changes_.emplace_hint(changes_.end(), latest_, change{&*at});
  return *at;
}

void name_register::remove(const entry& gone) {
  const auto at = index_.find(gone.name);
  const entries::iterator place = at->second;
  changes_.erase(place->version);
  index_.erase(at);
  changes_.emplace_hint(changes_.end(), ++latest_, change{nullptr, std::move(place->name)});
  gone_.push_back(latest_);
  const auto there = by_host_.find(place->host);
  there->second.erase(place);
  if (there->second.empty())
    by_host_.erase(there);
  if (gone_.size() > std::max(max_gone_, size())) {
    floor_ = gone_.front();
    changes_.erase(gone_.front());
    gone_.pop_front();
  }
}

} // namespace actors::protocol
