// SPDX-License-Identifier: BSD-3-Clause
#include "choose.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

#include "constraints.hpp"

namespace actors::placement::detail {

namespace {

/// Compared in order; the least wins.
using rank = std::array<std::int64_t, 4>;

std::int64_t per_core(std::uint64_t count, double cores) {
  const auto milli = std::max<std::uint64_t>(static_cast<std::uint64_t>(to_millicores(cores)), 1);
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, 1ULL << 40) * 1'000'000 / milli);
}

/// The node's load with the actor on it, then its queue, then its actors.
rank load_rank(const question& q, fleet::index node) {
  const node_entry& n = q.all->nodes()[node];
  return {load_with(amounts_of(n.labels), q.all->free(node), amounts_of(q.wanted->needs)),
          per_core(n.load.queue, n.labels.cores), per_core(n.load.actors, n.labels.cores), 0};
}

cost added_cost(const question& q, fleet::index node) {
  const cost price = q.all->in_use(node) ? 0 : to_cost(q.all->nodes()[node].labels.price);
  return price + q.distance_cost(node);
}

/// Of equal costs the node that is cheap to keep, then the fullest: it leaves others to be given
/// up.
rank cost_rank(const question& q, fleet::index node) {
  return {added_cost(q, node), to_cost(q.all->nodes()[node].labels.price), -load_rank(q, node)[0],
          0};
}

rank distance_rank(const question& q, fleet::index node, fleet::index target) {
  const rank load = load_rank(q, node);
  return {node == target ? -1 : q.all->latency_of_nodes(node, target), load[0], load[1], load[2]};
}

/// How many ids lie between the last choice and this one.
rank turn_rank(const question& q, fleet::index node, std::uint64_t last) {
  const auto& nodes = q.all->nodes();
  const auto after = std::ranges::upper_bound(nodes, last, {}, &node_entry::id) - nodes.begin();
  const auto count = static_cast<std::int64_t>(nodes.size());
  return {(std::int64_t{node} - after + count) % count, 0, 0, 0};
}

expected<fleet::index> node_of(const fleet& all, const actor_id& actor, const situation& now) {
  const auto id = now.locate ? now.locate(actor) : std::nullopt;
  const auto found = id ? all.find(*id) : std::nullopt;
  if (!found)
    return fail(errc::no_such_actor,
                fmt::format("actor {}: expected one whose node is known", to_string(actor)),
                to_string(actor));
  return *found;
}

expected<located> locate(const fleet& all, const affinity& a, const situation& now) {
  located result = locate_nothing(a);
  if (a.actor) {
    result.name = "actor " + to_string(a.actor);
    return node_of(all, a.actor, now).map([&](fleet::index node) {
      result.nodes = {node};
      return result;
    });
  }
  result.name = "region " + a.region;
  result.region = all.find_region(a.region);
  if (!result.region)
    return fail(errc::invalid_argument,
                "affinity.region: expected a region of a node or of a pair of regions", a.region);
  return result;
}

/// The only node of `here` and `on_node`; none for the others.
expected<std::optional<fleet::index>> only_node(const fleet& all, const spec& wanted,
                                                const situation& now) {
  if (wanted.strategy == strategy::here) {
    if (const auto found = all.find(now.self))
      return found;
    return fail(errc::node_lost, "no node has this node's id", std::to_string(now.self));
  }
  if (wanted.strategy != strategy::on_node)
    return std::nullopt;
  if (const auto found = all.find(wanted.node))
    return found;
  return fail(
      errc::invalid_argument,
      fmt::format("no node is named {}: expected one of {} names", wanted.node, all.nodes().size()),
      wanted.node);
}

expected<question> prepare(const fleet& all, const spec& wanted, const situation& now) {
  question q{.all = &all, .wanted = &wanted};
  for (const affinity& a : wanted.affinities) {
    auto found = locate(all, a, now);
    if (!found)
      return unexpected{std::move(found).error()};
    q.affinities.push_back(std::move(*found));
  }
  for (const std::uint64_t id : now.replicas)
    if (const auto found = all.find(id))
      q.replicas.push_back(*found);
  auto only = only_node(all, wanted, now);
  if (!only)
    return unexpected{std::move(only).error()};
  q.only = *only;
  return q;
}

template <class Rank>
expected<choice> least(const question& q, Rank rank_of) {
  std::optional<fleet::index> best;
  rank least{};
  const auto nodes = static_cast<fleet::index>(q.all->nodes().size());
  for (fleet::index i = q.only.value_or(0); i < (q.only ? *q.only + 1 : nodes); ++i) {
    if (q.obstacle_of(i))
      continue;
    // In order of ids, so that of equals the first stays.
    if (const rank here = rank_of(i); !best || here < least) {
      best = i;
      least = here;
    }
  }
  if (!best)
    return unexpected{explain(q)};
  const node_entry& n = q.all->nodes()[*best];
  return choice{n.id, n.name, to_currency(added_cost(q, *best))};
}

expected<choice> decide(const question& q, const situation& now) {
  switch (q.wanted->strategy) {
  case strategy::near_actor:
    return node_of(*q.all, q.wanted->actor, now).and_then([&](fleet::index target) {
      return least(q, [&](fleet::index i) { return distance_rank(q, i, target); });
    });
  case strategy::round_robin:
    return least(q, [&](fleet::index i) { return turn_rank(q, i, now.last); });
  case strategy::cheapest:
    return least(q, [&](fleet::index i) { return cost_rank(q, i); });
  case strategy::here:
  case strategy::on_node:
  case strategy::least_loaded:
    break;
  }
  return least(q, [&](fleet::index i) { return load_rank(q, i); });
}

} // namespace

std::int64_t load_with(const amounts& capacity, const amounts& free,
                       const amounts& needs) noexcept {
  std::int64_t most = 0;
  for (std::size_t r = 0; r < resources; ++r) {
    if (capacity[r] <= 0)
      continue;
    // A petabyte times a million does not fit.
    const int width = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(capacity[r])));
    const int shift = std::max(0, width - 40);
    const std::int64_t used =
        std::clamp<std::int64_t>(capacity[r] - free[r] + needs[r], 0, 2 * capacity[r]) >> shift;
    most = std::max(most, used * 1'000'000 / (capacity[r] >> shift));
  }
  return most;
}

expected<choice> choose(const fleet& all, const spec& wanted, const situation& now) {
  return check(wanted)
      .and_then([&] { return prepare(all, wanted, now); })
      .and_then([&](const question& q) { return decide(q, now); });
}

} // namespace actors::placement::detail
