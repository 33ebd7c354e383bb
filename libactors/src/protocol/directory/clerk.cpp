// SPDX-License-Identifier: BSD-3-Clause
//
// What this node's actors do; what the registrar says is in clerk_items.cpp.
#include "clerk.hpp"

namespace actors::protocol {

clerk::clerk(node_id self, const directory_options& options, std::vector<directory_order>& orders)
    : self_{self}, options_{&options}, orders_{&orders}, held_{options} {}

void clerk::fail_request(request_id request, errc code, std::string what, std::string value) {
  order(request_failed{request, failure{code, {}, std::move(what), std::move(value)}});
}

bool clerk::is_full() const noexcept {
  return open_.size() >= options_->max_requests ||
         items_.size() >= std::size_t{4} * options_->max_requests + held_.names();
}

/// To the registrar, unless it is going to be told anyway.
void clerk::say(item_kind kind, std::string key, actor_id id) {
  if (stage_ == stage::idle)
    return;
  directory_item& item = items_.emplace_back();
  item.kind = kind;
  item.key = std::move(key);
  item.id = id;
}

request_id clerk::claim(std::string name, actor_id holder, std::string type) {
  const request_id request{++last_number_};
  if (name.empty() || name.size() > max_directory_key_bytes || !holder ||
      type.size() > max_directory_text_bytes) {
    fail_request(request, errc::invalid_argument, "name: 1 to 1024 bytes", name.substr(0, 32));
  } else if (is_leaving_) {
    fail_request(request, errc::shutting_down, "this node is leaving", std::move(name));
  } else if (const auto* held = held_.find_name(name)) {
    if (held->holder == holder)
      order(name_granted{request, std::move(name), holder});
    else
      order(name_taken{request, std::move(name), held->holder});
  } else if (is_full()) {
    fail_request(request, errc::overloaded, "too many requests are open", std::move(name));
  } else {
    requests::claim what{std::move(name), std::move(type), holder};
    if (stage_ == stage::asking)
      items_.push_back(requests::item_of(request, what));
    open_.add(request, std::move(what));
  }
  return request;
}

void clerk::release(std::string_view name, actor_id holder) {
  while (const auto request = open_.find(name, holder))
    cancel(*request, errc::cancelled, "released before it was granted");
  const auto* held = held_.find_name(name);
  if (held != nullptr && held->holder == holder)
    release(*held);
}

void clerk::release(const holdings::name& held) {
  say(item_kind::release, held.text, held.holder);
  note(held.text, names_.drop(held.text));
  held_.remove(held);
}

/// Should the registrar grant it, it is released right then.
void clerk::cancel(request_id request, errc code, std::string what) {
  auto claim = open_.take(request);
  if (stage_ == stage::asking)
    say(item_kind::release, claim->name, claim->holder);
  fail_request(request, code, std::move(what), std::move(claim->name));
}

void clerk::ended(actor_id id) {
  while (const auto request = open_.any_of(id))
    cancel(*request, errc::actor_stopped, "the actor has ended");
  while (const auto* held = held_.any_of(id))
    release(*held);
  if (const auto* held = held_.entity_of(id))
    end(*held);
}

void clerk::end(const holdings::entity& held) {
  say(item_kind::passivated, held.key, held.id);
  order(entity_gone{held.key, held.id});
  held_.remove(held);
}

request_id clerk::resolve(std::string key) {
  const request_id request{++last_number_};
  const auto* here = held_.find_entity(key);
  if (key.empty() || key.size() > max_directory_key_bytes) {
    fail_request(request, errc::invalid_argument, "key: 1 to 1024 bytes", key.substr(0, 32));
  } else if (is_stopped_) {
    fail_request(request, errc::shutting_down, "this node has stopped", std::move(key));
  } else if (here != nullptr && here->id) {
    order(entity_at{request, std::move(key), here->id});
  } else if (const auto* known = known_.find(key)) {
    order(entity_at{request, std::move(key), known->id});
  } else if (is_full()) {
    fail_request(request, errc::overloaded, "too many requests are open", std::move(key));
  } else if (open_.add_resolve(request, key) && stage_ == stage::asking) {
    items_.push_back(requests::resolve_item(std::move(key)));
  }
  return request;
}

void clerk::activated(const std::string& key, std::uint64_t ticket, actor_id id) {
  if (held_.activated(key, ticket, id))
    return say(item_kind::holds_entity, key, id);
  // It was revoked meanwhile.
  order(stop_entity{key, id});
}

void clerk::activation_failed(const std::string& key, std::uint64_t ticket, const failure& why) {
  const auto* held = held_.find_entity(key);
  if (held == nullptr || held->ticket != ticket || held->id)
    return;
  held_.remove(*held);
  if (stage_ == stage::idle)
    return;
  say(item_kind::activation_failed, key);
  items_.back().code = why.code;
  items_.back().text = why.what.substr(0, max_directory_text_bytes);
}

void clerk::forget(const std::string& key, actor_id id) { unknow(key, id); }

void clerk::leave() {
  is_leaving_ = true;
  for (const directory_item& item : open_.items())
    if (item.kind == item_kind::claim)
      cancel(request_id{item.number}, errc::shutting_down, "this node is leaving");
}

void clerk::stop() {
  is_leaving_ = true;
  is_stopped_ = true;
  stage_ = stage::idle;
  items_.clear();
  again_.reset();
  for (const request_id request : open_.take_all())
    fail_request(request, errc::shutting_down, "this node has stopped");
}

void clerk::begin_term() {
  stage_ = stage::reporting;
  is_served_ = false;
  items_.clear();
  again_.reset();
  held_.begin_report();
}

void clerk::begin_asking() {
  stage_ = stage::asking;
  known_.begin_confirming();
  if (options_->plant == planted::requests_forgotten)
    return;
  for (directory_item& item : open_.items())
    items_.push_back(std::move(item));
}

std::optional<directory_item> clerk::next_item() {
  if (again_)
    return std::exchange(again_, std::nullopt);
  if (stage_ == stage::reporting) {
    auto item = held_.next_report();
    if (!item) {
      item.emplace().kind = item_kind::report_end;
      stage_ = stage::waiting;
    }
    return item;
  }
  if (stage_ == stage::waiting && is_served_)
    begin_asking();
  if (stage_ != stage::asking)
    return std::nullopt;
  if (auto item = known_.next_to_confirm())
    return item;
  // A claim waits until this node is up: the registrar does not grant before that.
  if (items_.empty() || (items_.front().kind == item_kind::claim && !is_up_))
    return std::nullopt;
  directory_item item = std::move(items_.front());
  items_.pop_front();
  return item;
}

void clerk::work(std::size_t pieces) {
  for (known_name& swept : names_.sweep(pieces))
    order(name_gone{std::move(swept.name), swept.id});
}

} // namespace actors::protocol
