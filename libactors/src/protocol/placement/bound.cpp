// SPDX-License-Identifier: BSD-3-Clause
#include "bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace actors::placement::detail {

namespace {

/// How much of each resource counts; every choice makes a bound.
using weights = std::array<double, resources>;

double weigh(const amounts& a, const weights& w) {
  double sum = 0;
  for (std::size_t r = 0; r < resources; ++r)
    sum += static_cast<double>(std::max<std::int64_t>(a[r], 0)) * w[r];
  return sum;
}

using demand = std::array<double, resources>;

/// What the items need that the filter's nodes have to hold.
std::vector<demand> demands(const problem& p) {
  std::vector<demand> result(p.filters.size());
  for (const item_group& g : p.groups)
    for (std::size_t r = 0; r < resources; ++r)
      result[g.filter][r] += static_cast<double>(g.needs[r]) * g.asked->count;
  return result;
}

/// The least price of new nodes of a filter that hold `need`, if nodes may be cut.
double cover(const problem& p, const node_filter& f, double need, const weights& w) {
  std::vector<std::pair<double, double>> offers; // price of a unit, units
  for (std::uint32_t i = 0; i < p.nodes(); ++i) {
    const double has = f.admits[i] ? weigh(p.free[i], w) : 0;
    if (has <= 0)
      continue;
    if (p.price[i] == 0)
      need -= has;
    else
      offers.emplace_back(static_cast<double>(p.price[i]) / has, has);
  }
  std::ranges::sort(offers);
  double price = 0;
  for (const auto& [unit, has] : offers) {
    if (need <= 0)
      break;
    price += unit * std::min(need, has);
    need -= has;
  }
  return price;
}

double weighted_cover(const problem& p, const node_filter& f, const demand& need,
                      const weights& w) {
  double sum = 0;
  for (std::size_t r = 0; r < resources; ++r)
    sum += need[r] * w[r];
  return cover(p, f, sum, w);
}

/// The best bound that is found by doubling and halving one weight at a time, in ever smaller
/// steps.
double price_bound(const problem& p, const node_filter& f, const demand& need) {
  weights w{};
  for (std::size_t r = 0; r < resources; ++r)
    w[r] = need[r] > 0 ? 1 / need[r] : 0;
  double best = weighted_cover(p, f, need, w);
  for (double step = 8; step > 1.05; step = std::sqrt(step))
    for (std::size_t r = 0; r < resources; ++r)
      for (const double factor : {step, 1 / step, step, 1 / step}) {
        weights other = w;
        other[r] *= factor;
        if (const double found = weighted_cover(p, f, need, other); found > best) {
          best = found;
          w = other;
        }
      }
  return best;
}

bool are_disjoint(const std::vector<bool>& a, const std::vector<bool>& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] && b[i])
      return false;
  return true;
}

/// So many are looked at one by one.
constexpr std::size_t most_filters = 64;

/// The filter that admits what any of them does.
node_filter united(const problem& p) {
  node_filter all{.admits = std::vector<bool>(p.nodes())};
  for (const node_filter& f : p.filters)
    for (std::size_t i = 0; i < p.nodes(); ++i)
      all.admits[i] = all.admits[i] || f.admits[i];
  return all;
}

/// Bounds of filters that share no node add up.
double bound_of_disjoint(const problem& p, const std::vector<demand>& needs) {
  std::vector<std::pair<double, std::size_t>> bounds;
  for (std::size_t f = 0; f < std::min(p.filters.size(), most_filters); ++f)
    bounds.emplace_back(-price_bound(p, p.filters[f], needs[f]), f);
  std::ranges::sort(bounds);
  std::vector<bool> taken(p.nodes());
  double sum = 0;
  for (const auto& [negative, f] : bounds) {
    if (!are_disjoint(taken, p.filters[f].admits))
      continue;
    sum -= negative;
    for (std::size_t i = 0; i < p.nodes(); ++i)
      taken[i] = taken[i] || p.filters[f].admits[i];
  }
  return sum;
}

double distance_bound(const problem& p) {
  double sum = 0;
  for (const item_group& g : p.groups) {
    if (g.region_costs.empty())
      continue;
    cost least = std::numeric_limits<cost>::max();
    for (std::uint32_t i = 0; i < p.nodes(); ++i)
      if (p.filters[g.filter].admits[i])
        least = std::min(least, g.region_costs[p.all->region_of(i)]);
    if (least != std::numeric_limits<cost>::max())
      sum += static_cast<double>(least) * g.asked->count;
  }
  return sum;
}

} // namespace

cost lower_bound(const problem& p) {
  const auto needs = demands(p);
  demand total{};
  for (const demand& d : needs)
    for (std::size_t r = 0; r < resources; ++r)
      total[r] += d[r];
  const double price = std::max(bound_of_disjoint(p, needs), price_bound(p, united(p), total));
  // A little below, for what doubles round.
  return static_cast<cost>((price + distance_bound(p)) * (1 - 1e-9));
}

} // namespace actors::placement::detail
