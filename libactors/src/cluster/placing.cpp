// SPDX-License-Identifier: BSD-3-Clause
#include "placing.hpp"

#include <algorithm>
#include <string>

namespace actors::cluster {

namespace {

using placement::detail::node_state;

/// Messages that keep a core busy for a second: what a report says of load is relative.
constexpr double messages_per_core = 10e6;
/// What an actor is taken to need until its node has told.
constexpr double cores_of_a_newcomer = 1e-3;

node_labels labels_of(const protocol::member& m) {
  std::string text;
  for (const auto& [key, value] : m.labels) text += (text.empty() ? "" : ",") + key + "=" + value;
  // They have been checked where they were given; a node that says nonsense has no labels.
  return parse_labels(text).value_or(node_labels{});
}

node_state state_of(const protocol::member& m) {
  switch (m.state) {
    case protocol::member_state::joining: return node_state::joining;
    case protocol::member_state::up: return node_state::up;
    case protocol::member_state::leaving: return node_state::leaving;
    case protocol::member_state::down:
    case protocol::member_state::removed: break;
  }
  return node_state::down;
}

} // namespace

void placing::note(protocol::member_event what, const protocol::member& who) {
  const auto node = static_cast<std::uint64_t>(who.id);
  std::lock_guard guard{mutex_};
  fleet_.reset();
  if (what == protocol::member_event::down || what == protocol::member_event::removed) {
    nodes_.erase(node);
    return;
  }
  known& k = nodes_[node];
  if (k.entry.id == 0) k.entry = {node, who.name, labels_of(who), {}, node_state::joining, true};
  k.entry.state = state_of(who);
  if (what == protocol::member_event::unreachable) k.is_reachable = false;
  if (what == protocol::member_event::reachable) k.is_reachable = true;
}

void placing::note(std::uint64_t node, const load_report& load) {
  std::lock_guard guard{mutex_};
  const auto at = nodes_.find(node);
  if (at == nodes_.end()) return;
  known& k = at->second;
  const double seconds = static_cast<double>(load.at_ns - k.last.at_ns) / 1e9;
  if (k.last.at_ns != 0 && seconds > 0.01 && load.handled >= k.last.handled)
    k.reported_cores = static_cast<double>(load.handled - k.last.handled) / seconds / messages_per_core;
  k.last = load;
  k.placed_since = 0;
  fleet_.reset();
}

void placing::refresh() {
  if (fleet_ != nullptr) return;
  placement::detail::node_table table;
  std::map<std::string, int> names;
  for (auto& [node, k] : nodes_) {
    placement::detail::node_entry e = k.entry;
    // Two nodes of one name are told apart by their ids, which is what placement by name cannot do.
    if (++names[e.name] > 1) e.name += "#" + std::to_string(node);
    if (!k.is_reachable) e.state = node_state::down;
    const double newcomers = cores_of_a_newcomer * static_cast<double>(k.placed_since + k.last.actors);
    e.load.cores = std::min(e.labels.cores, k.reported_cores + newcomers);
    e.load.actors = k.last.actors + k.placed_since;
    table.nodes.push_back(std::move(e));
  }
  auto made = placement::detail::fleet::make(std::move(table));
  if (made) fleet_ = std::make_unique<placement::detail::fleet>(std::move(*made));
}

std::vector<std::uint64_t> placing::members() const {
  std::vector<std::uint64_t> all{self_};
  std::lock_guard guard{mutex_};
  for (const auto& [node, k] : nodes_)
    if (node != self_ && k.is_reachable && k.entry.state == node_state::up) all.push_back(node);
  return all;
}

expected<std::uint64_t> placing::choose(const placement::spec& wanted) {
  if (wanted == placement::here) return self_; // also before the cluster has let this node in
  std::lock_guard guard{mutex_};
  refresh();
  if (fleet_ == nullptr) return fail(errc::node_lost, "no node of the cluster is known yet");
  placement::detail::situation now;
  now.self = self_;
  now.locate = [this](const actor_id& id) { return std::optional<std::uint64_t>{engine_.residence_of(id)}; };
  now.last = last_;
  const auto chosen = placement::detail::choose(*fleet_, wanted, now);
  if (!chosen) return tl::make_unexpected(chosen.error());
  last_ = chosen->node;
  known& k = nodes_[chosen->node];
  ++k.placed_since;
  // The order of the least loaded changes with each.
  if (wanted.strategy == placement::strategy::least_loaded) fleet_.reset();
  return chosen->node;
}

} // namespace actors::cluster
