// SPDX-License-Identifier: BSD-3-Clause
#include "membership_network.hpp"

#include <algorithm>
#include <utility>

namespace actors::protocol::test {

network::network(std::uint64_t seed, network_options options)
    : random_{seed}, options_{std::move(options)}, hosts_(options_.hosts),
      cuts_(options_.hosts * options_.hosts), arrivals_(cuts_.size()) {
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    hosts_[i].address = "h" + std::to_string(1000 + i);
  for (std::size_t i = 0; i < std::min(options_.seeds, hosts_.size()); ++i)
    options_.membership.joining.seeds.push_back(hosts_[i].address);
}

bool network::runs(std::size_t at) const noexcept {
  const host& h = hosts_[at];
  return h.process != nullptr && h.has_power && !h.is_stopped;
}

bool network::is_stalled(std::size_t at) const noexcept { return now_ < hosts_[at].stalled_until; }

/// The host is in the upper bits, the life in the lower.
std::size_t host_of(node_id id) noexcept {
  return static_cast<std::size_t>(static_cast<std::uint64_t>(id) >> 16) - 1;
}

std::size_t network::find(node_id id) const noexcept {
  const auto at = host_of(id);
  const bool is_present =
      at < hosts_.size() && hosts_[at].process != nullptr && hosts_[at].process->self() == id;
  return is_present ? at : hosts_.size();
}

duration network::delay() {
  const auto span =
      static_cast<std::uint64_t>((options_.most_delay - options_.least_delay).count());
  return options_.least_delay + duration{static_cast<std::int64_t>(random_.below(span + 1))};
}

cut_kind network::between(std::size_t from, std::size_t to) const noexcept {
  return cuts_[from * hosts_.size() + to];
}

void network::push(duration when, event::what kind, std::size_t host, node_id peer,
                   std::uint32_t slot) {
  events_.push(
      {when, ++number_, kind, static_cast<std::uint32_t>(host), peer, slot, hosts_[host].lives});
}

void network::later(duration delay, std::function<void()> what) {
  push(now_ + delay, event::what::call, 0, node_id::none, keep(std::move(what)));
}

std::uint32_t network::keep(std::function<void()> what) {
  if (free_calls_.empty()) {
    calls_.emplace_back();
    free_calls_.push_back(static_cast<std::uint32_t>(calls_.size() - 1));
  }
  const std::uint32_t slot = free_calls_.back();
  free_calls_.pop_back();
  calls_[slot] = std::move(what);
  return slot;
}

std::function<void()> network::take_call(std::uint32_t slot) {
  free_calls_.push_back(slot);
  return std::exchange(calls_[slot], {});
}

void network::start(std::size_t at) {
  host& h = hosts_[at];
  unlink(at);
  const auto id = node_id{(at + 1) << 16 | ++h.lives};
  member self;
  self.id = id;
  self.name = h.address;
  self.address = h.address;
  h.process = std::make_unique<membership>(self, options_.membership, random_.next());
  h.has_power = true;
  h.is_stopped = false;
  h.stalled_until = now_;
  h.held.clear();
  h.next_tick = now_;
  push(now_, event::what::tick, at, id);
}

/// All its connections close.
void network::unlink(std::size_t at) {
  if (hosts_[at].process == nullptr)
    return;
  const node_id id = hosts_[at].process->self();
  for (const node_id peer : std::exchange(hosts_[at].linked, {}))
    if (const std::size_t other = find(peer); other != size() && hosts_[other].linked.erase(id)) {
      const bool silent = !hosts_[at].has_power || between(at, other) == cut_kind::drops;
      if (!silent)
        push(now_ + delay(), event::what::link_down, other, id);
    }
}

void network::kill(std::size_t at) {
  unlink(at);
  hosts_[at].process.reset();
}

void network::power_off(std::size_t at) {
  hosts_[at].has_power = false;
  unlink(at);
  hosts_[at].process.reset();
}

void network::disconnect(std::size_t a, std::size_t b) {
  if (!runs(a) || !runs(b))
    return;
  const node_id ida = hosts_[a].process->self();
  const node_id idb = hosts_[b].process->self();
  if (hosts_[a].linked.erase(idb) == 0 || hosts_[b].linked.erase(ida) == 0)
    return;
  push(now_ + delay(), event::what::link_down, a, idb);
  push(now_ + delay(), event::what::link_down, b, ida);
}

void network::stall(std::size_t at, duration time) {
  hosts_[at].stalled_until = std::max(hosts_[at].stalled_until, now_ + time);
  later(hosts_[at].stalled_until - now_, [this, at] {
    if (is_stalled(at))
      return;
    const bool clock_first = random_.one_in(2);
    if (clock_first)
      tick(at);
    for (auto& what : std::exchange(hosts_[at].held, {}))
      what();
    if (!clock_first)
      tick(at);
  });
}

void network::leave(std::size_t at) {
  if (!runs(at) || is_stalled(at))
    return;
  hosts_[at].process->leave(time_of(at));
  after(at);
  later(delay() * 10, [this, at, id = hosts_[at].process->self()] { drain(at, id); });
}

/// After a stall, if it is stalled.
void network::drain(std::size_t at, node_id id) {
  if (find(id) != at || !runs(at))
    return;
  if (is_stalled(at))
    return later(hosts_[at].stalled_until + 1us - now_, [this, at, id] { drain(at, id); });
  hosts_[at].process->drained(time_of(at));
  after(at);
}

void network::cut(std::size_t from, std::size_t to, cut_kind how) {
  cuts_[from * size() + to] = how;
  if (how != cut_kind::refuses || !runs(from) || !runs(to))
    return;
  // The next packet on the old connection is answered with a reset.
  const node_id peer = hosts_[to].process->self();
  if (hosts_[from].linked.erase(peer))
    push(now_ + delay() + duration{static_cast<std::int64_t>(random_.below(150'000'000))},
         event::what::link_down, from, peer);
}

void network::heal() { cuts_.assign(cuts_.size(), cut_kind::none); }

void network::run_until(duration end) {
  while (!events_.empty() && events_.top().when <= end) {
    const event e = events_.top();
    events_.pop();
    now_ = e.when;
    handle(e);
  }
  now_ = end;
}

void network::handle(const event& e) {
  if (e.kind == event::what::call)
    return take_call(e.slot)();
  if (e.kind == event::what::tick) {
    if (find(e.peer) == e.host && hosts_[e.host].next_tick == e.when)
      tick(e.host);
    return;
  }
  if (is_stalled(e.host) && hosts_[e.host].process != nullptr) {
    hosts_[e.host].held.push_back([this, e] { hand_over(e); });
    return;
  }
  hand_over(e);
}

void network::hand_over(const event& e) {
  const std::size_t at = e.host;
  const bool is_void = e.life != hosts_[at].lives || !runs(at);
  if (e.kind == event::what::deliver) {
    message text = std::move(messages_[e.slot]);
    free_.push_back(e.slot);
    if (!is_void)
      deliver(at, text);
    return;
  }
  if (e.kind == event::what::carry) {
    const auto arrive = take_call(e.slot);
    if (!is_void)
      arrive();
    return;
  }
  if (is_void)
    return;
  membership& process = *hosts_[at].process;
  if (e.kind == event::what::link_up && hosts_[at].linked.contains(e.peer))
    process.link_up(time_of(at), e.peer, hosts_[host_of(e.peer)].address);
  else if (e.kind == event::what::link_down)
    process.link_down(time_of(at), e.peer);
  else if (e.kind == event::what::refused)
    process.refused(time_of(at), e.peer);
  after(at);
}

void network::deliver(std::size_t at, const message& text) {
  ++deliveries_;
  hosts_[at].process->receive(time_of(at), text);
  after(at);
}

void network::tick(std::size_t at) {
  if (!runs(at) || is_stalled(at))
    return;
  hosts_[at].process->tick(time_of(at));
  after(at);
}

/// Carries the orders out, and sees to the next tick.
void network::after(std::size_t at) {
  membership* process = hosts_[at].process.get();
  for (order& o : process->take_orders()) {
    if (hosts_[at].is_stopped)
      on_error("an order after stop_all");
    carry_out(at, o);
  }
  const duration wake = process->wake_at();
  if (wake == duration::max())
    return;
  const duration when = std::max(wake - hosts_[at].clock_offset, now_ + 1us);
  if (hosts_[at].next_tick > now_ && hosts_[at].next_tick <= when)
    return;
  hosts_[at].next_tick = when;
  push(when, event::what::tick, at, process->self());
}

void network::carry_out(std::size_t at, order& o) {
  if (auto* out = std::get_if<send_message>(&o))
    return send(at, *out);
  if (const auto* what = std::get_if<connect_to>(&o))
    return connect(at, *what);
  if (const auto* news = std::get_if<publish_event>(&o))
    return on_event(at, *news);
  hosts_[at].is_stopped = true;
  hosts_[at].why = std::get<stop_all>(o).why;
  unlink(at);
  on_stop(at, std::get<stop_all>(o));
}

void network::refuse(std::size_t from, node_id peer) {
  push(now_ + 2 * delay(), event::what::refused, from, peer);
}

void network::connect(std::size_t from, const connect_to& what) {
  send_message probe{what.to, what.address, {}};
  send(from, probe);
}

/// Connects if need be.
bool network::reaches(std::size_t from, std::size_t to, node_id peer) {
  if (!hosts_[to].has_power)
    return false;
  const cut_kind way = between(from, to);
  if (way == cut_kind::drops)
    return false;
  const bool listens = hosts_[to].process != nullptr && !hosts_[to].is_stopped;
  if (way == cut_kind::refuses || !listens) {
    refuse(from, peer);
    return false;
  }
  const node_id self = hosts_[from].process->self();
  const node_id there = hosts_[to].process->self();
  if (between(to, from) == cut_kind::none && hosts_[from].linked.insert(there).second) {
    hosts_[to].linked.insert(self);
    push(now_ + 2 * delay(), event::what::link_up, from, there);
    push(now_ + 2 * delay(), event::what::link_up, to, self);
  }
  return true;
}

/// Between two hosts messages keep their order.
duration network::arrival(std::size_t from, std::size_t to) {
  duration& last = arrivals_[from * size() + to];
  last = std::max(last + 1ns, now_ + delay());
  return last;
}

void network::carry(std::size_t from, node_id to, std::function<void()> arrive) {
  const std::size_t at = find(to);
  if (at == size() || at == from || !reaches(from, at, to))
    return;
  if (options_.loss != 0 && random_.below(1000) < options_.loss)
    return;
  push(arrival(from, at), event::what::carry, at, to, keep(std::move(arrive)));
}

/// A message without a sender is only a connection.
void network::send(std::size_t from, send_message& out) {
  std::size_t to = find(out.to);
  if (!out.address.empty())
    to = static_cast<std::size_t>(std::stoul(out.address.substr(1))) - 1000;
  ++hosts_[from].sent;
  if (to >= size() || to == from || !reaches(from, to, out.to))
    return;
  const node_id there = hosts_[to].process->self();
  const bool is_lost = options_.loss != 0 && random_.below(1000) < options_.loss;
  if (is_lost || out.what.from == node_id::none || (out.to != node_id::none && out.to != there))
    return;
  const duration when = arrival(from, to);
  if (free_.empty()) {
    messages_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(messages_.size() - 1));
  }
  const std::uint32_t slot = free_.back();
  free_.pop_back();
  messages_[slot] = std::move(out.what);
  push(when, event::what::deliver, to, there, slot);
}

} // namespace actors::protocol::test
