// SPDX-License-Identifier: BSD-3-Clause
#include "failure_detector.hpp"

#include <algorithm>

namespace actors::protocol {

failure_detector::failure_detector(node_id self, detector_options options, std::uint64_t seed,
                                   planted_bug bug)
    : self_{self}, options_{options}, planted_{bug}, random_{seed},
      next_round_{duration{static_cast<std::int64_t>(
          random_.below(static_cast<std::uint64_t>(options.period.count())))}} {}

duration failure_detector::due() const noexcept {
  duration first = next_round_;
  for (const auto& [id, p] : probes_)
    first = std::min(first, p.next);
  for (const auto& [id, s] : suspicions_)
    first = std::min(first, s.deadline);
  return first;
}

void failure_detector::add(action::what kind, node_id target) {
  actions_.push_back({kind, target, node_id::none, 0});
}

void failure_detector::tick(duration now, const member_table& table) {
  for (auto at = suspicions_.begin(); at != suspicions_.end();)
    if (at->second.deadline <= now) {
      add(action::what::unreachable, at->first);
      at = suspicions_.erase(at);
    } else
      ++at;
  for (auto at = probes_.begin(); at != probes_.end();) {
    auto& [id, p] = *at;
    if (p.next <= now)
      step(id, p, now, table);
    at = p.next <= now ? probes_.erase(at) : std::next(at);
  }
  const bool was_alert = std::exchange(is_alert_, table.ailing() != 0);
  if (next_round_ <= now || (is_alert_ && !was_alert))
    ping_round(now, table);
}

void failure_detector::ping_round(duration now, const member_table& table) {
  next_round_ = now + options_.period;
  const std::size_t count = is_alert_ ? options_.alert_fanout : 1;
  for (std::size_t i = 0; i < std::min(count, table.size()); ++i)
    if (const auto id = next_target(table); id && !is_probing(*id))
      ping(*id, now, probe::step::direct);
}

void failure_detector::refill(const member_table& table) {
  for (const member& m : table.members())
    if (m.id != self_ && is_present(m))
      turn_.push_back(m.id);
  random_.choose(turn_, turn_.size());
}

std::optional<node_id> failure_detector::next_target(const member_table& table) {
  for (int turns = 0; turns < 2; ++turns) {
    while (!turn_.empty()) {
      const node_id id = turn_.back();
      turn_.pop_back();
      if (const member* m = table.find(id); m != nullptr && is_present(*m))
        return id;
    }
    refill(table);
  }
  return std::nullopt;
}

void failure_detector::ping(node_id id, duration now, probe::step how) {
  const bool is_quick = how == probe::step::quick;
  const duration wait = is_quick ? options_.quick_timeout : options_.direct_timeout;
  probes_[id] = {next_sequence(), how, now + wait, now + options_.probe_timeout};
  actions_.push_back({action::what::ping, id, node_id::none, last_sequence_});
}

/// Others that might reach it; who are not well themselves are of no help.
void failure_detector::ask_mediators(node_id id, probe& p, const member_table& table) {
  std::vector<node_id> others;
  for (const member& m : table.members())
    if (m.id != self_ && m.id != id && is_present(m) && m.live == liveness::alive)
      others.push_back(m.id);
  random_.choose(others, options_.mediators);
  p.mediators = static_cast<std::uint32_t>(others.size());
  for (const node_id other : others)
    actions_.push_back({action::what::ping_request, id, other, p.sequence});
}

/// The deadline of a probe has passed. Afterwards `next` lies ahead, or the probe is over.
void failure_detector::step(node_id id, probe& p, duration now, const member_table& table) {
  if (p.at == probe::step::direct) {
    ask_mediators(id, p, table);
    p.at = probe::step::indirect;
    p.next = p.end;
  } else if (p.at == probe::step::quick && !p.is_refused) {
    p.at = probe::step::indirect;
    p.next = p.end;
  } else if (p.is_refused) {
    add(action::what::gone, id);
  } else {
    add(action::what::suspect, id);
  }
  if (p.next <= now)
    p.next = now;
}

void failure_detector::acked(node_id target, std::uint64_t sequence) {
  if (const auto found = probes_.find(target);
      found != probes_.end() && found->second.sequence == sequence)
    probes_.erase(found);
}

void failure_detector::nacked(node_id target, std::uint64_t sequence) {
  const auto found = probes_.find(target);
  if (found == probes_.end() || found->second.sequence != sequence)
    return;
  found->second.mediators -= found->second.mediators > 0 ? 1 : 0;
  if (settle_refused(target, found->second))
    probes_.erase(found);
}

void failure_detector::link_down(node_id target, duration now, const member_table& table) {
  if (const auto found = probes_.find(target);
      found != probes_.end() && found->second.at == probe::step::quick)
    return;
  ping(target, now, probe::step::quick);
  add(action::what::connect, target);
  ask_mediators(target, probes_[target], table);
}

void failure_detector::refused(node_id target, duration now, const member_table& table) {
  const auto found = probes_.find(target);
  if (found == probes_.end())
    return;
  probe& p = found->second;
  p.is_refused = true;
  if (p.at == probe::step::direct) {
    p.at = probe::step::quick;
    p.next = now + options_.quick_timeout;
    ask_mediators(target, p, table);
  }
  if (settle_refused(target, p))
    probes_.erase(found);
}

/// Refused, and everyone who was asked says the same.
bool failure_detector::settle_refused(node_id id, const probe& p) {
  if (p.at != probe::step::quick || !p.is_refused || p.mediators != 0)
    return false;
  add(action::what::gone, id);
  return true;
}

void failure_detector::noted(const member& m, duration now) {
  if (!is_present(m))
    return forget(m.id);
  const auto found = suspicions_.find(m.id);
  const bool is_timed = found != suspicions_.end() && found->second.incarnation == m.incarnation;
  if (m.live != liveness::suspect && planted_ != planted_bug::refutation_unheeded)
    suspicions_.erase(m.id);
  else if (!is_timed)
    suspicions_.insert_or_assign(m.id, suspicion{m.incarnation, now + options_.suspicion});
}

void failure_detector::forget(node_id id) {
  suspicions_.erase(id);
  probes_.erase(id);
}

} // namespace actors::protocol
