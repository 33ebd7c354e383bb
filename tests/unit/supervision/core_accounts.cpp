// SPDX-License-Identifier: BSD-3-Clause
//
// What the world holds against the core: what may be ordered when, every failure told once, every
// request answered once, never more restarts than allowed, and in the end everything runs that
// should.
#include <algorithm>
#include <utility>

#include "core_world.hpp"
#include "decisions.hpp"

namespace actors::supervision::detail::test {

void world::error(std::string text) {
  errors_.push_back(std::to_string(now_.count() / 1'000'000) + " ms: " + std::move(text));
}

bool world::is_group() const {
  return spec_.strategy == strategy::one_for_all || spec_.strategy == strategy::rest_for_one;
}

bool world::lives(const child& c) const {
  return c.at == state::starting || c.at == state::running || c.at == state::stopping;
}

bool world::lives_after(child_key key) const {
  return std::any_of(children_.upper_bound(key), children_.end(),
                     [&](const auto& entry) { return lives(entry.second); });
}

bool world::is_asked(asked what, child_key key) const {
  return std::any_of(requests_.begin(), requests_.end(), [&](const auto& entry) {
    return entry.second.what == what && entry.second.key == key;
  });
}

std::uint32_t world::restarts_left() const {
  const auto recent = std::count_if(spent_.begin(), spent_.end(),
                                    [&](duration t) { return now_ - t <= spec_.period; });
  return spec_.intensity - static_cast<std::uint32_t>(recent);
}

void world::check_order_of_start(child_key key) {
  child& c = children_[key];
  if (is_asked(asked::restart, key))
    return;
  if (c.has_lived && ++c.automatic_starts > spent_.size())
    error("more starts of a child than restarts were allowed");
  if (c.has_lived && c.spec->restart == temporary)
    error("a temporary child started again");
  if (is_group() && lives_after(key))
    error("a start while a later child lives");
}

void world::check_order_of_halt(child_key key) {
  if (is_asked(asked::terminate, key))
    return;
  if (!is_group())
    return error("a halt that nobody asked for");
  if (lives_after(key))
    error("a halt while a later child lives");
  const bool has_cause = std::any_of(children_.begin(), children_.end(), [&](const auto& entry) {
    const bool may_concern = spec_.strategy == strategy::one_for_all || entry.first < key;
    return may_concern && entry.first != key && !lives(entry.second);
  });
  if (!has_cause)
    error("a halt on nobody's account");
}

void world::take_report(const supervision::report& news) {
  if (unreported_.erase(news.text) == 0)
    return error("a report of no failure, or again: " + news.text);
  const auto left = restarts_left();
  switch (news.response) {
  case response::restart:
  case response::restart_group:
    if (is_group() != (news.response == response::restart_group) && news.when != failed_in::stop)
      error("a response that does not fit the strategy");
    totals_.retries += news.when == failed_in::start ? 1 : 0;
    if (left > 0 && news.restarts_left == left - 1)
      spent_.push_back(now_);
    else if (!is_group() || news.restarts_left != left || news.when == failed_in::start)
      error("a restart that does not count: " + news.text);
    (news.restarts_left == left ? totals_.covered_ends : totals_.group_restarts) += is_group();
    return;
  case response::give_up:
    if (was_ready_ && left != 0)
      error("given up with restarts left");
    return;
  case response::leave:
    if (news.restarts_left != left)
      error("restarts left: " + std::to_string(news.restarts_left) + " but " +
            std::to_string(left));
  }
}

void world::take_reply(const order& o) {
  const auto found = requests_.find(o.request);
  if (found == requests_.end())
    return error("a reply nobody waits for");
  const auto [what, key] = found->second;
  requests_.erase(found);
  const bool ok = o.outcome().has_value();
  if ((what == asked::terminate && ok) ||
      (what == asked::restart && o.why.code == errc::actor_failed))
    children_[key].may_rest = true;
  if (what == asked::start && ok && !children_[o.child].has_lived)
    error("started, but never lived");
  if (has_finished_ && o.why.code != errc::actor_stopped)
    error("a request that is granted after the end");
}

void world::take_finish(const order& o) {
  has_finished_ = true;
  if ((o.exit == exit_kind::failed) == was_ready_)
    error("the wrong exit");
  const std::string reason = o.why.what.substr(0, o.why.what.find(' '));
  ++totals_.finishes[reason];
  if (reason != "auto")
    return;
  const bool significant_left =
      std::any_of(children_.begin(), children_.end(), [&](const auto& entry) {
        return lives(entry.second) && entry.second.spec->significant;
      });
  if (spec_.auto_shutdown == auto_shutdown::all_significant && significant_left)
    error("an automatic shutdown too early");
}

void world::check_settled() {
  if (!errors_.empty())
    return;
  for (const std::string& text : unreported_)
    error("never told: " + text);
  if (!requests_.empty())
    error("a request without a reply");
  if (has_finished_)
    return;
  ++totals_.settled;
  for (const auto& [key, c] : children_)
    if (!core_.children().contains(key) && c.at != state::none)
      error("forgotten while it lives or its slot is held");
  for (const auto& [key, record] : core_.children()) {
    const child& c = children_[key];
    const bool runs = record.phase == phase::running && c.at == state::running &&
                      c.id == record.id && core_.find(c.id) == key;
    const bool rests = record.phase == phase::stopped && c.at == state::none && !record.id &&
                       c.may_rest && record.spec->restart != temporary &&
                       spec_.strategy != strategy::dynamic;
    if (!runs && !rests)
      error("child " + std::to_string(key) + " has not come to rest: phase " +
            std::to_string(static_cast<int>(record.phase)));
  }
}

} // namespace actors::supervision::detail::test
