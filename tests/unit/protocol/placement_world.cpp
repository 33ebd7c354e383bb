// SPDX-License-Identifier: BSD-3-Clause
#include "placement_world.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace actors::placement::detail::test {

namespace {

using testing::random_source;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;
const std::string region_names[] = {"eu", "us", "ap"};
const std::string zone_names[] = {"a", "b"};

node_entry random_node(random_source& random, std::uint64_t number) {
  constexpr double sizes[] = {2, 4, 8, 16};
  node_entry n{.id = 100 + number, .name = fmt::format("n{}", number)};
  n.labels.cores = sizes[random.below(4)];
  n.labels.memory = static_cast<std::uint64_t>(n.labels.cores) * (random.one_in(2) ? 2 : 4) * gib;
  n.labels.region = region_names[random.below(3)];
  n.labels.gpus = random.one_in(4) ? 2 : 0;
  // About by size, more or less; GPUs are dear.
  n.labels.price =
      n.labels.cores * (0.03 + 0.001 * static_cast<double>(random.below(40))) + 1.5 * n.labels.gpus;
  n.labels.others = {{"zone", zone_names[random.below(2)]}};
  n.paid = random.one_in(6);
  if (random.one_in(12))
    n.state = random.one_in(2) ? node_state::leaving : node_state::down;
  return n;
}

void add_ties(random_source& random, std::vector<request>& workload, request& r) {
  if (random.one_in(3) && !workload.empty()) {
    peer p{workload[random.below(workload.size())].name, {}};
    if (random.one_in(2))
      p.how.gb_per_hour = static_cast<double>(1 + random.below(20));
    if (random.one_in(3))
      p.how.price_per_ms = 0.002 * static_cast<double>(random.below(4));
    if (random.one_in(4))
      p.how.within = std::chrono::milliseconds{random.one_in(2) ? 2 : 50};
    r.peers.push_back(std::move(p));
  }
  if (random.one_in(4))
    r.where.affinities.push_back({.region = region_names[random.below(3)],
                                  .gb_per_hour = static_cast<double>(random.below(10))});
}

request random_request(random_source& random, std::uint64_t number, const world_size& size) {
  constexpr double cores[] = {0.25, 0.5, 1, 2, 3};
  request r{.name = fmt::format("r{}", number),
            .count = static_cast<std::uint32_t>(1 + random.below(size.most_replicas))};
  r.where = cheapest;
  r.where.needs.cores = cores[random.below(5)];
  r.where.needs.memory = (1 + random.below(6)) * gib / 2;
  r.where.needs.gpus = random.one_in(8) ? 1 : 0;
  if (random.one_in(5))
    r.where.labels["region"] = region_names[random.below(3)];
  if (random.one_in(8))
    r.where.without["zone"] = zone_names[random.below(2)];
  if (random.one_in(5))
    r.where.spreads = {{random.one_in(2) ? "zone" : "node", 1}};
  if (size.only_cheapest)
    return r;
  constexpr strategy any[] = {strategy::cheapest, strategy::least_loaded, strategy::round_robin};
  r.where.strategy = any[random.below(3)];
  return r;
}

double latency_ms(const world& w, const std::string& a, const std::string& b) {
  for (const region_pair& p : w.table.pairs)
    if (std::pair(p.a, p.b) == std::pair(a, b) || std::pair(p.a, p.b) == std::pair(b, a))
      return static_cast<double>(p.latency.count()) / 1e6;
  const duration d = a == b ? w.table.latency_within : w.table.latency_between;
  return static_cast<double>(d.count()) / 1e6;
}

double price_per_gb(const world& w, const std::string& a, const std::string& b) {
  for (const region_pair& p : w.table.pairs)
    if (std::pair(p.a, p.b) == std::pair(a, b) || std::pair(p.a, p.b) == std::pair(b, a))
      return p.price_per_gb;
  return 0;
}

double flow_price(const world& w, const affinity& a, const std::string& from,
                  const std::string& to) {
  return a.gb_per_hour * price_per_gb(w, from, to) + a.price_per_ms * latency_ms(w, from, to);
}

std::size_t number_of(const world& w, const std::string& name) {
  const auto found = std::ranges::find(w.workload, name, &request::name);
  return static_cast<std::size_t>(found - w.workload.begin());
}

/// Calls `f(affinity, node, other node, parts)` for every pair of replicas that a peer ties.
template <class F>
void for_each_pair(const world& w, const assignment& a, F f) {
  for (std::size_t i = 0; i < w.workload.size(); ++i)
    for (const peer& p : w.workload[i].peers) {
      const std::size_t j = number_of(w, p.request);
      for (const auto* x : a[i])
        for (const auto* y : a[j])
          f(p, *x, *y, static_cast<double>(w.workload[j].count));
    }
}

void check_replica(const request& r, const node_entry& n, std::vector<std::string>& broken) {
  const auto must = [&](bool holds, std::string_view what) {
    if (!holds)
      broken.push_back(fmt::format("{} on {}: {}", r.name, n.name, what));
  };
  must(n.state == node_state::up, "the node is not up");
  must(n.labels.gpu_memory >= r.where.needs.gpu_memory, "GPU memory");
  must(!r.where.needs.price_limit || n.labels.price <= *r.where.needs.price_limit, "price limit");
  for (const auto& [key, value] : r.where.labels)
    must(key == "region" ? n.labels.region == value
                         : n.labels.others.contains(key) && n.labels.others.at(key) == value,
         "label " + key);
  for (const auto& [key, value] : r.where.without)
    must(!n.labels.others.contains(key) || n.labels.others.at(key) != value, "unwanted " + key);
}

void check_capacity(const world& w, const assignment& a, std::vector<std::string>& broken) {
  for (const node_entry& n : w.table.nodes) {
    double cores = n.load.cores, memory = double(n.load.memory), gpus = n.load.gpus;
    std::size_t replicas = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      for (const auto* there : a[i])
        if (there == &n) {
          cores += w.workload[i].where.needs.cores;
          memory += double(w.workload[i].where.needs.memory);
          gpus += w.workload[i].where.needs.gpus;
          ++replicas;
        }
    if (replicas > 0 &&
        (cores > n.labels.cores + 1e-9 || memory > double(n.labels.memory) || gpus > n.labels.gpus))
      broken.push_back(n.name + " is over its capacity");
  }
}

void check_spreads(const request& r, const std::vector<const node_entry*>& nodes,
                   std::vector<std::string>& broken) {
  for (const spread& s : r.where.spreads) {
    std::map<std::string, std::uint32_t> there;
    for (const auto* n : nodes) {
      const auto& domain = s.by == "node"     ? n->name
                           : s.by == "region" ? n->labels.region
                                              : n->labels.others.at(s.by);
      if (++there[domain] > s.most)
        broken.push_back(fmt::format("{}: too many in {} {}", r.name, s.by, domain));
    }
  }
}

/// Depth first over all replicas, with what costs too much cut off.
class exact_solver {
public:
  explicit exact_solver(const world& w) : world_{w}, chosen_(w.workload.size()) {
    for (std::size_t i = 0; i < w.workload.size(); ++i)
      for (std::uint32_t k = 0; k < w.workload[i].count; ++k)
        replicas_.push_back(i);
  }

  std::optional<double> solve() {
    descend(0);
    return best_;
  }

private:
  void descend(std::size_t depth) {
    if (best_ && price_of(world_, chosen_) >= *best_ - 1e-12)
      return;
    if (depth == replicas_.size()) {
      best_ = price_of(world_, chosen_);
      return;
    }
    auto& places = chosen_[replicas_[depth]];
    for (const node_entry& n : world_.table.nodes) {
      // Equal replicas: only in one order.
      if (!places.empty() && &n < places.back())
        continue;
      places.push_back(&n);
      if (broken_by(world_, chosen_).empty())
        descend(depth + 1);
      places.pop_back();
    }
  }

  const world& world_;
  std::vector<std::size_t> replicas_;
  assignment chosen_;
  std::optional<double> best_;
};

} // namespace

world random_world(std::uint64_t seed, const world_size& size) {
  random_source random{seed};
  world w;
  for (std::uint64_t i = 0; i < size.nodes; ++i)
    w.table.nodes.push_back(random_node(random, i));
  w.table.pairs = {{"eu", "us", std::chrono::milliseconds{40}, 0.02},
                   {"us", "ap", std::chrono::milliseconds{90}, 0.05},
                   {"eu", "ap", std::chrono::milliseconds{120}, 0.08}};
  if (random.one_in(3))
    w.table.pairs.push_back({"eu", "eu", std::chrono::milliseconds{3}, 0.01});
  for (std::uint64_t i = 0; i < size.requests; ++i) {
    request r = random_request(random, i, size);
    if (size.ties)
      add_ties(random, w.workload, r);
    w.workload.push_back(std::move(r));
  }
  return w;
}

assignment assignment_of(const world& w, const plan& p) {
  assignment result;
  for (const placed_request& r : p.requests) {
    result.emplace_back();
    for (const auto id : r.nodes)
      result.back().push_back(&*std::ranges::find(w.table.nodes, id, &node_entry::id));
  }
  return result;
}

double price_of(const world& w, const assignment& a) {
  double sum = 0;
  std::set<const node_entry*> used;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (const auto* n : a[i]) {
      if (used.insert(n).second && !n->paid && n->load.actors == 0)
        sum += n->labels.price;
      for (const affinity& to : w.workload[i].where.affinities)
        sum += flow_price(w, to, n->labels.region, to.region);
    }
  for_each_pair(w, a, [&](const peer& p, const node_entry& x, const node_entry& y, double parts) {
    if (&x != &y)
      sum += flow_price(w, p.how, x.labels.region, y.labels.region) / parts;
  });
  return sum;
}

std::vector<std::string> broken_by(const world& w, const assignment& a) {
  std::vector<std::string> broken;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (const auto* n : a[i])
      check_replica(w.workload[i], *n, broken);
    check_spreads(w.workload[i], a[i], broken);
  }
  check_capacity(w, a, broken);
  for_each_pair(w, a, [&](const peer& p, const node_entry& x, const node_entry& y, double) {
    const double apart = &x == &y ? 0 : latency_ms(w, x.labels.region, y.labels.region);
    if (p.how.within != any_latency && apart * 1e6 > static_cast<double>(p.how.within.count()))
      broken.push_back(fmt::format("{} and {} are {} ms apart", x.name, y.name, apart));
  });
  return broken;
}

std::optional<double> exact_price(const world& w) { return exact_solver{w}.solve(); }

} // namespace actors::placement::detail::test
