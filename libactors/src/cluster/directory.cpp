// SPDX-License-Identifier: BSD-3-Clause
//
// The hub as a driver of the directory (names and entities), and what nodes tell each other of topics.
// What shards want comes from their threads as wishes, which the hub fulfils in their order.
#include <actors/entity.hpp>

#include "hub.hpp"

#include <variant>

#include "topic_news.hpp"

namespace actors::cluster {

// -- from any thread ----------------------------------------------------------------------------------

void hub::wish(std::function<void(hub&)> what) {
  bool is_first;
  {
    std::lock_guard guard{wishes_mutex_};
    is_first = wishes_.empty();
    wishes_.push_back(std::move(what));
  }
  has_post_.store(true, std::memory_order_seq_cst);
  if (is_first) world_.nudge();
}

void hub::claim_name(const std::string& name, const actor_id& holder, std::string_view type,
                     const detail::open_request& asked_by) {
  wish([=, type = std::string{type}](hub& h) {
    if (h.is_over_) {
      h.engine_.name_refused(name, holder, {errc::shutting_down, holder, "this node is not a member", name}, asked_by);
      return;
    }
    const auto request = h.changed_directory().claim(h.now_, name, holder, type);
    h.claims_.emplace(request, claim{name, holder, asked_by});
  });
}

void hub::release_name(const std::string& name, const actor_id& holder) {
  wish([=](hub& h) { h.changed_directory().release(h.now_, name, holder); });
}

void hub::ended(const actor_id& id) {
  wish([=](hub& h) { h.changed_directory().ended(h.now_, id); });
}

void hub::resolve_entity(const std::string& key, const actor_id& gate) {
  wish([=](hub& h) {
    if (h.is_over_) {
      h.engine_.tell_gate(gate, detail::entity_failed{{errc::shutting_down, gate, "this node is not a member", key}});
      return;
    }
    const auto request = h.changed_directory().resolve(h.now_, key);
    h.resolutions_.emplace(request, std::pair{key, gate});
  });
}

void hub::subscribed(const std::string& topic, const actor_id& who, bool is_on) {
  wish([=](hub& h) {
    for (const auto& [node, link] : h.links_) (void)h.send_control(node, topic_news{is_on, {{topic, who}}});
  });
}

// -- the hub's thread ---------------------------------------------------------------------------------

bool hub::take_wishes() {
  std::vector<std::function<void(hub&)>> wishes;
  {
    std::lock_guard guard{wishes_mutex_};
    wishes.swap(wishes_);
  }
  for (auto& each : wishes) each(*this);
  return !wishes.empty();
}

void hub::tell_subscriptions(std::uint64_t node) {
  auto all = engine_.own_subscriptions();
  if (!all.empty()) (void)send_control(node, topic_news{true, std::move(all)});
}

void hub::follow_directory() {
  while (std::exchange(has_directory_news_, false)) {
    auto orders = directory_.take_orders();
    for (protocol::directory_order& o : orders) std::visit([this](auto& what) { obey(what); }, o);
  }
}

void hub::obey(protocol::send_directory& what) {
  (void)send_control(static_cast<std::uint64_t>(what.to), std::move(what.what));
}

void hub::obey(protocol::name_granted& what) {
  if (const auto at = claims_.find(what.request); at != claims_.end()) {
    engine_.name_granted(at->second.asked_by);
    claims_.erase(at);
  }
}

void hub::obey(protocol::name_taken& what) {
  const auto at = claims_.find(what.request);
  if (at == claims_.end()) return;
  const claim c = std::move(at->second);
  claims_.erase(at);
  engine_.name_refused(c.name, c.holder, {errc::name_taken, what.holder, "the name is taken", c.name}, c.asked_by);
}

void hub::obey(protocol::request_failed& what) {
  if (const auto at = claims_.find(what.request); at != claims_.end()) {
    const claim c = std::move(at->second);
    claims_.erase(at);
    engine_.name_refused(c.name, c.holder, what.why, c.asked_by);
  } else if (const auto r = resolutions_.find(what.request); r != resolutions_.end()) {
    engine_.tell_gate(r->second.second, detail::entity_failed{what.why});
    resolutions_.erase(r);
  }
}

void hub::obey(protocol::entity_at& what) {
  if (const auto at = resolutions_.find(what.request); at != resolutions_.end()) {
    engine_.tell_gate(at->second.second, detail::entity_found{what.id});
    resolutions_.erase(at);
  }
}

void hub::obey(protocol::name_known& what) {
  if (what.what.id.node() != engine_.node()) engine_.names().put_far(what.what.name, what.what.id, what.what.type);
}

void hub::obey(protocol::name_gone& what) { engine_.names().drop_far(what.name, what.id); }

void hub::obey(protocol::activate_entity& what) {
  if (const auto id = engine_.activate_entity(what.key))
    changed_directory().activated(now_, what.key, what.ticket, *id);
  else
    changed_directory().activation_failed(now_, what.key, what.ticket, id.error());
}

void hub::obey(protocol::entity_gone& what) { engine_.entity_has_gone(what.key, what.id); }

void hub::obey(protocol::name_revoked& what) {
  world_.log(log_level::error, options_.name + ": name " + what.name + " is revoked: another node has it");
  engine_.kill(what.holder);
}

void hub::obey(protocol::stop_entity& what) {
  world_.log(log_level::error, options_.name + ": entity " + what.key + " is stopped: another node has it");
  engine_.kill(what.id);
}

} // namespace actors::cluster
