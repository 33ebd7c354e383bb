// SPDX-License-Identifier: BSD-3-Clause
#include <actors/testing_cluster.hpp>

#include <algorithm>
#include <stdexcept>

#include "world.hpp"

namespace actors::testing {

namespace {

using simulation::process;

/// A node as users see it, through all its lives.
class host_node final : public basic_node {
public:
  using basic_node::attach;
};

node_state state_of(const protocol::member& m) {
  if (protocol::is_present(m) && !protocol::is_reachable(m)) return node_state::unreachable;
  switch (m.state) {
    case protocol::member_state::joining: return node_state::joining;
    case protocol::member_state::up: return node_state::up;
    case protocol::member_state::leaving: return node_state::leaving;
    default: return node_state::down;
  }
}

/// Ends of connections that nodes of one build do not bring about by themselves.
std::uint64_t protocol_errors_of(const protocol::refusal_counts& counts) {
  using protocol::refusal;
  std::uint64_t sum = 0;
  for (const refusal why :
       {refusal::oversize, refusal::unknown_kind, refusal::damaged_header, refusal::damaged_payload,
        refusal::out_of_sequence, refusal::unexpected, refusal::malformed, refusal::not_a_link, refusal::wrong_version,
        refusal::wrong_proof, refusal::wrong_cluster, refusal::itself, refusal::types_differ, refusal::window_exceeded,
        refusal::bad_credit, refusal::bad_chunk, refusal::stuffed})
    sum += counts.of(why);
  return sum;
}

} // namespace

struct cluster::body {
  explicit body(const cluster_options& options) : world{options}, nodes(options.nodes) {}

  void start(std::size_t i) {
    world.start(i);
    nodes[i].attach(world.last(i).engine());
  }
  [[nodiscard]] actors::cluster::hub& hub(std::size_t i) { return world.last(i).hub(); }

  simulation::world world;
  std::vector<host_node> nodes;
};

// -- faults -------------------------------------------------------------------------------------------

struct fault::body {
  simulation::world& world;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> paths;
};

void fault::heal() {
  for (const auto& [from, to] : std::exchange(body_->paths, {})) body_->world.net().unblock(from, to);
}

void fault::heal_after(duration time) {
  body_->world.later(time, [self = *this]() mutable { self.heal(); });
}

fault cluster::silence(const std::vector<std::size_t>& from, const std::vector<std::size_t>& to) {
  auto made = std::make_shared<fault::body>(fault::body{body_->world, {}});
  for (const std::size_t a : from)
    for (const std::size_t b : to)
      if (a != b) made->paths.emplace_back(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b));
  for (const auto& [a, b] : made->paths) body_->world.net().block(a, b);
  return fault{std::move(made)};
}

fault cluster::partition(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other) {
  fault there = silence(one, other);
  const fault back = silence(other, one);
  there.body_->paths.insert(there.body_->paths.end(), back.body_->paths.begin(), back.body_->paths.end());
  return there;
}

void cluster::cut(std::size_t a, std::size_t b) {
  body_->world.net().cut(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b));
}

void cluster::kill(std::size_t node) { body_->world.kill(node); }
void cluster::power_off(std::size_t node) { body_->world.power_off(node); }
void cluster::stall(std::size_t node, duration time) { body_->world.stall(node, time); }
void cluster::restart(std::size_t node) { body_->start(node); }
void cluster::leave(std::size_t node) {
  if (is_running(node)) body_->world.leave(node);
}
void cluster::jump_clock(std::size_t node, duration by) {
  if (by > duration::zero()) body_->world.jump_clock(node, by);
}

// -- the cluster --------------------------------------------------------------------------------------

cluster::cluster(const cluster_options& options) : body_{std::make_unique<body>(options)} {
  for (std::size_t i = 0; i < size(); ++i) body_->start(i);
  if (options.begin == cluster_options::beginning::formed && !run_until_agreed())
    throw std::runtime_error{"the simulated cluster does not form"};
}

cluster::~cluster() = default;

basic_node& cluster::operator[](std::size_t node) { return body_->nodes.at(node); }

basic_node& cluster::at(const actor_id& who) {
  for (std::size_t i = 0; i < size(); ++i)
    if (id_of(i) == who.node()) return body_->nodes[i];
  for (std::size_t i = 0; i < size(); ++i)
    if (is_running(i)) return body_->nodes[i];
  return body_->nodes[0];
}

std::size_t cluster::size() const noexcept { return body_->world.size(); }

void cluster::run_for(duration time) {
  body_->world.run_until([] { return false; }, time.count());
}

bool cluster::run_until(const std::function<bool()>& done, duration limit) {
  return body_->world.run_until(done, limit.count());
}

bool cluster::run_until_agreed(duration limit) {
  // To look after each event would cost more than the events.
  constexpr duration look = std::chrono::milliseconds{10};
  for (const duration end = now() + limit; !is_agreed(); run_for(look))
    if (now() >= end) return false;
  return true;
}

void cluster::later(duration delay, std::function<void()> what) { body_->world.later(delay, std::move(what)); }

bool cluster::step() { return body_->world.step(detail::timer_wheel::never - 1); }

duration cluster::now() const noexcept { return duration{body_->world.now()}; }
random_source& cluster::random() noexcept { return body_->world.random(); }
std::uint64_t cluster::digest() const noexcept { return body_->world.digest(); }
std::uint64_t cluster::events() const noexcept { return body_->world.events(); }

// -- nodes --------------------------------------------------------------------------------------------

bool cluster::is_running(std::size_t node) const noexcept {
  const process* p = body_->world.running(node);
  return p != nullptr && p->now_in() == process::state::running;
}

bool cluster::is_member(std::size_t node) const noexcept {
  return is_running(node) && body_->hub(node).membership().now_in() == protocol::membership::phase::member;
}

bool cluster::is_expelled(std::size_t node) const noexcept {
  return body_->world.last(node).now_in() == process::state::expelled;
}

bool cluster::is_stalled(std::size_t node) const noexcept { return body_->world.is_stalled(node); }

std::uint64_t cluster::id_of(std::size_t node) const noexcept { return body_->world.last(node).engine().node(); }

std::uint64_t cluster::founder_of(std::size_t node) const noexcept {
  return is_running(node) ? static_cast<std::uint64_t>(body_->hub(node).membership().cluster()) : 0;
}

std::vector<node_info> cluster::members(std::size_t node) const {
  std::vector<node_info> all;
  for (const protocol::member& m : body_->hub(node).membership().table().members())
    all.push_back({static_cast<std::uint64_t>(m.id), m.name, m.address, m.labels, state_of(m)});
  return all;
}

bool cluster::is_agreed() const {
  std::size_t running = 0;
  for (std::size_t i = 0; i < size(); ++i) running += is_running(i) ? 1 : 0;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!is_running(i)) continue;
    if (!is_member(i)) return false;
    const auto& table = body_->hub(i).membership().table();
    std::size_t up = 0;
    for (const protocol::member& m : table.members()) {
      if (m.state == protocol::member_state::down) continue;
      if (m.state != protocol::member_state::up || m.live != protocol::liveness::alive) return false;
      ++up;
    }
    if (up != running) return false;
    for (std::size_t k = 0; k < size(); ++k)
      if (is_running(k) && table.find(protocol::node_id{id_of(k)}) == nullptr) return false;
  }
  return true;
}

std::vector<std::string> cluster::logged(std::size_t node) const { return body_->world.lines(node); }

cluster_counters cluster::counters(std::size_t node) const {
  const auto& hub = body_->hub(node);
  cluster_counters c;
  c.connections = hub.connections();
  c.links = hub.open_links();
  c.peers = hub.known_peers();
  c.waiting_bytes = hub.waiting_bytes();
  c.nodes_lost = hub.counts().nodes_lost;
  c.malformed = hub.deliveries().malformed;
  c.misaddressed = hub.deliveries().misaddressed;
  c.protocol_errors = protocol_errors_of(hub.refusals());
  return c;
}

} // namespace actors::testing
