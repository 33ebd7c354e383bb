// SPDX-License-Identifier: BSD-3-Clause
#include "constraints.hpp"

#include <algorithm>

#include "labels.hpp"

namespace actors::placement::detail {

namespace {

std::optional<obstacle> label_obstacle(const spec& wanted, const node_labels& has) {
  std::size_t which = 0;
  for (const auto& [key, value] : wanted.labels) {
    if (!has_label(has, key, value))
      return obstacle{constraint::label, which};
    ++which;
  }
  which = 0;
  for (const auto& [key, value] : wanted.without) {
    if (has_label(has, key, value))
      return obstacle{constraint::unwanted_label, which};
    ++which;
  }
  return std::nullopt;
}

std::optional<obstacle> size_obstacle(const requirements& needs, const node_labels& has) {
  if (needs.price_limit && to_cost(has.price) > to_cost(*needs.price_limit))
    return obstacle{constraint::price_limit};
  if (needs.gpu_memory > has.gpu_memory)
    return obstacle{constraint::gpu_memory};
  if (needs.gpus > has.gpus)
    return obstacle{constraint::gpus};
  if (to_millicores(needs.cores) > to_millicores(has.cores))
    return obstacle{constraint::cores};
  if (needs.memory > has.memory)
    return obstacle{constraint::memory};
  return std::nullopt;
}

std::optional<obstacle> free_obstacle(const amounts& needs, const amounts& free) {
  constexpr constraint by_resource[] = {constraint::free_cores, constraint::free_memory,
                                        constraint::free_gpus};
  for (const std::size_t r : {2, 0, 1})
    if (needs[r] > 0 && needs[r] > free[r])
      return obstacle{by_resource[r]};
  return std::nullopt;
}

bool is_near_enough(const fleet& all, const located& other, fleet::index node) {
  const auto reached = [&](std::int64_t latency) { return latency <= other.within.count(); };
  if (other.region && !reached(all.latency(all.region_of(node), *other.region)))
    return false;
  return std::ranges::all_of(
      other.nodes, [&](fleet::index there) { return reached(all.latency_of_nodes(node, there)); });
}

} // namespace

located locate_nothing(const affinity& a) {
  return {.within = a.within,
          .gb_per_hour_thousandths = std::llround(a.gb_per_hour * 1e3),
          .per_ms = to_cost(a.price_per_ms)};
}

cost cost_between(const fleet& all, const located& flow, fleet::index region, fleet::index other,
                  std::int64_t of) {
  // Thousandths of 10^9 bytes times billionths of the currency stay below 10^18, as do
  // microseconds times billionths: see the limits in `check` and `fleet::make`.
  const cost transfer = flow.gb_per_hour_thousandths * all.price_per_gb(region, other) / 1000;
  const cost waiting = flow.per_ms * (all.latency(region, other) / 1000) / 1000;
  return (transfer + waiting) / of;
}

std::string domain_of(const node_entry& node, const std::string& label) {
  return label == "node" ? node.name : label_of(node.labels, label);
}

std::optional<obstacle> declared_obstacle(const spec& wanted, const node_entry& node) {
  if (node.state != node_state::up)
    return obstacle{constraint::state};
  if (const auto found = label_obstacle(wanted, node.labels))
    return found;
  if (const auto found = size_obstacle(wanted.needs, node.labels))
    return found;
  for (std::size_t i = 0; i < wanted.spreads.size(); ++i)
    if (domain_of(node, wanted.spreads[i].by).empty())
      return obstacle{constraint::domain, i};
  return std::nullopt;
}

std::optional<obstacle> question::obstacle_of(fleet::index node) const {
  const node_entry& n = all->nodes()[node];
  if (const auto found = declared_obstacle(*wanted, n))
    return found;
  for (std::size_t i = 0; i < affinities.size(); ++i)
    if (!is_near_enough(*all, affinities[i], node))
      return obstacle{constraint::latency, i};
  for (std::size_t i = 0; i < wanted->spreads.size() && !replicas.empty(); ++i) {
    const auto& [by, most] = wanted->spreads[i];
    const std::string domain = domain_of(n, by);
    const auto there = std::ranges::count_if(replicas, [&, &label = by](fleet::index r) {
      return domain_of(all->nodes()[r], label) == domain;
    });
    if (static_cast<std::uint64_t>(there) >= most)
      return obstacle{constraint::spread, i};
  }
  return free_obstacle(amounts_of(wanted->needs), all->free(node));
}

cost question::distance_cost(fleet::index node) const {
  const auto region = all->region_of(node);
  cost sum = 0;
  for (const located& other : affinities) {
    if (other.region)
      sum += cost_between(*all, other, region, *other.region, 1);
    const auto of = static_cast<std::int64_t>(other.nodes.size());
    for (const fleet::index there : other.nodes)
      if (there != node)
        sum += cost_between(*all, other, region, all->region_of(there), of);
  }
  return sum;
}

} // namespace actors::placement::detail
