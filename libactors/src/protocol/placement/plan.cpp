// SPDX-License-Identifier: BSD-3-Clause
#include <map>

#include "bound.hpp"
#include "search.hpp"
#include "workload.hpp"

namespace actors::placement::detail {

namespace {

/// What is known of one tie when its group is asked why a replica has no place.
located locate(const problem& p, const layout& l, const tie& t) {
  located result = t.how;
  result.name = "request " + p.groups[t.other].asked->name;
  for (const auto& entry : l.where(t.other).nodes.entries())
    result.nodes.push_back(entry.first);
  return result;
}

located locate(const fleet& all, const affinity& a) {
  located result = locate_nothing(a);
  result.name = "region " + a.region;
  result.region = all.find_region(a.region);
  return result;
}

failure explain_group(const problem& p, const layout& l, std::uint32_t group, const fleet& after) {
  const item_group& g = p.groups[group];
  question q{.all = &after, .wanted = &g.asked->where};
  for (const affinity& a : g.asked->where.affinities)
    q.affinities.push_back(locate(after, a));
  for (const tie& t : g.ties)
    q.affinities.push_back(locate(p, l, t));
  for (const auto& [node, count] : l.where(group).nodes.entries())
    q.replicas.insert(q.replicas.end(), count, node);
  if (g.how() == strategy::on_node)
    q.only = after.find(g.asked->where.node);
  return explain(q);
}

/// The fleet with everything in its place.
fleet after_plan(const problem& p, const layout& l) {
  fleet result = *p.all;
  for (fleet::index i = 0; i < p.nodes(); ++i)
    result.set_free(i, l.free(i));
  return result;
}

/// Explains what found no place; many requests have the same reason.
class explainer {
public:
  explainer(const problem& p, const layout& l)
      : problem_{p}, layout_{l}, after_{after_plan(p, l)} {}

  failure why_not(std::uint32_t group) {
    const item_group& g = problem_.groups[group];
    if (!g.ties.empty() || !g.spreads.empty())
      return explain_group(problem_, layout_, group, after_);
    const auto [known, is_new] = reasons_.try_emplace({g.filter, g.needs});
    if (is_new)
      known->second = explain_group(problem_, layout_, group, after_);
    return known->second;
  }

private:
  const problem& problem_;
  const layout& layout_;
  fleet after_;
  std::map<std::pair<std::uint32_t, amounts>, failure> reasons_;
};

placed_request describe(const problem& p, const layout& l, std::uint32_t group,
                        explainer& reasons) {
  placed_request result;
  for (const auto& [node, count] : l.where(group).nodes.entries())
    result.nodes.insert(result.nodes.end(), count, p.all->nodes()[node].id);
  if (result.nodes.size() < p.groups[group].asked->count)
    result.why_not = reasons.why_not(group);
  return result;
}

/// What flows cost, and what their latencies are worth.
struct flow_costs {
  cost transfer = 0;
  cost latency = 0;

  void add(const fleet& all, located how, fleet::index from, fleet::index to, std::int64_t of,
           std::int64_t times) {
    const cost both = cost_between(all, how, from, to, of);
    how.per_ms = 0;
    const cost moved = cost_between(all, how, from, to, of);
    transfer += times * moved;
    latency += times * (both - moved);
  }
};

/// From the replicas of a group to regions.
void add_region_flows(const problem& p, const layout& l, std::uint32_t group, flow_costs& sum) {
  for (const affinity& a : p.groups[group].asked->where.affinities)
    for (const auto& [region, count] : l.where(group).regions.entries())
      sum.add(*p.all, locate_nothing(a), region, *p.all->find_region(a.region), 1, count);
}

/// From the replicas of a group to those of others; each flow is met from both of its ends.
void add_peer_flows(const problem& p, const layout& l, std::uint32_t group, flow_costs& sum) {
  for (const tie& t : p.groups[group].ties)
    for (const auto& [node, count] : l.where(group).nodes.entries()) {
      const auto region = p.all->region_of(node);
      const presence& other = l.where(t.other);
      for (const auto& [there, many] : other.regions.entries())
        sum.add(*p.all, t.how, region, there, t.of, std::int64_t{count} * many);
      sum.add(*p.all, t.how, region, region, t.of, -std::int64_t{count} * other.nodes[node]);
    }
}

void add_nodes(const problem& p, const layout& l, plan& result) {
  cost price = 0;
  for (fleet::index i = 0; i < p.nodes(); ++i) {
    if (l.items_on(i).empty())
      continue;
    ++result.used_nodes;
    result.new_nodes += p.price[i] > 0 ? 1 : 0;
    price += p.price[i];
  }
  result.node_price = to_currency(price);
}

void add_costs(const problem& p, const layout& l, plan& result) {
  flow_costs regions;
  flow_costs peers;
  for (std::uint32_t g = 0; g < p.groups.size(); ++g) {
    add_region_flows(p, l, g, regions);
    add_peer_flows(p, l, g, peers);
  }
  add_nodes(p, l, result);
  result.transfer_price = to_currency(regions.transfer + peers.transfer / 2);
  result.latency_price = to_currency(regions.latency + peers.latency / 2);
}

} // namespace

expected<plan> make_plan(const fleet& all, const std::vector<request>& workload,
                         const plan_options& options) {
  if (auto ok = check(all, workload); !ok)
    return unexpected{std::move(ok).error()};
  const problem p = make_problem(all, workload);
  const cost bound = lower_bound(p);
  const layout l = search{p, options}.run(bound);
  explainer reasons{p, l};
  plan result{.requests = std::vector<placed_request>(workload.size()),
              .lower_bound = to_currency(bound),
              .unplaced = l.unplaced()};
  for (std::uint32_t g = 0; g < p.groups.size(); ++g) {
    const auto position = p.groups[g].asked - workload.data();
    result.requests[static_cast<std::size_t>(position)] = describe(p, l, g, reasons);
  }
  add_costs(p, l, result);
  return result;
}

} // namespace actors::placement::detail
