// SPDX-License-Identifier: BSD-3-Clause
#include "world.hpp"

#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace actors::simulation {

namespace {

constexpr nanoseconds_t never = detail::timer_wheel::never;

network_options network_of(const testing::cluster_options& o) {
  network_options n;
  n.least_delay = o.least_delay;
  n.most_delay = o.most_delay;
  n.capacity = o.pipe_bytes;
  n.bytes_per_second = o.bytes_per_second;
  return n;
}

protocol::downing_rule rule_of(const testing::cluster_options& o) {
  protocol::downing_rule rule;
  rule.strategy = static_cast<protocol::downing_strategy>(o.downing);
  rule.quorum = o.quorum;
  return rule;
}
static_assert(static_cast<int>(testing::downing_strategy::static_quorum) ==
                  static_cast<int>(protocol::downing_strategy::static_quorum) &&
              static_cast<int>(testing::downing_strategy::keep_oldest) ==
                  static_cast<int>(protocol::downing_strategy::keep_oldest));

} // namespace

world::world(const testing::cluster_options& options)
    : options_{options}, random_{options.seed}, net_{options.nodes, network_of(options), events_, random_},
      hosts_(options.nodes) {}

world::~world() = default;

process_options world::options_of(std::size_t at) {
  process_options p;
  // 48 bits; small ones are left to nodes of their own.
  p.engine.node = (random_.next() & ((std::uint64_t{1} << 48) - 1)) | std::uint64_t{1} << 47;
  p.engine.shards = options_.shards;
  p.engine.mailbox = options_.mailbox;
  p.engine.known_to = detail::engine_options::scope::thread;
  p.hub.name = "node-" + std::to_string(at);
  p.hub.address = network::address_of(at);
  if (at < options_.labels.size()) p.hub.labels = options_.labels[at];
  p.hub.secret = options_.secret;
  for (std::size_t i = 0; i < std::min(options_.seeds, size()); ++i)
    p.hub.membership.joining.seeds.push_back(network::address_of(i));
  p.hub.membership.downing.rule = rule_of(options_);
  p.hub.peers.bytes = p.hub.link.queue_bytes = options_.queue_bytes;
  if (const plant* bug = planted_by_name(options_.planted)) {
    p.hub.planted = p.hub.membership.planted = p.hub.link.planted = p.hub.reliable.planted = bug->bug;
    p.hub.directory.plant = bug->directory;
  }
  p.hub.ids_at_once = 128; // less to look through when a node is lost
  p.level = options_.level;
  return p;
}

process* world::running(std::size_t at) noexcept {
  process* p = hosts_[at].last.get();
  return p == nullptr || p->now_in() == process::state::dead ? nullptr : p;
}

std::vector<std::string> world::lines(std::size_t at) const {
  std::vector<std::string> all = hosts_[at].lines;
  if (const process* p = hosts_[at].last.get()) all.insert(all.end(), p->lines().begin(), p->lines().end());
  return all;
}

// -- what happens to hosts ----------------------------------------------------------------------------

void world::start(std::size_t at) {
  kill(at);
  host& h = hosts_[at];
  h.lines = lines(at);
  h.stalled_until = 0;
  // Handles of the last life find no engine any more.
  h.last.reset();
  h.last = std::make_unique<process>(*this, net_, random_, static_cast<std::uint32_t>(at), ++h.lives, h.clock_offset,
                                     options_of(at));
  h.last->begin();
}

void world::kill(std::size_t at) {
  process* p = running(at);
  if (p == nullptr) return;
  p->die();
  net_.end(static_cast<std::uint32_t>(at));
}

void world::power_off(std::size_t at) {
  if (process* p = running(at)) p->die();
  net_.power_off(static_cast<std::uint32_t>(at));
}

void world::stall(std::size_t at, duration time) {
  hosts_[at].stalled_until = std::max(hosts_[at].stalled_until, now_ + time.count());
}

void world::jump_clock(std::size_t at, duration by) {
  hosts_[at].clock_offset += by.count();
  if (process* p = running(at)) p->jump_clock(by);
}

// -- time ---------------------------------------------------------------------------------------------

void world::push(event_kind kind, nanoseconds_t when, std::uint32_t host, std::uint32_t stamp, std::uint32_t slot) {
  events_.push({when, 0, slot, stamp, host, kind});
}

void world::later(duration delay, std::function<void()> what) {
  calls_.push_back(std::move(what));
  events_.push({now_ + delay.count(), 0, static_cast<std::uint32_t>(calls_.size() - 1), 0, 0, event_kind::call});
}

void world::happened(const event& e) noexcept {
  std::uint64_t x = digest_ ^ static_cast<std::uint64_t>(e.when) * 0x9e3779b97f4a7c15;
  x ^= std::uint64_t{e.host} << 56 ^ static_cast<std::uint64_t>(e.kind) << 48 ^ std::uint64_t{e.slot} << 24 ^ e.stamp;
  x *= 0xbf58476d1ce4e5b9;
  digest_ = x ^ x >> 29;
}

bool world::step(nanoseconds_t limit) {
  if (events_.empty() || events_.next().when > limit) return false;
  const event e = events_.pop();
  now_ = std::max(now_, e.when);
  net_.set_time(now_);
  happened(e);
  ++events_done_;
  handle(e);
  return true;
}

void world::handle(const event& e) {
  if (e.kind == event_kind::call) return std::exchange(calls_[e.slot], {})();
  if (e.kind == event_kind::dial) return net_.handle(e);
  host& h = hosts_[e.host];
  if (h.stalled_until > now_) {
    // Whatever is for the process waits, in its order.
    event later = e;
    later.when = h.stalled_until;
    events_.push(later);
    return;
  }
  if (e.kind == event_kind::pump || e.kind == event_kind::turn || e.kind == event_kind::alarm) {
    process* p = running(e.host);
    if (p != nullptr && p->life() == e.stamp) handle_here(*p, e);
    return;
  }
  net_.handle(e);
}

void world::handle_here(process& p, const event& e) {
  switch (e.kind) {
    case event_kind::pump: p.pump(); break;
    case event_kind::turn: p.turn(); break;
    default: p.alarm(); break;
  }
  if (p.now_in() == process::state::left) kill(e.host);
}

bool world::run_until(const std::function<bool()>& done, nanoseconds_t time) {
  const nanoseconds_t limit = time > never - now_ ? never - 1 : now_ + time;
  while (!done()) {
    if (step(limit)) continue;
    now_ = std::max(now_, limit);
    return false;
  }
  return true;
}

} // namespace actors::simulation
