// SPDX-License-Identifier: BSD-3-Clause
#include "holdings.hpp"

#include <iterator>
#include <utility>

namespace actors::protocol {

const holdings::name* holdings::find_name(std::string_view text) const {
  const auto found = by_name_.find(text);
  return found != by_name_.end() ? &*found->second : nullptr;
}

const holdings::entity* holdings::find_entity(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found != by_key_.end() ? &*found->second : nullptr;
}

const holdings::name* holdings::any_of(actor_id holder) const {
  const auto found = by_holder_.lower_bound({holder, nullptr});
  return found != by_holder_.end() && found->first == holder ? found->second : nullptr;
}

const holdings::entity* holdings::entity_of(actor_id id) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() ? &*found->second : nullptr;
}

void holdings::add(name granted) {
  names_.push_back(std::move(granted));
  const auto at = std::prev(names_.end());
  by_name_.emplace(at->text, at);
  by_holder_.emplace(at->holder, &*at);
}

void holdings::remove(const name& released) {
  const auto found = by_name_.find(released.text);
  const auto at = found->second;
  by_holder_.erase({at->holder, &*at});
  by_name_.erase(found);
  if (next_name_ == at)
    ++next_name_;
  names_.erase(at);
}

void holdings::add_activation(std::string key, std::uint64_t ticket) {
  entities_.push_back({std::move(key), {}, ticket});
  const auto at = std::prev(entities_.end());
  by_key_.emplace(at->key, at);
}

bool holdings::activated(std::string_view key, std::uint64_t ticket, actor_id id) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->ticket != ticket || found->second->id)
    return false;
  found->second->id = id;
  by_id_.emplace(id, found->second);
  return true;
}

void holdings::remove(const entity& ended) {
  const auto found = by_key_.find(ended.key);
  const auto at = found->second;
  if (const auto by_id = by_id_.find(at->id); by_id != by_id_.end() && by_id->second == at)
    by_id_.erase(by_id);
  by_key_.erase(found);
  if (next_entity_ == at)
    ++next_entity_;
  entities_.erase(at);
}

void holdings::begin_report() {
  next_name_ = names_.begin();
  next_entity_ = entities_.begin();
}

std::optional<directory_item> holdings::next_report() {
  std::optional<directory_item> next;
  if (next_name_ != names_.end()) {
    next.emplace().kind = item_kind::holds_name;
    next->key = next_name_->text;
    next->text = next_name_->type;
    next->id = next_name_->holder;
    ++next_name_;
    return next;
  }
  while (options_->plant == planted::activations_unreported && next_entity_ != entities_.end() &&
         !next_entity_->id)
    ++next_entity_;
  if (next_entity_ == entities_.end())
    return next;
  next.emplace().kind = next_entity_->id ? item_kind::holds_entity : item_kind::activates_entity;
  next->key = next_entity_->key;
  next->id = next_entity_->id;
  ++next_entity_;
  return next;
}

} // namespace actors::protocol
