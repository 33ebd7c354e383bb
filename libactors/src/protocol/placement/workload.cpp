// SPDX-License-Identifier: BSD-3-Clause
#include "workload.hpp"

#include <unordered_set>

#include <fmt/format.h>

namespace actors::placement::detail {

namespace {

using verdict = expected<void>;
using names = std::unordered_set<std::string_view>;

constexpr std::uint64_t most_replicas = 10'000'000;
/// Beyond it, sums of costs would overflow. Units: currency per hour.
constexpr double largest_total = 9e9;

verdict fault(const request& r, std::string_view field, std::string_view wanted,
              std::string value) {
  return fail(errc::invalid_argument,
              fmt::format("request '{}': {}: expected {}", r.name, field, wanted),
              std::move(value));
}

verdict check_spec(const request& r) {
  if (r.where.strategy == strategy::here)
    return fault(r, "strategy", "another one: a plan is made from nowhere", "here");
  // The request to be near stands for the actor.
  spec alone = r.where;
  if (alone.strategy == strategy::near_actor)
    alone.actor = {.generation = 1};
  return check(alone).map_error([&](failure found) {
    found.what = fmt::format("request '{}': {}", r.name, found.what);
    return found;
  });
}

verdict check_peers(const request& r, const names& known) {
  for (const peer& p : r.peers) {
    if (!known.contains(p.request))
      return fault(r, "peer", "the name of a request", p.request);
    affinity alone = p.how;
    alone.actor = {.generation = 1};
    if (auto ok = check(cheapest.beside(alone)); !ok) {
      ok.error().what =
          fmt::format("request '{}': peer '{}': {}", r.name, p.request, ok.error().what);
      return ok;
    }
  }
  return {};
}

verdict check_regions(const fleet& all, const request& r) {
  for (const affinity& a : r.where.affinities) {
    if (a.actor)
      return fault(r, "affinity", "a region, or a peer", to_string(a.actor));
    if (!all.find_region(a.region))
      return fault(r, "affinity.region", "a region of a node or of a pair of regions", a.region);
  }
  return {};
}

verdict check_request(const fleet& all, const request& r, const names& known) {
  if (r.count == 0)
    return fault(r, "count", "1 or more", "0");
  if (known.contains(r.near) != (r.where.strategy == strategy::near_actor))
    return fault(r, "near", "the name of a request if the strategy is near, else none", r.near);
  if (r.where.strategy == strategy::on_node && !all.find(r.where.node))
    return fault(r, "node", "the name of a node of the table", r.where.node);
  return check_spec(r).and_then([&] { return check_regions(all, r); }).and_then([&] {
    return check_peers(r, known);
  });
}

/// An upper bound of what the plan could cost. Units: currency per hour.
double worst_total(const fleet& all, const std::vector<request>& workload) {
  constexpr double worst_per_gb = 10;
  constexpr double worst_ms = 10'000;
  double sum = 0;
  for (const node_entry& n : all.nodes())
    sum += n.labels.price;
  const auto add = [&](const affinity& a, double count) {
    sum += count * (a.gb_per_hour * worst_per_gb + a.price_per_ms * worst_ms);
  };
  for (const request& r : workload) {
    for (const affinity& a : r.where.affinities)
      add(a, r.count);
    for (const peer& p : r.peers)
      add(p.how, r.count);
  }
  return sum;
}

verdict check_totals(const fleet& all, const std::vector<request>& workload) {
  std::uint64_t replicas = 0;
  for (const request& r : workload)
    replicas += r.count;
  if (replicas > most_replicas)
    return fail(errc::invalid_argument,
                fmt::format("workload: expected at most {} replicas", most_replicas),
                std::to_string(replicas));
  if (const double worst = worst_total(all, workload); !(worst <= largest_total))
    return fail(errc::invalid_argument,
                fmt::format("workload: expected flows and latencies that cannot cost more than {} "
                            "an hour",
                            largest_total),
                fmt::format("{}", worst));
  return {};
}

} // namespace

expected<void> check(const fleet& all, const std::vector<request>& workload) {
  names known;
  for (const request& r : workload) {
    if (r.name.empty())
      return fault(r, "name", "a name", "");
    if (!known.insert(r.name).second)
      return fault(r, "name", "each name once", r.name);
  }
  for (const request& r : workload)
    if (auto ok = check_request(all, r, known); !ok)
      return ok;
  return check_totals(all, workload);
}

} // namespace actors::placement::detail
