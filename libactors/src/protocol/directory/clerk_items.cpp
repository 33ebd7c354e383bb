// SPDX-License-Identifier: BSD-3-Clause
//
// What the registrar says.
#include "clerk.hpp"

namespace actors::protocol {

void clerk::take(directory_item& item) {
  switch (item.kind) {
  case item_kind::names_begin:
    is_served_ = true;
    return names_.begin();
  case item_kind::names_end:
    if (options_->plant != planted::names_not_swept)
      names_.end();
    return;
  case item_kind::name_known:
  case item_kind::name_gone:
    return take_name(item);
  case item_kind::granted:
  case item_kind::taken:
  case item_kind::refused:
    return take_answer(item);
  case item_kind::activate:
    return take_activation(item);
  case item_kind::revoke_name:
  case item_kind::revoke_entity:
    return take_revocation(item);
  default:
    return take_entity(item);
  }
}

/// The actors of this node hold what they hold, whatever a lagging registrar says.
void clerk::take_name(directory_item& item) {
  const auto* held = held_.find_name(item.key);
  const bool is_over = item.where == self_ && (held == nullptr || held->holder != item.id);
  if (item.kind == item_kind::name_gone || is_over)
    return note(item.key, names_.gone(item.key, item.number));
  known_name what{item.key, std::move(item.text), item.id};
  note(item.key, names_.known(std::move(what), item.number));
}

void clerk::note(std::string_view name, const replica::effect& what) {
  if (what.gone)
    order(name_gone{std::string{name}, what.gone});
  if (what.is_known)
    order(name_known{*names_.find(name)});
}

void clerk::take_answer(directory_item& item) {
  if (item.kind == item_kind::granted)
    return take_grant(item);
  const request_id request{item.number};
  auto claim = open_.take(request);
  if (!claim)
    return;
  if (item.kind == item_kind::taken)
    order(name_taken{request, std::move(claim->name), item.id});
  else
    fail_request(request, item.code, std::move(item.text), std::move(claim->name));
}

void clerk::take_grant(const directory_item& item) {
  const request_id request{item.number};
  auto claim = open_.take(request);
  // Cancelled, and released by what follows the claim.
  if (!claim)
    return;
  if (held_.find_name(claim->name) == nullptr)
    held_.add({claim->name, claim->type, claim->holder});
  note(claim->name,
       names_.known({claim->name, std::move(claim->type), claim->holder}, item.version));
  order(name_granted{request, std::move(claim->name), claim->holder});
}

void clerk::take_entity(directory_item& item) {
  switch (item.kind) {
  case item_kind::entity_at:
    for (const request_id request : open_.take_resolves(item.key))
      order(entity_at{request, item.key, item.id});
    if (item.where != self_)
      know(item.key, item.id);
    return;
  case item_kind::entity_failed:
    for (const request_id request : open_.take_resolves(item.key))
      fail_request(request, item.code, item.text, item.key);
    return;
  case item_kind::entity_gone:
    return unknow(item.key, item.id);
  default:
    while (known_.size() != 0)
      unknow(std::string{known_.oldest().key}, known_.oldest().id);
    return;
  }
}

void clerk::know(const std::string& key, actor_id id) {
  if (const auto* known = known_.find(key)) {
    if (known->id == id)
      return;
    unknow(key, known->id);
  }
  if (known_.size() >= options_->max_known)
    unknow(std::string{known_.oldest().key}, known_.oldest().id);
  known_.add(key, id);
}

void clerk::unknow(const std::string& key, actor_id id) {
  const auto* known = known_.find(key);
  if (known == nullptr || known->id != id)
    return;
  auto gone = known_.remove(key);
  order(entity_gone{std::move(gone.key), gone.id});
}

void clerk::take_activation(directory_item& item) {
  const auto* held = held_.find_entity(item.key);
  if (held != nullptr && held->id)
    return say(item_kind::holds_entity, std::move(item.key), held->id);
  if (held != nullptr)
    return;
  if (is_leaving_)
    return say(item_kind::activation_declined, std::move(item.key));
  held_.add_activation(item.key, ++last_number_);
  order(activate_entity{std::move(item.key), last_number_});
}

void clerk::take_revocation(const directory_item& item) {
  if (item.kind == item_kind::revoke_name) {
    const auto* held = held_.find_name(item.key);
    if (held == nullptr || held->holder != item.id)
      return;
    held_.remove(*held);
    return order(name_revoked{item.key, item.id});
  }
  const auto* held = held_.find_entity(item.key);
  if (held == nullptr || held->id != item.id)
    return;
  if (held->id)
    order(stop_entity{item.key, held->id});
  held_.remove(*held);
}

} // namespace actors::protocol
