// SPDX-License-Identifier: BSD-3-Clause
//
// Time, terms and what actors want; messages are in directory_messages.cpp.
#include "directory.hpp"

#include <algorithm>

namespace actors::protocol {

directory::directory(node_id self, directory_options options)
    : self_{self}, options_{options}, clerk_{self, options_, orders_} {}

duration directory::wake_at() const noexcept {
  if (is_stopped_)
    return duration::max();
  const bool has_work = has_more_ || clerk_.has_work() || (office_ && office_->has_work());
  return has_work ? now_ : next_scan_;
}

void directory::advance(duration now) {
  // The clock went back: nothing is due later than it was meant to be.
  if (now < now_ && next_scan_ != duration::max())
    next_scan_ = now;
  now_ = now;
}

void directory::tick(duration now) {
  advance(now);
  settle();
}

/// Whatever is due, and whatever follows from the last event.
void directory::settle() {
  if (is_stopped_)
    return;
  if (office_ && office_->has_work())
    office_->work(options_.piece);
  if (clerk_.has_work())
    clerk_.work(options_.piece);
  pump();
  if (next_scan_ <= now_)
    scan();
}

/// If this node is the registrar, it talks with itself without streams.
void directory::pump() {
  has_more_ = false;
  if (!office_)
    return;
  for (std::uint32_t left = options_.piece; left != 0; --left) {
    bool is_idle = true;
    if (auto item = clerk_.next_item()) {
      is_idle = office_->take(self_, *item) == registrar::outcome::too_early;
      if (is_idle)
        clerk_.put_back(std::move(*item));
    }
    if (auto item = office_->next_for(self_)) {
      clerk_.take(*item);
      is_idle = false;
    }
    if (is_idle)
      return;
  }
  has_more_ = true;
}

/// Looks after all streams, now and then.
void directory::scan() {
  next_scan_ = duration::max();
  if (upward_) {
    upward_->tick(now_);
    if (upward_->is_busy())
      next_scan_ = now_ + options_.grain;
  }
  for (auto& [id, to] : lines_) {
    to.stream.tick(now_);
    if (!to.is_open && (to.call_at <= now_ || to.call_at > now_ + options_.call_interval))
      call(id, to);
    if (!to.is_open || to.stream.is_busy()) {
      mark(id, to);
      next_scan_ = now_ + options_.grain;
    }
  }
}

void directory::begin_term(const directory_term& term) {
  term_ = term;
  office_.reset();
  lines_.clear();
  pending_.clear();
  upward_.reset();
  if (term.registrar != self_)
    upward_.emplace(options_);
  clerk_.begin_term();
}

void directory::take_office() {
  begin_term(view_.oldest());
  office_.emplace(term_, options_);
  for (const auto& [id, peer] : view_.peers())
    if (options_.plant != planted::frees_at_down || peer.now.state != member_state::down)
      observe_as_registrar(id, member_event::joined);
  office_->begin();
}

void directory::observe(duration now, member_event what, const member& about) {
  if (is_stopped_)
    return;
  advance(now);
  view_.note(what, about);
  if (about.id == self_) {
    clerk_.set_up(view_.find(self_) != nullptr && view_.find(self_)->now.state == member_state::up);
    if (what == member_event::leaving)
      clerk_.leave();
  }
  if (office_)
    observe_as_registrar(about.id, what);
  else if (view_.oldest().registrar == self_ && term_ < view_.oldest())
    take_office();
  settle();
}

void directory::observe_as_registrar(node_id id, member_event what) {
  const bool is_free = what == member_event::removed ||
                       (what == member_event::down && options_.plant == planted::frees_at_down);
  if (is_free) {
    office_->remove(id);
    lines_.erase(id);
    return;
  }
  const auto* peer = view_.find(id);
  if (peer == nullptr)
    return;
  office_->see(id, peer->now);
  if (id == self_)
    return;
  const auto [found, is_new] = lines_.try_emplace(id, line{channel{options_}});
  if (is_new)
    call(id, found->second);
  mark(id, found->second);
}

void directory::stop(duration now) {
  if (is_stopped_)
    return;
  advance(now);
  is_stopped_ = true;
  clerk_.stop();
  office_.reset();
  upward_.reset();
  lines_.clear();
  pending_.clear();
}

request_id directory::claim(duration now, std::string name, actor_id holder, std::string type) {
  advance(now);
  const request_id request = clerk_.claim(std::move(name), holder, std::move(type));
  settle();
  return request;
}

void directory::release(duration now, std::string_view name, actor_id holder) {
  advance(now);
  clerk_.release(name, holder);
  settle();
}

void directory::ended(duration now, actor_id id) {
  advance(now);
  clerk_.ended(id);
  settle();
}

request_id directory::resolve(duration now, std::string key) {
  advance(now);
  const request_id request = clerk_.resolve(std::move(key));
  settle();
  return request;
}

void directory::activated(duration now, const std::string& key, std::uint64_t ticket, actor_id id) {
  advance(now);
  clerk_.activated(key, ticket, id);
  settle();
}

void directory::activation_failed(duration now, const std::string& key, std::uint64_t ticket,
                                  const failure& why) {
  advance(now);
  clerk_.activation_failed(key, ticket, why);
  settle();
}

} // namespace actors::protocol
