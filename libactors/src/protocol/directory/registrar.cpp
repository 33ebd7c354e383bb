// SPDX-License-Identifier: BSD-3-Clause
//
// Members, names and streams; entities are in registrar_entities.cpp.
#include "registrar.hpp"

#include <algorithm>

namespace actors::protocol {

registrar::registrar(directory_term term, const directory_options& options)
    : term_{term}, options_{&options}, names_{options.max_gone} {}

void registrar::see(node_id id, standing now) {
  const auto [found, is_new] = clients_.try_emplace(id);
  found->second.now = now;
  if (!is_new)
    return;
  ++unreported_;
  auto place = std::find(places_.begin(), places_.end(), node_id::none);
  if (place == places_.end())
    place = places_.insert(place, node_id::none);
  *place = id;
  found->second.place = static_cast<std::uint32_t>(place - places_.begin());
}

void registrar::remove(node_id id) {
  const auto found = clients_.find(id);
  if (found == clients_.end())
    return;
  unreported_ -= found->second.has_reported ? 0 : 1;
  places_[found->second.place] = node_id::none;
  clients_.erase(found);
  if (names_.any_of(id) != nullptr || entities_.any_of(id) != nullptr)
    lost_.push_back(id);
  serve_if_complete();
}

void registrar::work(std::size_t pieces) {
  for (; pieces != 0 && !lost_.empty(); --pieces) {
    if (const auto* name = names_.any_of(lost_.front()))
      names_.remove(*name);
    else if (auto* entity = entities_.any_of(lost_.front()))
      free_entity(*entity);
    else
      lost_.pop_front();
  }
}

void registrar::begin() {
  has_begun_ = true;
  serve_if_complete();
}

void registrar::serve_if_complete() {
  const bool is_complete = unreported_ == 0 || options_->plant == planted::serves_early;
  if (is_serving_ || !has_begun_ || !is_complete)
    return;
  is_serving_ = true;
  for (auto& [id, who] : clients_)
    if (!std::exchange(who.is_touched, true))
      touched_.push_back(id);
}

bool registrar::is_lost(node_id host) const {
  const auto found = clients_.find(host);
  return found == clients_.end() || (options_->plant == planted::replaces_unreachable &&
                                     !found->second.now.is_reachable && is_serving_);
}

registrar::outcome registrar::take(node_id from, directory_item& item) {
  const auto found = clients_.find(from);
  if (found == clients_.end())
    return outcome::taken;
  client& who = found->second;
  if (is_early(who, item.kind))
    return outcome::too_early;
  if (item.kind <= item_kind::report_end)
    take_report(from, who, item);
  else
    take_request(from, who, item);
  return outcome::taken;
}

/// Whoever is not up may be unknown to the next registrar, and its names with it.
bool registrar::is_early(const client& from, item_kind kind) const noexcept {
  if (kind <= item_kind::report_end)
    return false;
  return !is_serving_ || from.answers.size() >= options_->max_answers ||
         (kind == item_kind::claim && from.now.state == member_state::joining);
}

void registrar::take_report(node_id from, client& who, directory_item& item) {
  switch (item.kind) {
  case item_kind::holds_name:
    return report_name(from, who, item);
  case item_kind::holds_entity:
  case item_kind::activates_entity:
    return hold_entity(from, who, item);
  default:
    unreported_ -= who.has_reported ? 0 : 1;
    who.has_reported = true;
    return serve_if_complete();
  }
}

void registrar::take_request(node_id from, client& who, directory_item& item) {
  switch (item.kind) {
  case item_kind::knows_entity:
    return confirm(from, who, item);
  case item_kind::claim:
    return claim(from, who, item);
  case item_kind::release:
    return release(from, item);
  case item_kind::resolve:
    return resolve(from, who, item);
  case item_kind::activation_failed:
    return activation_failed(from, item);
  case item_kind::activation_declined:
    return activation_declined(from, who, item);
  case item_kind::passivated:
    return passivated(from, item);
  default:
    return;
  }
}

void registrar::report_name(node_id from, client& who, directory_item& item) {
  const auto* known = names_.find(item.key);
  if (known != nullptr && is_lost(known->host)) {
    names_.remove(*known);
    known = nullptr;
  }
  if (known == nullptr) {
    names_.add(std::move(item.key), std::move(item.text), item.id, from);
  } else if (known->host != from || known->holder != item.id) {
    ++counts_.conflicts;
    item.kind = item_kind::revoke_name;
    answer(from, who, std::move(item));
  }
}

void registrar::claim(node_id from, client& who, directory_item& item) {
  const auto* known = names_.find(item.key);
  if (known != nullptr && is_lost(known->host)) {
    names_.remove(*known);
    known = nullptr;
  }
  directory_item reply;
  reply.number = item.number;
  if (known != nullptr && (known->host != from || known->holder != item.id)) {
    reply.kind = item_kind::taken;
    reply.id = known->holder;
  } else if (known == nullptr && names_.size() >= options_->max_names) {
    reply.kind = item_kind::refused;
    reply.code = errc::overloaded;
    reply.text = "the cluster has as many names as it may";
  } else {
    if (known == nullptr)
      known = &names_.add(std::move(item.key), std::move(item.text), item.id, from);
    reply.kind = item_kind::granted;
    reply.version = known->version;
  }
  answer(from, who, std::move(reply));
}

void registrar::release(node_id from, const directory_item& item) {
  const auto* known = names_.find(item.key);
  if (known != nullptr && known->host == from && known->holder == item.id)
    names_.remove(*known);
}

std::optional<directory_item> registrar::next_for(node_id id) {
  const auto found = clients_.find(id);
  if (!is_serving_ || found == clients_.end())
    return std::nullopt;
  client& who = found->second;
  if (!std::exchange(who.has_begun, true))
    return begin_walk(who);
  if (who.answers.empty())
    return next_name(who);
  directory_item next = std::move(who.answers.front());
  who.answers.pop_front();
  return next;
}

directory_item registrar::begin_walk(client& who) const {
  who.version = 0;
  who.walk_end = names_.latest();
  directory_item begin;
  begin.kind = item_kind::names_begin;
  return begin;
}

/// What went before the walk began need not be told: it is not mentioned, and swept.
std::optional<directory_item> registrar::next_name(client& who) const {
  if (names_.floor() > std::max(who.version, who.walk_end.value_or(0)))
    return begin_walk(who);
  std::optional<directory_item> next;
  if (who.version < names_.latest())
    next = names_.change_after(who.version);
  if (who.walk_end && (!next || next->number > *who.walk_end)) {
    who.version = std::max(who.version, *who.walk_end);
    who.walk_end.reset();
    next.emplace().kind = item_kind::names_end;
  } else if (next) {
    who.version = next->number;
  }
  return next;
}

std::vector<node_id> registrar::take_touched() {
  if (std::exchange(touched_version_, names_.latest()) != names_.latest())
    for (auto& [id, who] : clients_)
      if (!std::exchange(who.is_touched, true))
        touched_.push_back(id);
  for (const node_id id : touched_)
    if (const auto found = clients_.find(id); found != clients_.end())
      found->second.is_touched = false;
  return std::exchange(touched_, {});
}

void registrar::answer(node_id to, client& who, directory_item item) {
  if (item.kind == item_kind::entity_gone && who.answers.size() >= options_->max_answers) {
    if (who.answers.back().kind == item_kind::forget_entities)
      return;
    item = {};
    item.kind = item_kind::forget_entities;
  }
  who.answers.push_back(std::move(item));
  if (!std::exchange(who.is_touched, true))
    touched_.push_back(to);
}

} // namespace actors::protocol
