// SPDX-License-Identifier: BSD-3-Clause
#include "kin.hpp"

#include <algorithm>
#include <utility>

namespace actors::protocol {

void kin::receive(const migration_message& text) {
  switch (text.kind) {
  case migration_kind::intent:
    return take_intent(text);
  case migration_kind::settled:
    return take_settled(text);
  case migration_kind::withdrawn:
  case migration_kind::gone:
    return take_word(text);
  case migration_kind::handed_over:
  case migration_kind::not_here:
    return take_answer(text);
  default:
    ++desk_.refused.unknown;
  }
}

kin::intent_at kin::find(const migration_message& text, const migration_item& item) {
  const auto at = open_.find(item.id);
  const bool is_it = at != open_.end() && at->second.move == text.move &&
                     at->second.epoch == item.epoch && at->second.target == text.target;
  return is_it ? at : open_.end();
}

void kin::take_intent(const migration_message& text) {
  std::vector<migration_item> noted;
  for (const migration_item& item : text.items)
    if (open(text, item))
      noted.push_back({item.id, item.epoch});
  desk_.send(migration_kind::noted, text.from, text.move, text.target, std::move(noted), text.kind);
}

/// False: not to be acknowledged.
bool kin::open(const migration_message& text, const migration_item& item) {
  const move_stamp has{item.epoch, text.move.number};
  if (item.epoch <= desk_.epochs.of(item.id).epoch || has <= withdrawn_.of(item.id)) {
    ++desk_.refused.epochs;
    return true;
  }
  const auto at = open_.find(item.id);
  if (at != open_.end()) {
    const move_stamp had{at->second.epoch, at->second.move.number};
    if (has <= had) {
      ++desk_.refused.unknown;
      return has == had;
    }
  } else if (open_.size() >= desk_.options.max_intents) {
    ++desk_.refused.overloaded;
    return false;
  }
  intent& i = open_[item.id];
  i = {text.move, text.target, item.epoch, {}, desk_.now + desk_.options.ask_after};
  if (desk_.is_lost(i.target))
    i.ask.start(desk_.now, desk_.options);
  schedule(i);
  return true;
}

void kin::take_settled(const migration_message& text) {
  std::vector<migration_item> noted;
  for (const migration_item& item : text.items) {
    noted.push_back({item.id, item.epoch});
    if (item.epoch <= desk_.epochs.of(item.id).epoch &&
        !desk_.has(migration_plant::epoch_unchecked)) {
      ++desk_.refused.epochs;
      continue;
    }
    desk_.epochs.note(item.id, {item.epoch, text.move.number});
    if (const auto at = open_.find(item.id); at != open_.end() && at->second.epoch <= item.epoch)
      open_.erase(at);
    desk_.order(actor_moved{text.from, {item.id, item.address, item.epoch}});
  }
  desk_.send(migration_kind::noted, text.from, text.move, text.target, std::move(noted), text.kind);
}

/// The source's word; or the target's, that it was long ago. It is about all moves up to this one:
/// who says that the last one is off need not say it of those before.
void kin::take_word(const migration_message& text) {
  std::vector<migration_item> noted;
  for (const migration_item& item : text.items) {
    noted.push_back({item.id, item.epoch});
    const move_stamp said{item.epoch, text.move.number};
    withdrawn_.note(item.id, said);
    const auto at = open_.find(item.id);
    if (at == open_.end() || said < move_stamp{at->second.epoch, at->second.move.number})
      ++desk_.refused.unknown;
    else if (text.kind == migration_kind::gone)
      gone(at);
    else
      open_.erase(at);
  }
  desk_.send(migration_kind::noted, text.from, text.move, text.target, std::move(noted), text.kind);
}

/// What the source or the target answers counts when the other one is lost.
void kin::take_answer(const migration_message& text) {
  const bool from_source = text.kind == migration_kind::handed_over;
  const node_id other = from_source ? text.target : text.move.source;
  for (const migration_item& item : text.items) {
    const auto at = find(text, item);
    if (at != open_.end() && desk_.is_lost(other))
      gone(at);
    else
      ++desk_.refused.unknown;
  }
}

void kin::gone(intent_at at) {
  desk_.epochs.note(at->first, {at->second.epoch, at->second.move.number});
  desk_.order(actor_gone{at->first, at->second.epoch});
  open_.erase(at);
}

void kin::arrived(const actor_id& id, std::uint64_t epoch) {
  if (const auto at = open_.find(id); at != open_.end() && at->second.epoch <= epoch)
    open_.erase(at);
}

node_id kin::whom_to_ask(const intent& i) const {
  if (!desk_.is_lost(i.move.source))
    return i.move.source;
  return desk_.is_lost(i.target) ? node_id::none : i.target;
}

duration kin::due_at(const intent& i) const noexcept { return std::min(i.ask.at(), i.quiet_until); }

void kin::schedule(const intent& i) { next_look_ = std::min(next_look_, due_at(i)); }

/// One of its nodes has been lost.
void kin::reconsider(intent_at at, std::vector<actor_id>& asked) {
  intent& i = at->second;
  const bool is_over = whom_to_ask(i) == node_id::none;
  if (is_over || (desk_.has(migration_plant::gone_without_asking) && desk_.is_lost(i.move.source)))
    return gone(at);
  i.ask.start(desk_.now, desk_.options);
  schedule(i);
  asked.push_back(at->first);
}

void kin::node_lost(node_id id) {
  std::vector<actor_id> asked;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    if (at->second.move.source == id || at->second.target == id)
      reconsider(at, asked);
    at = next;
  }
  ask(asked);
}

void kin::link_opened(node_id id) {
  std::vector<actor_id> asked;
  for (auto& [actor, i] : open_)
    if (i.ask.at() != duration::max() && whom_to_ask(i) == id)
      asked.push_back(actor);
  ask(asked);
}

void kin::ask(const std::vector<actor_id>& ids) {
  std::map<node_id, items_by_move> texts;
  for (const actor_id& id : ids) {
    const intent& i = open_.at(id);
    texts[whom_to_ask(i)][{i.move, i.target}].push_back({id, i.epoch});
  }
  for (auto& [to, by_move] : texts)
    for (auto& [head, items] : by_move)
      desk_.send(migration_kind::where, to, head.first, head.second, std::move(items));
}

void kin::tick() {
  if (desk_.now < next_look_)
    return;
  next_look_ = duration::max();
  std::vector<actor_id> asked;
  for (auto& [id, i] : open_) {
    if (due_at(i) <= desk_.now) {
      asked.push_back(id);
      if (i.ask.is_due(desk_.now))
        i.ask.again(desk_.now, desk_.options);
      i.quiet_until = desk_.now + desk_.options.ask_after;
    }
    schedule(i);
  }
  ask(asked);
}

} // namespace actors::protocol
