// SPDX-License-Identifier: BSD-3-Clause
#include "layout.hpp"

namespace actors::placement::detail {

namespace {

bool is_bounded(const tie& t) { return t.how.within != any_latency; }

bool is_priced(const tie& t) { return t.how.gb_per_hour_thousandths != 0 || t.how.per_ms != 0; }

/// The stricter of two rules for a region.
fleet::index both(fleet::index a, fleet::index b) {
  if (a == surroundings::anywhere)
    return b;
  return b == surroundings::anywhere || a == b ? a : surroundings::nowhere;
}

} // namespace

layout::layout(const problem& p)
    : problem_{&p}, node_of_(p.group_of_item.size(), nowhere),
      place_on_node_(p.group_of_item.size()), items_on_(p.nodes()), free_{p.free},
      presence_(p.groups.size()), used_(p.nodes()),
      roomy_(p.nodes()), unplaced_{p.group_of_item.size()} {
  for (fleet::index i = 0; i < p.nodes(); ++i)
    note_use(i);
  for (std::size_t g = 0; g < p.groups.size(); ++g)
    presence_[g].domains.resize(p.groups[g].spreads.size());
}

bool layout::admits(const item_group& g, std::uint32_t group, fleet::index node) const {
  if (!covers(free_[node], g.needs) || !problem_->filters[g.filter].admits[node])
    return false;
  for (std::size_t i = 0; i < g.spreads.size(); ++i) {
    const auto domain = (*g.spreads[i].domains)[node];
    if (presence_[group].domains[i][domain] >= g.spreads[i].most)
      return false;
  }
  return true;
}

cost layout::distance_cost(const item_group& g, fleet::index node) const {
  const fleet& all = *problem_->all;
  const auto region = all.region_of(node);
  cost sum = g.region_costs.empty() ? 0 : g.region_costs[region];
  for (const tie& t : g.ties) {
    if (!is_priced(t))
      continue;
    const presence& other = presence_[t.other];
    for (const auto& [there, count] : other.regions.entries())
      sum += count * cost_between(all, t.how, region, there, t.of);
    if (const auto beside = other.nodes[node])
      sum -= beside * cost_between(all, t.how, region, region, t.of);
  }
  return sum;
}

void layout::survey(const item_group& g, surroundings& out) const {
  const std::size_t regions = problem_->all->regions();
  for (const auto node : out.nodes_with_savings)
    out.savings[node] = 0;
  out.nodes_with_savings.clear();
  out.savings.resize(problem_->nodes());
  out.allowed.assign(regions, surroundings::anywhere);
  out.region_costs = g.region_costs;
  out.region_costs.resize(regions);
  for (const tie& t : g.ties)
    survey_tie(t, out);
  out.least = regions == 0 ? 0 : *std::ranges::min_element(out.region_costs);
  for (const auto node : out.nodes_with_savings)
    out.least =
        std::min(out.least, out.region_costs[problem_->all->region_of(node)] - out.savings[node]);
}

void layout::survey_tie(const tie& t, surroundings& out) const {
  if (is_bounded(t))
    bound_tie(t, out);
  if (!is_priced(t))
    return;
  const fleet& all = *problem_->all;
  const presence& other = presence_[t.other];
  for (fleet::index r = 0; r < all.regions(); ++r)
    for (const auto& [there, count] : other.regions.entries())
      out.region_costs[r] += count * cost_between(all, t.how, r, there, t.of);
  for (const auto& [node, count] : other.nodes.entries()) {
    const auto region = all.region_of(node);
    if (const cost saved = count * cost_between(all, t.how, region, region, t.of); saved != 0) {
      if (out.savings[node] == 0)
        out.nodes_with_savings.push_back(node);
      out.savings[node] += saved;
    }
  }
}

void layout::bound_tie(const tie& t, surroundings& out) const {
  const fleet& all = *problem_->all;
  const presence& other = presence_[t.other];
  for (const auto& [there, count] : other.regions.entries())
    for (fleet::index r = 0; r < all.regions(); ++r) {
      if (all.latency(r, there) <= t.how.within.count())
        continue;
      // Nodes of one region are too far apart: only a node that has all of them will do.
      const bool together = r == there && other.nodes.entries().size() == 1;
      out.allowed[r] = both(out.allowed[r],
                            together ? other.nodes.entries().front().first : surroundings::nowhere);
    }
}

void layout::count_in(std::uint32_t group, fleet::index node) {
  presence& here = presence_[group];
  here.nodes.add(node);
  here.regions.add(problem_->all->region_of(node));
  for (std::size_t i = 0; i < here.domains.size(); ++i)
    here.domains[i].add((*problem_->groups[group].spreads[i].domains)[node]);
}

void layout::count_out(std::uint32_t group, fleet::index node) {
  presence& here = presence_[group];
  here.nodes.remove(node);
  here.regions.remove(problem_->all->region_of(node));
  for (std::size_t i = 0; i < here.domains.size(); ++i)
    here.domains[i].remove((*problem_->groups[group].spreads[i].domains)[node]);
}

void layout::note_use(fleet::index node) {
  const bool used = problem_->price[node] == 0 || !items_on_[node].empty();
  if (used != used_.contains(node))
    total_ += used ? problem_->price[node] : -problem_->price[node];
  used_.set(node, used);
  roomy_.set(node, used && covers(free_[node], problem_->least_needs));
}

void layout::put(std::uint32_t item, fleet::index node) {
  const auto group = problem_->group_of_item[item];
  const item_group& g = problem_->groups[group];
  total_ += distance_cost(g, node);
  node_of_[item] = node;
  place_on_node_[item] = static_cast<std::uint32_t>(items_on_[node].size());
  items_on_[node].push_back(item);
  for (std::size_t r = 0; r < resources; ++r)
    free_[node][r] -= g.needs[r];
  note_use(node);
  count_in(group, node);
  --unplaced_;
}

void layout::take(std::uint32_t item) {
  const auto group = problem_->group_of_item[item];
  const auto node = node_of_[item];
  const item_group& g = problem_->groups[group];
  count_out(group, node);
  auto& items = items_on_[node];
  place_on_node_[items.back()] = place_on_node_[item];
  items[place_on_node_[item]] = items.back();
  items.pop_back();
  for (std::size_t r = 0; r < resources; ++r)
    free_[node][r] += g.needs[r];
  note_use(node);
  node_of_[item] = nowhere;
  total_ -= distance_cost(g, node);
  ++unplaced_;
}

} // namespace actors::placement::detail
