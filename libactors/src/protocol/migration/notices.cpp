// SPDX-License-Identifier: BSD-3-Clause
#include "notices.hpp"

#include <algorithm>
#include <utility>

namespace actors::protocol {

namespace {

using sorted_notices =
    std::map<std::tuple<migration_kind, move_id, node_id>, std::vector<migration_item>>;

void sort_in(sorted_notices& to, const migration_notice& n) {
  to[{n.kind, n.move, n.target}].push_back(n.what);
}

void send(migration_desk& desk, node_id to, sorted_notices&& texts) {
  for (auto& [head, items] : texts) {
    const auto& [kind, move, target] = head;
    desk.send(kind, to, move, target, std::move(items));
  }
}

} // namespace

duration migration_notices::wake_at() const noexcept {
  duration at = duration::max();
  for (const auto& [to, b] : boxes_)
    at = std::min(at, b.again.at());
  return at;
}

std::vector<node_id> migration_notices::owed(const actor_id& id) const {
  std::vector<node_id> result;
  for (const auto& [to, b] : boxes_)
    if (b.open.contains(id))
      result.push_back(to);
  return result;
}

const migration_notice* migration_notices::find(node_id to, const actor_id& id) const {
  const auto b = boxes_.find(to);
  if (b == boxes_.end())
    return nullptr;
  const auto found = b->second.open.find(id);
  return found != b->second.open.end() ? &found->second : nullptr;
}

void migration_notices::put(node_id to, migration_notice what) {
  box& b = boxes_[to];
  b.fresh.push_back(what.what.id);
  const actor_id id = what.what.id;
  size_ += b.open.insert_or_assign(id, std::move(what)).second ? 1 : 0;
  b.again.ensure(desk_->now, desk_->options);
}

bool migration_notices::noted(const migration_message& text, const migration_item& item) {
  const auto b = boxes_.find(text.from);
  if (b == boxes_.end())
    return false;
  const auto found = b->second.open.find(item.id);
  if (found == b->second.open.end() || found->second.kind != text.about ||
      found->second.move != text.move || found->second.what.epoch != item.epoch)
    return false;
  b->second.open.erase(found);
  --size_;
  if (b->second.open.empty())
    boxes_.erase(b);
  else
    b->second.again.start(desk_->now, desk_->options);
  return true;
}

std::vector<migration_notice> migration_notices::node_lost(node_id id) {
  std::vector<migration_notice> result;
  const auto b = boxes_.find(id);
  if (b == boxes_.end())
    return result;
  for (auto& [actor, n] : b->second.open)
    result.push_back(std::move(n));
  size_ -= result.size();
  boxes_.erase(b);
  return result;
}

void migration_notices::send_all(node_id to, const box& from) {
  sorted_notices texts;
  for (const auto& [id, n] : from.open)
    if (n.kind != migration_kind::settled || !desk_->has(migration_plant::settled_not_resent))
      sort_in(texts, n);
  send(*desk_, to, std::move(texts));
}

void migration_notices::link_opened(node_id id) {
  const auto b = boxes_.find(id);
  if (b == boxes_.end())
    return;
  b->second.fresh.clear();
  b->second.again.start(desk_->now, desk_->options);
  send_all(id, b->second);
}

void migration_notices::tick() {
  for (auto& [to, b] : boxes_) {
    if (!b.again.is_due(desk_->now))
      continue;
    b.fresh.clear();
    b.again.again(desk_->now, desk_->options);
    send_all(to, b);
  }
}

void migration_notices::flush() {
  for (auto& [to, b] : boxes_) {
    if (b.fresh.empty())
      continue;
    sorted_notices texts;
    for (const actor_id& id : std::exchange(b.fresh, {}))
      if (const auto found = b.open.find(id); found != b.open.end())
        sort_in(texts, found->second);
    send(*desk_, to, std::move(texts));
  }
}

} // namespace actors::protocol
