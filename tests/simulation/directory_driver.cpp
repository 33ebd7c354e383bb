// SPDX-License-Identifier: BSD-3-Clause
//
// Between the network and the directories.
#include <algorithm>

#include <fmt/format.h>

#include "directory_world.hpp"

namespace actors::protocol::test {

void directory_world::after(std::size_t at) {
  for (directory_order& order : processes_[at]->files.take_orders())
    carry_out(at, order);
  schedule_tick(at);
}

void directory_world::schedule_tick(std::size_t at) {
  process& p = *processes_[at];
  const duration wake = p.files.wake_at();
  if (wake == duration::max())
    return;
  const duration when = std::max(wake - network_.hosts()[at].clock_offset, network_.now() + 1us);
  if (p.next_tick <= when)
    return;
  p.next_tick = when;
  network_.later(when - network_.now(), [this, at, id = p.files.self()] { tick(at, id); });
}

void directory_world::tick(std::size_t at, node_id id) {
  if (processes_[at] == nullptr || processes_[at]->files.self() != id)
    return;
  process& p = *processes_[at];
  if (p.next_tick > network_.now())
    return;
  p.next_tick = duration::max();
  if (network_.is_stalled(at)) {
    p.next_tick = network_.hosts()[at].stalled_until + 1us;
    network_.later(p.next_tick - network_.now(), [this, at, id] { tick(at, id); });
    return;
  }
  if (!network_.runs(at))
    return;
  p.files.tick(network_.time_of(at));
  after(at);
}

void directory_world::send(std::size_t at, const send_directory& out) {
  if (random_.below(1000) < loss_)
    return;
  const auto text = std::make_shared<directory_message>(out.what);
  deliver(at, out.to, text);
  if (random_.below(1000) >= doubled_)
    return;
  if (random_.one_in(2))
    return deliver(at, out.to, text);
  network_.later(some_time(400ms), [this, at, from = text->from, to = out.to, text] {
    if (network_.find(from) == at && network_.runs(at))
      deliver(at, to, text);
  });
}

void directory_world::deliver(std::size_t from, node_id to,
                              const std::shared_ptr<directory_message>& text) {
  network_.carry(from, to, [this, to, text] {
    const std::size_t at = host_of(to);
    if (processes_[at] == nullptr || processes_[at]->files.self() != to)
      return;
    processes_[at]->files.receive(network_.time_of(at), *text);
    after(at);
  });
}

void directory_world::take_event(std::size_t at, const publish_event& news) {
  if (processes_[at] == nullptr)
    return;
  process& p = *processes_[at];
  say(fmt::format("{}: {} event {}", at, to_string(news.about.id), static_cast<int>(news.what)));
  const std::size_t owner = network_.find(news.about.id);
  if (news.what == member_event::removed && owner != network_.size() && network_.runs(owner))
    undead_.insert(news.about.id);
  p.files.observe(network_.time_of(at), news.what, news.about);
  after(at);
}

void directory_world::take_stop(std::size_t at) {
  if (processes_[at] == nullptr)
    return;
  say(fmt::format("{} stops", at));
  processes_[at]->files.stop(network_.time_of(at));
  after(at);
  if (!processes_[at]->open.empty())
    error(fmt::format("{} has stopped, and requests are open", at));
  end_process(at);
  network_.later(some_time(2s), [this, at] {
    if (network_.hosts()[at].is_stopped)
      start(at);
  });
}

void directory_world::carry_out(std::size_t at, directory_order& order) {
  process& p = *processes_[at];
  if (const auto* out = std::get_if<send_directory>(&order))
    return send(at, *out);
  if (const auto* granted = std::get_if<name_granted>(&order))
    return take_grant(p, *granted);
  if (const auto* taken = std::get_if<name_taken>(&order)) {
    ++totals_.taken;
    return close_request(p, taken->request);
  }
  if (const auto* found = std::get_if<entity_at>(&order)) {
    ++totals_.resolved;
    p.found[found->key] = found->id;
    return close_request(p, found->request);
  }
  if (const auto* failed = std::get_if<request_failed>(&order)) {
    ++totals_.failed;
    return close_request(p, failed->request);
  }
  if (const auto* known = std::get_if<name_known>(&order))
    return take_known(p, *known);
  if (const auto* gone = std::get_if<name_gone>(&order))
    return take_gone(p, *gone);
  if (const auto* start = std::get_if<activate_entity>(&order))
    return activate(at, *start);
  if (const auto* gone = std::get_if<entity_gone>(&order)) {
    if (const auto found = p.found.find(gone->key);
        found != p.found.end() && found->second == gone->id)
      p.found.erase(found);
    return;
  }
  ++totals_.revoked;
  if (is_strict())
    error(fmt::format("{} has to give something up", at));
  if (const auto* name = std::get_if<name_revoked>(&order))
    return drop_live(holders_, [&](const std::string& n, const place& h) {
      return n == name->name && h.id == name->holder;
    });
  const auto& stop = std::get<stop_entity>(order);
  std::erase(p.actors, stop.id);
  drop_live(instances_, [&](const std::string&, const place& h) { return h.id == stop.id; });
}

/// It takes a while, and may fail.
void directory_world::activate(std::size_t at, const activate_entity& what) {
  ++totals_.activations;
  network_.later(random_.one_in(2) ? 0ms : some_time(300ms),
                 [this, at, what, id = processes_[at]->files.self()] {
                   if (processes_[at] == nullptr || processes_[at]->files.self() != id)
                     return;
                   process& p = *processes_[at];
                   const auto now = network_.time_of(at);
                   if (!is_over_ && random_.one_in(10)) {
                     p.files.activation_failed(now, what.key, what.ticket,
                                               {errc::actor_failed, {}, "it would not", {}});
                     return after(at);
                   }
                   const actor_id instance = new_actor(p);
                   say(fmt::format("{} activates {} as {}", at, what.key, to_string(instance)));
                   add_live(instances_, what.key, {instance, id});
                   p.files.activated(now, what.key, what.ticket, instance);
                   after(at);
                 });
}

} // namespace actors::protocol::test
