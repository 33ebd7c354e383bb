// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <utility>

namespace actors::simulation {

namespace {

constexpr nanoseconds_t dial_again_after = 1'000'000'000;
/// Within this time after a path is whole again what was lost on it is sent again.
constexpr std::uint64_t resend_within = 400'000'000;
constexpr std::uint32_t nowhere = UINT32_MAX;

} // namespace

network::network(std::size_t hosts, const network_options& options, event_queue& events, testing::random_source& random)
    : options_{options}, events_{events}, random_{random}, hosts_(hosts), blocked_(hosts * hosts) {}

nanoseconds_t network::delay() {
  const auto span = static_cast<std::uint64_t>((options_.most_delay - options_.least_delay).count());
  return options_.least_delay.count() + static_cast<nanoseconds_t>(random_.below(span + 1));
}

void network::push(event_kind kind, nanoseconds_t when, std::uint32_t host, std::uint32_t slot, std::uint32_t stamp) {
  events_.push({when, 0, slot, stamp, host, kind});
}

network::open_end* network::find(std::uint32_t host, cluster::connection_id c) {
  for (open_end& e : hosts_[host].open)
    if (e.id == c) return &e;
  return nullptr;
}

// -- hosts and paths ----------------------------------------------------------------------------------

void network::begin(std::uint32_t host, network_user& user) {
  hosts_[host].user = &user;
  ++hosts_[host].life;
  if (!std::exchange(hosts_[host].has_power, true)) resume_paths();
}

void network::end(std::uint32_t at) {
  host& h = hosts_[at];
  h.user = nullptr;
  ++h.life;
  h.open.clear();
  for (std::uint32_t slot = 0; slot < streams_.size(); ++slot)
    for (std::uint8_t side = 0; side < 2; ++side) {
      stream& s = streams_[slot];
      if ((s.stamp & 1) == 0 || s.ends[side].host != at || s.ends[side].now == stream::state::closed) continue;
      pipe& out = s.to[1 - side];
      const bool is_reset = random_.one_in(3);
      out.break_at(is_reset ? some_of(out) : out.taken());
      s.ends[side].now = stream::state::closed;
      if (!h.has_power) continue;
      out.arrives(now_ + delay(), is_reset ? pipe::what::reset : pipe::what::end);
      schedule(slot, 1 - side);
    }
}

void network::power_off(std::uint32_t host) {
  hosts_[host].has_power = false;
  end(host);
}

void network::block(std::uint32_t from, std::uint32_t to) { ++blocked_[from * hosts_.size() + to]; }

void network::unblock(std::uint32_t from, std::uint32_t to) {
  if (--blocked_[from * hosts_.size() + to] == 0) resume_paths();
}

/// What has been lost so far is sent again, some time after the path is whole.
void network::resume_paths() {
  for (std::uint32_t slot = 0; slot < streams_.size(); ++slot)
    for (std::uint8_t side = 0; side < 2; ++side) {
      stream& s = streams_[slot];
      if ((s.stamp & 1) == 0 || !s.to[side].is_held) continue;
      if (!passes(s.ends[1 - side].host, s.ends[side].host)) continue;
      s.to[side].is_held = false;
      s.to[side].is_queued = true;
      const nanoseconds_t when = now_ + delay() + static_cast<nanoseconds_t>(random_.below(resend_within));
      s.to[side].not_before(when);
      push(event_kind::bytes, when, s.ends[side].host, slot << 1 | side, s.stamp);
    }
}

/// Somewhere in what the kernels hold.
std::uint64_t network::some_of(const pipe& p) {
  return p.delivered() + random_.below(p.taken() - p.delivered() + 1);
}

void network::break_stream(std::uint32_t slot) {
  stream& s = streams_[slot];
  for (std::uint8_t side = 0; side < 2; ++side) {
    s.to[side].break_at(some_of(s.to[side]));
    s.to[side].arrives(now_ + delay(), pipe::what::reset);
    schedule(slot, side);
  }
}

void network::cut(std::uint32_t a, std::uint32_t b) {
  for (std::uint32_t slot = 0; slot < streams_.size(); ++slot) {
    const stream& s = streams_[slot];
    const bool is_between = (s.ends[0].host == a && s.ends[1].host == b) || (s.ends[0].host == b && s.ends[1].host == a);
    if ((s.stamp & 1) != 0 && is_between) break_stream(slot);
  }
}

// -- dialling -----------------------------------------------------------------------------------------

void network::connect(std::uint32_t host, cluster::connection_id c, const std::string& address) {
  std::uint32_t slot;
  if (free_dials_.empty()) {
    slot = static_cast<std::uint32_t>(dials_.size());
    dials_.emplace_back();
  } else {
    slot = free_dials_.back();
    free_dials_.pop_back();
  }
  std::uint32_t to = 0;
  while (to < hosts_.size() && address_of(to) != address) ++to;
  dials_[slot] = {host, hosts_[host].life, to < hosts_.size() ? to : nowhere, c, now_ + options_.dial_patience.count(), {}, nowhere};
  push(event_kind::dial, now_ + delay(), host, slot, 0);
}

void network::dial_over(std::uint32_t slot, network_user::dialled how, nanoseconds_t when) {
  dials_[slot].outcome = how;
  push(event_kind::dialled, when, dials_[slot].from, slot, dials_[slot].life);
}

/// A packet that asks for a connection arrives, or does not.
void network::dial_step(std::uint32_t slot) {
  dial& d = dials_[slot];
  if (d.to == nowhere) return dial_over(slot, network_user::dialled::silent, now_);
  if (!passes(d.from, d.to) || !passes(d.to, d.from)) {
    if (now_ + dial_again_after >= d.deadline) return dial_over(slot, network_user::dialled::silent, d.deadline);
    return push(event_kind::dial, now_ + dial_again_after, d.from, slot, 0);
  }
  if (hosts_[d.to].user == nullptr) return dial_over(slot, network_user::dialled::refused, now_ + delay());
  if (free_streams_.empty()) {
    free_streams_.push_back(static_cast<std::uint32_t>(streams_.size()));
    streams_.emplace_back();
  }
  d.stream = free_streams_.back();
  free_streams_.pop_back();
  stream& s = streams_[d.stream];
  ++s.stamp; // odd: in use
  s.ends[0] = {d.from, d.id, stream::state::pending};
  s.ends[1] = {d.to, {}, stream::state::pending};
  for (pipe& p : s.to) p.clear(options_.capacity);
  const nanoseconds_t answer = now_ + delay();
  s.to[0].not_before(answer);
  push(event_kind::accepted, now_, d.to, d.stream, s.stamp);
  dial_over(slot, network_user::dialled::connected, answer);
}

void network::tell_dialled(const event& e) {
  const dial d = dials_[e.slot];
  free_dials_.push_back(e.slot);
  if (hosts_[d.from].user == nullptr || hosts_[d.from].life != d.life) return;
  if (d.outcome == network_user::dialled::connected) {
    stream& s = streams_[d.stream];
    // It may have broken already; that arrives next.
    s.ends[0].now = stream::state::open;
    hosts_[d.from].open.push_back({d.id, d.stream, 0});
  }
  hosts_[d.from].user->take_dialled(d.id, d.outcome);
}

void network::accept(const event& e) {
  stream& s = streams_[e.slot];
  if (s.stamp != e.stamp || s.ends[1].now != stream::state::pending) return;
  network_user& user = *hosts_[e.host].user;
  s.ends[1] = {e.host, user.next_connection(), stream::state::open};
  hosts_[e.host].open.push_back({s.ends[1].id, e.slot, 1});
  user.take_accepted(s.ends[1].id, address_of(s.ends[0].host));
}

// -- bytes --------------------------------------------------------------------------------------------

void network::schedule(std::uint32_t slot, std::uint8_t side) {
  stream& s = streams_[slot];
  pipe& p = s.to[side];
  if (p.is_queued || p.is_held || !p.has_arrivals()) return;
  p.is_queued = true;
  push(event_kind::bytes, std::max(p.next(), now_), s.ends[side].host, slot << 1 | side, s.stamp);
}

std::uint64_t network::write(std::uint32_t host, cluster::connection_id c, std::span<const std::byte> head,
                             std::span<const std::byte> body) {
  const open_end* e = find(host, c);
  if (e == nullptr) return 0;
  const std::uint8_t there = 1 - e->side;
  pipe& p = streams_[e->slot].to[there];
  const std::uint64_t before = p.sent();
  p.write(head);
  p.write(body);
  if (p.is_broken()) return p.untold();
  nanoseconds_t when = now_ + delay();
  if (options_.bytes_per_second != 0)
    when = std::max(when, p.last()) + static_cast<nanoseconds_t>((p.sent() - before) * 1'000'000'000 / options_.bytes_per_second);
  if (random_.one_in(options_.torn_one_in)) {
    p.arrives(when, pipe::what::bytes, before + random_.below(p.sent() - before));
    when += delay();
  }
  p.arrives(when, pipe::what::bytes);
  schedule(e->slot, there);
  return p.untold();
}

std::uint64_t network::tell_written(std::uint32_t host, cluster::connection_id c) {
  const open_end* e = find(host, c);
  return e == nullptr ? 0 : streams_[e->slot].to[1 - e->side].tell();
}

void network::tell_all_written(std::uint32_t host) {
  auto& open = hosts_[host].open;
  for (std::size_t k = 0; k < open.size(); ++k) {
    const open_end e = open[k];
    if (const std::uint64_t n = streams_[e.slot].to[1 - e.side].tell(); n != 0) hosts_[host].user->take_written(e.id, n);
  }
}

void network::bytes(const event& e) {
  const std::uint32_t slot = e.slot >> 1;
  const auto side = static_cast<std::uint8_t>(e.slot & 1);
  stream& s = streams_[slot];
  if (s.stamp != e.stamp) return;
  pipe& p = s.to[side];
  p.is_queued = false;
  if (!passes(s.ends[1 - side].host, s.ends[side].host)) {
    p.is_held = true;
    return;
  }
  pipe::what how;
  const auto some = p.arrived(now_, how);
  if (s.ends[side].now != stream::state::open) {
    p.done(some);
    if (how == pipe::what::bytes && s.ends[1 - side].now != stream::state::closed) reset_to(slot, 1 - side);
  } else {
    const bool was_full = p.sent() > p.taken();
    if (!some.empty()) hosts_[e.host].user->take_bytes(s.ends[side].id, some);
    p.done(some);
    // The writer may go on.
    if (was_full) push(event_kind::room, now_ + delay(), s.ends[1 - side].host, slot << 1 | side, s.stamp);
    if (how != pipe::what::bytes && s.ends[side].now == stream::state::open) end_side(slot, side);
  }
  schedule(slot, side);
  release(slot);
}

void network::tell_room(const event& e) {
  stream& s = streams_[e.slot >> 1];
  const auto& writer = s.ends[1 - (e.slot & 1)];
  if (s.stamp != e.stamp || writer.now != stream::state::open) return;
  if (const std::uint64_t n = s.to[e.slot & 1].tell(); n != 0) hosts_[writer.host].user->take_written(writer.id, n);
}

// -- ends ---------------------------------------------------------------------------------------------

/// The process is told that it is over.
void network::end_side(std::uint32_t slot, std::uint8_t side) {
  stream& s = streams_[slot];
  const auto end = s.ends[side];
  network_user& user = *hosts_[end.host].user;
  if (const std::uint64_t n = s.to[1 - side].tell(); n != 0) user.take_written(end.id, n);
  user.take_end(end.id);
  close(end.host, end.id);
}

/// Something came for a connection that is closed at its end.
void network::reset_to(std::uint32_t slot, std::uint8_t side) {
  pipe& p = streams_[slot].to[side];
  if (p.is_broken()) return;
  p.break_at(some_of(p));
  p.arrives(now_ + delay(), pipe::what::reset);
  schedule(slot, side);
}

void network::close(std::uint32_t host, cluster::connection_id c) {
  open_end* e = find(host, c);
  if (e == nullptr) return;
  const open_end gone = *e;
  hosts_[host].open.erase(hosts_[host].open.begin() + (e - hosts_[host].open.data()));
  stream& s = streams_[gone.slot];
  s.ends[gone.side].now = stream::state::closed;
  pipe& out = s.to[1 - gone.side];
  if (!out.is_broken()) {
    out.break_at(out.sent());
    out.arrives(now_ + delay(), pipe::what::end);
  }
  schedule(gone.slot, 1 - gone.side);
}

/// A stream that both ends have left is used again.
void network::release(std::uint32_t slot) {
  stream& s = streams_[slot];
  const bool is_over = s.ends[0].now == stream::state::closed && s.ends[1].now == stream::state::closed;
  if ((s.stamp & 1) == 0 || !is_over) return;
  ++s.stamp;
  free_streams_.push_back(slot);
}

void network::handle(const event& e) {
  switch (e.kind) {
    case event_kind::dial: return dial_step(e.slot);
    case event_kind::dialled: return tell_dialled(e);
    case event_kind::accepted: return accept(e);
    case event_kind::bytes: return bytes(e);
    case event_kind::room: return tell_room(e);
    default: return;
  }
}

} // namespace actors::simulation
