// SPDX-License-Identifier: BSD-3-Clause
#include "picker.hpp"

#include <algorithm>

#include "choose.hpp"

namespace actors::placement::detail {

picker::picker(const problem& p, const layout& l)
    : problem_{&p}, layout_{&l}, turn_(p.groups.size()) {
  std::array<double, resources> sum{};
  for (const amounts& free : p.free)
    for (std::size_t r = 0; r < resources; ++r)
      sum[r] += static_cast<double>(std::max<std::int64_t>(free[r], 0));
  for (std::size_t r = 0; r < resources; ++r)
    weight_[r] = sum[r] > 0 ? static_cast<double>(p.nodes()) / sum[r] : 0;
}

void picker::expect(const std::vector<std::uint32_t>& items) {
  left_.fill(0);
  for (const auto item : items)
    for (std::size_t r = 0; r < resources; ++r)
      left_[r] += static_cast<double>(problem_->group_of(item).needs[r]);
}

void picker::settle(std::uint32_t item) {
  for (std::size_t r = 0; r < resources; ++r)
    left_[r] -= static_cast<double>(problem_->group_of(item).needs[r]);
}

void picker::improve(offers& best, const offer& other) const {
  if (!best || other < *best)
    best = other;
}

bool picker::is_allowed(fleet::index node) const {
  if (!layout_->admits(*group_, number_, node))
    return false;
  if (!has_surroundings_)
    return true;
  const auto rule = around_.allowed[problem_->all->region_of(node)];
  return rule == surroundings::anywhere || rule == node;
}

bool picker::is_avoided(fleet::index node) const {
  return std::ranges::find(avoided_, node) != avoided_.end() ||
         problem_->all->region_of(node) == avoided_region_;
}

cost picker::distance_to(fleet::index node) const {
  if (!has_surroundings_)
    return 0;
  return around_.region_costs[problem_->all->region_of(node)] - around_.savings[node];
}

double picker::rest_on(fleet::index node) const {
  double rest = 0;
  for (std::size_t r = 0; r < resources; ++r)
    rest += static_cast<double>(layout_->free(node)[r] - group_->needs[r]) * weight_[r];
  return rest;
}

double picker::part_of_left(const amounts& some) const {
  double part = 0;
  for (std::size_t r = 0; r < resources; ++r)
    if (left_[r] > 0)
      part += std::clamp(static_cast<double>(some[r]) / left_[r], 0.0, 1.0);
  return part;
}

picker::offers picker::best_used() const {
  offers best;
  for (const auto node : layout_->roomy())
    if (is_allowed(node) && !is_avoided(node))
      improve(best, {static_cast<double>(distance_to(node)), rest_on(node), node});
  return best;
}

picker::offers picker::best_new() const {
  offers best;
  const double part = part_of_left(group_->needs);
  for (fleet::index node = 0; node < problem_->nodes(); ++node) {
    if (layout_->in_use(node) || !is_allowed(node) || is_avoided(node))
      continue;
    double price = static_cast<double>(problem_->price[node]);
    if (opening_ == opening::for_all_that_is_left && part > 0)
      price *= part / part_of_left(layout_->free(node));
    improve(best, {price + static_cast<double>(distance_to(node)), rest_on(node), node});
  }
  return best;
}

std::optional<fleet::index> picker::pick_cheapest() const {
  const offers used = best_used();
  // A new node adds its price, so it can only win where it is nearer.
  if (used && used->price <= static_cast<double>(around_.least))
    return used->node;
  const offers fresh = best_new();
  if (used && (!fresh || used->price <= fresh->price))
    return used->node;
  return fresh ? std::optional{fresh->node} : std::nullopt;
}

double picker::latency_to_peers(fleet::index node) const {
  double sum = 0;
  for (const auto& [there, count] : layout_->where(*group_->near).nodes.entries())
    sum += count * static_cast<double>(problem_->all->latency_of_nodes(node, there));
  return sum;
}

std::optional<fleet::index> picker::pick_by_rank() {
  offers best;
  const auto nodes = static_cast<fleet::index>(problem_->nodes());
  for (fleet::index node = 0; node < nodes; ++node) {
    if (!is_allowed(node))
      continue;
    const auto capacity = amounts_of(problem_->all->nodes()[node].labels);
    const auto load = static_cast<double>(load_with(capacity, layout_->free(node), group_->needs));
    switch (group_->how()) {
    case strategy::round_robin:
      improve(best, {static_cast<double>((node + nodes - turn_[number_]) % nodes), 0, node});
      break;
    case strategy::near_actor:
      improve(best, {latency_to_peers(node), load, node});
      break;
    default:
      improve(best, {load, 0, node});
    }
  }
  if (!best)
    return std::nullopt;
  turn_[number_] = (best->node + 1) % nodes;
  return best->node;
}

std::optional<fleet::index> picker::pick(std::uint32_t item) {
  number_ = problem_->group_of_item[item];
  group_ = &problem_->groups[number_];
  has_surroundings_ = !group_->ties.empty() || !group_->region_costs.empty();
  around_.least = 0;
  if (has_surroundings_)
    layout_->survey(*group_, around_);
  return group_->how() == strategy::cheapest ? pick_cheapest() : pick_by_rank();
}

} // namespace actors::placement::detail
