// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <bit>

#include "registrar.hpp"
#include "rendezvous.hpp"

namespace actors::protocol {

namespace {

/// Of the 64 bits for those that asked, the last is shared by all places that have none of their
/// own.
constexpr std::uint32_t shared_bit = 63;

directory_item about(item_kind kind, const entity_register::entry& what) {
  directory_item item;
  item.kind = kind;
  item.key = what.key;
  item.id = what.id;
  item.where = what.host;
  return item;
}

directory_item failed(const std::string& key, errc code, std::string text) {
  directory_item item;
  item.kind = item_kind::entity_failed;
  item.code = code;
  item.key = key;
  item.text = std::move(text);
  return item;
}

} // namespace

std::uint64_t registrar::bit_of(const client& who) noexcept {
  return std::uint64_t{1} << std::min(who.place, shared_bit);
}

void registrar::tell_asked(std::uint64_t asked, const directory_item& item) {
  const auto tell = [&](std::size_t place) {
    if (const auto found = clients_.find(places_[place]); found != clients_.end())
      answer(found->first, found->second, item);
  };
  for (; asked != 0; asked &= asked - 1) {
    const auto place = static_cast<std::size_t>(std::countr_zero(asked));
    if (place < shared_bit && place < places_.size())
      tell(place);
    for (std::size_t other = shared_bit; place == shared_bit && other < places_.size(); ++other)
      tell(other);
  }
}

/// A report, or an activation that is done.
void registrar::hold_entity(node_id from, client& who, directory_item& item) {
  auto* known = entities_.find(item.key);
  if (known != nullptr && is_lost(known->host)) {
    free_entity(*known);
    known = entities_.find(item.key);
  }
  const bool is_live = item.kind == item_kind::holds_entity;
  const actor_id id = is_live ? item.id : actor_id{};
  if (known == nullptr) {
    entities_.add(std::move(item.key), id, from);
  } else if (known->host != from || (known->id && known->id != id)) {
    ++counts_.conflicts;
    item.kind = item_kind::revoke_entity;
    item.id = id;
    answer(from, who, std::move(item));
  } else if (!known->id && is_live) {
    known->id = id;
    tell_asked(known->asked, about(item_kind::entity_at, *known));
  }
}

void registrar::resolve(node_id from, client& who, directory_item& item) {
  auto* known = entities_.find(item.key);
  if (known != nullptr && is_lost(known->host)) {
    free_entity(*known);
    known = entities_.find(item.key);
  }
  if (known == nullptr) {
    if (entities_.size() >= options_->max_entities)
      return answer(
          from, who,
          failed(item.key, errc::overloaded, "the cluster has as many entities as it may"));
    const node_id host = choose_host(item.key);
    if (host == node_id::none)
      return answer(from, who, failed(item.key, errc::shutting_down, "no node takes new entities"));
    known = &entities_.add(std::move(item.key), {}, host);
    ++counts_.activations;
    answer(host, clients_.find(host)->second, about(item_kind::activate, *known));
  }
  known->asked |= bit_of(who);
  if (known->id)
    answer(from, who, about(item_kind::entity_at, *known));
}

void registrar::confirm(node_id from, client& who, directory_item& item) {
  auto* known = entities_.find(item.key);
  if (known != nullptr && known->id == item.id && !is_lost(known->host)) {
    known->asked |= bit_of(who);
    return;
  }
  item.kind = item_kind::entity_gone;
  answer(from, who, std::move(item));
}

void registrar::passivated(node_id from, const directory_item& item) {
  auto* known = entities_.find(item.key);
  if (known == nullptr || known->host != from || known->id != item.id)
    return;
  if (options_->plant != planted::ends_untold)
    tell_asked(known->asked, about(item_kind::entity_gone, *known));
  entities_.remove(*known);
}

void registrar::activation_failed(node_id from, const directory_item& item) {
  auto* known = entities_.find(item.key);
  if (known == nullptr || known->host != from || known->id)
    return;
  tell_asked(known->asked, failed(known->key, item.code, item.text));
  entities_.remove(*known);
}

void registrar::activation_declined(node_id from, client& who, const directory_item& item) {
  who.declines = true;
  auto* known = entities_.find(item.key);
  if (known != nullptr && known->host == from && !known->id)
    free_entity(*known);
}

/// What lived there is gone; what was to be activated there is activated elsewhere.
void registrar::free_entity(entity_register::entry& lost) {
  if (lost.id) {
    tell_asked(lost.asked, about(item_kind::entity_gone, lost));
    return entities_.remove(lost);
  }
  const node_id host = lost.asked != 0 ? choose_host(lost.key) : node_id::none;
  if (host == node_id::none) {
    tell_asked(lost.asked, failed(lost.key, errc::shutting_down, "no node takes new entities"));
    return entities_.remove(lost);
  }
  entities_.move(lost, host);
  ++counts_.activations;
  answer(host, clients_.find(host)->second, about(item_kind::activate, lost));
}

node_id registrar::choose_host(std::string_view key) const {
  const std::uint64_t hash = hash_of_key(key);
  node_id best = node_id::none;
  std::uint64_t most = 0;
  for (const auto& [id, who] : clients_) {
    if (who.now.state != member_state::up || !who.now.is_reachable || who.declines)
      continue;
    const std::uint64_t weight = rendezvous_weight(hash, id);
    if (best == node_id::none || weight > most) {
      best = id;
      most = weight;
    }
  }
  return best;
}

} // namespace actors::protocol
