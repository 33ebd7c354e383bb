// SPDX-License-Identifier: BSD-3-Clause
//
// The steps of one child, and what is said about it.
#include <string>
#include <utility>

#include <fmt/format.h>

#include "decisions.hpp"
#include "supervisor_core.hpp"
#include "words.hpp"

namespace actors::supervision::detail {

void supervisor_core::start(child_key key, child_record& child) {
  children_.set_phase(child, phase::starting);
  add(child.id ? order::what::restart : order::what::start, key).id = child.id;
}

void supervisor_core::halt(child_key key, child_record& child) {
  children_.set_phase(child, phase::stopping);
  add(order::what::halt, key).id = child.id;
}

/// The child stays ended, or goes: whatever was held or awaited for it is let go.
void supervisor_core::settle(child_key key, child_record& child) {
  if (child.id)
    add(order::what::release, key).id = child.id;
  children_.set_id(key, child, {});
  alarms_.erase(std::exchange(child.alarm, 0));
  if (child.spec->restart == restart::temporary || pattern_)
    children_.remove(key);
  else
    children_.set_phase(child, phase::stopped);
  answer_stops(key);
}

/// Its end needs no decision any more, only to be told.
void supervisor_core::forget_undecided(child_record& child, response response, duration now) {
  if (child.undecided == 0)
    return;
  const incident what = std::move(undecided_.extract(std::exchange(child.undecided, 0)).mapped());
  if (is_failure(child.spec->restart, what.how.kind))
    report(child, what, response, now);
}

std::uint64_t supervisor_core::wake(duration pause) {
  order& o = add(order::what::wake);
  o.pause = pause;
  o.alarm = ++last_number_;
  return o.alarm;
}

duration supervisor_core::next_pause(child_record& child, duration now) {
  // Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
  std::uint64_t z = (random_ += 0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  const double chance = static_cast<double>((z ^ z >> 31) >> 11) * 0x1p-53;
  return child.pauses.next(child.spec->backoff ? child.spec->backoff : spec_.backoff, now, chance);
}

std::string supervisor_core::name_of(child_key key, const child_record& child) const {
  // Dynamic children share the name of their pattern.
  return pattern_ ? fmt::format("{}#{}", child.spec->id, key) : child.spec->id;
}

void supervisor_core::report(const child_record& child, const incident& what, response response,
                             duration now, duration pause) {
  supervision::report news;
  news.path = path_ + '/' + name_of(what.child, child);
  news.child = what.who;
  news.when = what.when;
  news.kind = what.how.kind;
  if (what.how.reason.code == errc::actor_failed)
    news.exception_type = what.how.reason.value;
  news.text = text_of(what.how);
  news.message_type = what.how.message_type;
  news.response = response;
  news.pause = pause;
  news.restarts_left = budget_.left(now);
  news.restarts = child.restarts;
  add(order::what::report, what.child).news =
      std::make_shared<const supervision::report>(std::move(news));
}

order& supervisor_core::add(order::what kind, child_key child) {
  orders_.push_back({.kind = kind, .child = child});
  return orders_.back();
}

} // namespace actors::supervision::detail
