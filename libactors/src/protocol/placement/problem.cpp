// SPDX-License-Identifier: BSD-3-Clause
#include "problem.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

namespace actors::placement::detail {

namespace {

using group_names = std::unordered_map<std::string_view, std::uint32_t>;

/// Equal for requests that the same nodes admit.
std::string signature(const spec& s) {
  std::string text =
      fmt::format("{}|{}|{}|", s.node, s.needs.gpu_memory, s.needs.price_limit.value_or(-1));
  for (const auto& [key, value] : s.labels)
    text += fmt::format("+{}={}", key, value);
  for (const auto& [key, value] : s.without)
    text += fmt::format("-{}={}", key, value);
  for (const spread& rule : s.spreads)
    text += '/' + rule.by;
  for (const affinity& a : s.affinities)
    text += fmt::format("@{}<{}", a.region, a.within.count());
  return text;
}

bool is_admitted(const fleet& all, const spec& wanted, fleet::index node) {
  if (wanted.strategy == strategy::on_node && all.nodes()[node].name != wanted.node)
    return false;
  for (const affinity& a : wanted.affinities)
    if (all.latency(all.region_of(node), *all.find_region(a.region)) > a.within.count())
      return false;
  return !declared_obstacle(wanted, all.nodes()[node]);
}

node_filter make_filter(const problem& p, spec wanted) {
  // Amounts differ among the requests of a filter; what is free is compared for each.
  wanted.needs.cores = 0;
  wanted.needs.memory = 0;
  wanted.needs.gpus = 0;
  node_filter result;
  for (fleet::index i = 0; i < p.nodes(); ++i) {
    result.admits.push_back(is_admitted(*p.all, wanted, i));
    result.nodes += result.admits.back() ? 1 : 0;
    result.gpu_nodes += result.admits.back() && p.free[i][2] > 0 ? 1 : 0;
    for (std::size_t r = 0; r < resources && result.admits.back(); ++r)
      result.supply[r] += static_cast<double>(std::max<std::int64_t>(p.free[i][r], 0));
  }
  return result;
}

std::vector<std::uint32_t> number_domains(const fleet& all, const std::string& label) {
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::uint32_t> result;
  for (const node_entry& n : all.nodes())
    result.push_back(
        numbers.emplace(domain_of(n, label), static_cast<std::uint32_t>(numbers.size()))
            .first->second);
  return result;
}

std::vector<cost> cost_of_regions(const fleet& all, const spec& wanted) {
  std::vector<cost> costs;
  for (const affinity& a : wanted.affinities) {
    costs.resize(all.regions());
    const located flow = locate_nothing(a);
    for (fleet::index r = 0; r < all.regions(); ++r)
      costs[r] += cost_between(all, flow, r, *all.find_region(a.region), 1);
  }
  return costs;
}

double share_of(const amounts& needs, const node_filter& f) {
  double most = 0;
  for (std::size_t r = 0; r < resources; ++r)
    if (needs[r] > 0)
      most = std::max(most, static_cast<double>(needs[r]) / std::max(f.supply[r], 1e-9));
  return most;
}

int narrowness_of(const problem& p, const amounts& needs, const node_filter& f) {
  const auto room = std::max(needs[2] > 0 ? f.gpu_nodes : f.nodes, 1U);
  return static_cast<int>(std::bit_width(p.nodes() / room));
}

void add_ties(problem& p, std::uint32_t self, const group_names& numbers) {
  for (const peer& with : p.groups[self].asked->peers) {
    const auto other = numbers.at(with.request);
    const auto count = std::int64_t{p.groups[other].asked->count} - (other == self ? 1 : 0);
    const tie t{other, locate_nothing(with.how), std::max<std::int64_t>(count, 1)};
    p.groups[self].ties.push_back(t);
    p.groups[other].ties.push_back({self, t.how, t.of});
  }
  if (const auto found = numbers.find(p.groups[self].asked->near); found != numbers.end())
    p.groups[self].near = found->second;
}

item_group make_group(problem& p, const request& r,
                      std::unordered_map<std::string, std::uint32_t>& filters) {
  item_group g{.asked = &r, .needs = amounts_of(r.where.needs)};
  const auto [known, is_new] = filters.emplace(signature(r.where), p.filters.size());
  if (is_new)
    p.filters.push_back(make_filter(p, r.where));
  g.filter = known->second;
  g.narrowness = narrowness_of(p, g.needs, p.filters[g.filter]);
  g.share = share_of(g.needs, p.filters[g.filter]);
  g.first_item = static_cast<std::uint32_t>(p.group_of_item.size());
  g.region_costs = cost_of_regions(*p.all, r.where);
  for (const spread& rule : r.where.spreads) {
    auto& domains = p.domains[rule.by];
    if (domains.empty())
      domains = number_domains(*p.all, rule.by);
    g.spreads.push_back({&domains, rule.most});
  }
  return g;
}

amounts least_of(const std::vector<item_group>& groups) {
  amounts least{};
  for (std::size_t r = 0; r < resources && !groups.empty(); ++r)
    least[r] = std::ranges::min_element(groups, {}, [&](const item_group& g) {
                 return g.needs[r];
               })->needs[r];
  return least;
}

} // namespace

problem make_problem(const fleet& all, const std::vector<request>& workload) {
  problem p{.all = &all};
  for (fleet::index i = 0; i < all.nodes().size(); ++i) {
    p.free.push_back(all.free(i));
    p.price.push_back(all.in_use(i) ? 0 : to_cost(all.nodes()[i].labels.price));
  }
  std::vector<const request*> sorted;
  for (const request& r : workload)
    sorted.push_back(&r);
  std::ranges::sort(sorted, {}, [](const request* r) -> const std::string& { return r->name; });
  std::unordered_map<std::string, std::uint32_t> filters;
  group_names numbers;
  for (const request* r : sorted) {
    const auto number = static_cast<std::uint32_t>(p.groups.size());
    numbers.emplace(r->name, number);
    p.groups.push_back(make_group(p, *r, filters));
    p.group_of_item.insert(p.group_of_item.end(), r->count, number);
  }
  for (std::uint32_t g = 0; g < p.groups.size(); ++g)
    add_ties(p, g, numbers);
  p.least_needs = least_of(p.groups);
  return p;
}

} // namespace actors::placement::detail
