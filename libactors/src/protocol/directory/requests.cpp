// SPDX-License-Identifier: BSD-3-Clause
#include "requests.hpp"

#include <algorithm>

namespace actors::protocol {

std::optional<request_id> requests::any_of(actor_id holder) const {
  const auto found = by_holder_.lower_bound({holder, request_id::none});
  if (found == by_holder_.end() || found->first != holder)
    return std::nullopt;
  return found->second;
}

std::optional<request_id> requests::find(std::string_view name, actor_id holder) const {
  for (auto at = by_holder_.lower_bound({holder, request_id::none});
       at != by_holder_.end() && at->first == holder; ++at)
    if (claims_.at(at->second).name == name)
      return at->second;
  return std::nullopt;
}

void requests::add(request_id number, claim what) {
  by_holder_.emplace(what.holder, number);
  claims_.emplace_hint(claims_.end(), number, std::move(what));
}

std::optional<requests::claim> requests::take(request_id number) {
  auto node = claims_.extract(number);
  if (node.empty())
    return std::nullopt;
  by_holder_.erase({node.mapped().holder, number});
  return std::move(node.mapped());
}

bool requests::add_resolve(request_id number, const std::string& key) {
  ++resolving_;
  auto& waiting = keys_[key];
  waiting.push_back(number);
  return waiting.size() == 1;
}

std::vector<request_id> requests::take_resolves(const std::string& key) {
  auto node = keys_.extract(key);
  if (node.empty())
    return {};
  resolving_ -= node.mapped().size();
  return std::move(node.mapped());
}

std::vector<request_id> requests::take_all() {
  std::vector<request_id> all;
  all.reserve(size());
  for (const auto& [number, what] : std::exchange(claims_, {}))
    all.push_back(number);
  for (const auto& [key, waiting] : std::exchange(keys_, {}))
    all.insert(all.end(), waiting.begin(), waiting.end());
  by_holder_.clear();
  resolving_ = 0;
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<directory_item> requests::items() const {
  std::vector<directory_item> result;
  for (const auto& [number, what] : claims_)
    result.push_back(item_of(number, what));
  for (const auto& [key, waiting] : keys_)
    result.push_back(resolve_item(key));
  return result;
}

directory_item requests::item_of(request_id number, const claim& what) {
  directory_item item;
  item.kind = item_kind::claim;
  item.number = static_cast<std::uint64_t>(number);
  item.key = what.name;
  item.text = what.type;
  item.id = what.holder;
  return item;
}

directory_item requests::resolve_item(std::string key) {
  directory_item item;
  item.kind = item_kind::resolve;
  item.key = std::move(key);
  return item;
}

} // namespace actors::protocol
