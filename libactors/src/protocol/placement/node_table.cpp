// SPDX-License-Identifier: BSD-3-Clause
#include "node_table.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace actors::placement::detail {

namespace {

using verdict = expected<void>;

constexpr std::size_t most_regions = 1000;
constexpr double largest_price_per_gb = 10;
constexpr duration longest_latency = std::chrono::seconds{10};

verdict fault(std::string_view of, std::string_view field, std::string_view wanted,
              std::string value) {
  return fail(errc::invalid_argument, fmt::format("{}: {}: expected {}", of, field, wanted),
              std::move(value));
}

/// Written so that a NaN fails.
bool within(double value, double largest) { return value >= 0 && value <= largest; }

verdict check_node(const node_entry& n) {
  const std::string of = fmt::format("node '{}'", n.name);
  const auto number = [&](std::string_view field, double value, double largest) -> verdict {
    if (within(value, largest))
      return {};
    return fault(of, field, fmt::format("0 to {}", largest), fmt::format("{}", value));
  };
  constexpr auto most_memory = static_cast<double>(largest_memory);
  return number("cores", n.labels.cores, largest_cores)
      .and_then([&] { return number("price", n.labels.price, largest_price); })
      .and_then([&] { return number("memory", double(n.labels.memory), most_memory); })
      .and_then([&] { return number("gpu", n.labels.gpus, largest_gpus); })
      .and_then([&] { return number("load.cores", n.load.cores, largest_cores); })
      .and_then([&] { return number("load.memory", double(n.load.memory), most_memory); })
      .and_then([&] { return number("load.gpus", n.load.gpus, largest_gpus); })
      .and_then([&]() -> verdict {
        if (n.name.empty())
          return fault(fmt::format("node {}", n.id), "name", "a name", "");
        return {};
      });
}

verdict check_unique(const std::vector<node_entry>& nodes) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i > 0 && nodes[i].id == nodes[i - 1].id)
      return fault(fmt::format("node '{}'", nodes[i].name), "id",
                   fmt::format("one that node '{}' does not have", nodes[i - 1].name),
                   std::to_string(nodes[i].id));
    if (!names.insert(nodes[i].name).second)
      return fault(fmt::format("node {}", nodes[i].id), "name", "one that no other node has",
                   nodes[i].name);
  }
  return {};
}

verdict check_pairs(const node_table& table) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const region_pair& p : table.pairs) {
    const std::string of = fmt::format("regions '{}' and '{}'", p.a, p.b);
    if (!seen.insert(std::minmax<std::string_view>(p.a, p.b)).second)
      return fault(of, "pair", "each pair once", fmt::format("{},{}", p.a, p.b));
    if (p.latency < duration::zero() || p.latency > longest_latency)
      return fault(of, "latency", "0 to 10 s", fmt::format("{} ns", p.latency.count()));
    if (!within(p.price_per_gb, largest_price_per_gb))
      return fault(of, "price_per_gb", fmt::format("0 to {}", largest_price_per_gb),
                   fmt::format("{}", p.price_per_gb));
  }
  for (const duration d : {table.latency_within, table.latency_between})
    if (d < duration::zero() || d > longest_latency)
      return fault("table", "latency", "0 to 10 s", fmt::format("{} ns", d.count()));
  return {};
}

amounts free_of(const node_entry& n) {
  amounts left = amounts_of(n.labels);
  const amounts used = amounts_of(n.load.cores, n.load.memory, n.load.gpus);
  for (std::size_t r = 0; r < resources; ++r)
    left[r] -= used[r];
  return left;
}

verdict check_table(const node_table& table) {
  for (const node_entry& n : table.nodes)
    if (auto ok = check_node(n); !ok)
      return ok;
  return check_unique(table.nodes).and_then([&] { return check_pairs(table); });
}

} // namespace

std::string_view to_string(node_state s) noexcept {
  constexpr std::string_view names[] = {"joining", "up", "leaving", "down"};
  return s <= node_state::down ? names[static_cast<std::size_t>(s)] : "unknown";
}

void fleet::number_regions(const node_table& table) {
  std::set<std::string> names;
  for (const node_entry& n : nodes_)
    names.insert(n.labels.region);
  for (const region_pair& p : table.pairs)
    names.insert({p.a, p.b});
  region_names_.assign(names.begin(), names.end());
  for (const node_entry& n : nodes_)
    region_of_.push_back(*find_region(n.labels.region));
  price_per_gb_.assign(regions() * regions(), 0);
  latency_.assign(regions() * regions(), table.latency_between.count());
  for (index r = 0; r < regions(); ++r)
    set_pair(r, r, table.latency_within, 0);
  for (const region_pair& p : table.pairs)
    set_pair(*find_region(p.a), *find_region(p.b), p.latency, p.price_per_gb);
}

void fleet::set_pair(index a, index b, duration latency, double price) {
  for (const auto at : {a * regions() + b, b * regions() + a}) {
    latency_[at] = latency.count();
    price_per_gb_[at] = to_cost(price);
  }
}

expected<fleet> fleet::make(node_table table) {
  fleet result;
  std::ranges::sort(table.nodes, [](const auto& a, const auto& b) {
    return std::tie(a.id, a.name) < std::tie(b.id, b.name);
  });
  if (auto ok = check_table(table); !ok)
    return unexpected{std::move(ok).error()};
  result.nodes_ = std::move(table.nodes);
  result.number_regions(table);
  if (result.regions() > most_regions)
    return fail(errc::invalid_argument,
                fmt::format("table: regions: expected at most {}", most_regions),
                std::to_string(result.regions()));
  for (const node_entry& n : result.nodes_) {
    result.by_name_.emplace(n.name, static_cast<index>(result.by_name_.size()));
    result.free_.push_back(free_of(n));
  }
  return result;
}

std::optional<fleet::index> fleet::find(std::uint64_t id) const {
  const auto found = std::ranges::lower_bound(nodes_, id, {}, &node_entry::id);
  if (found == nodes_.end() || found->id != id)
    return std::nullopt;
  return static_cast<index>(found - nodes_.begin());
}

std::optional<fleet::index> fleet::find(std::string_view name) const {
  const auto found = by_name_.find(std::string{name});
  return found == by_name_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<fleet::index> fleet::find_region(std::string_view name) const {
  const auto found = std::ranges::lower_bound(region_names_, name);
  if (found == region_names_.end() || *found != name)
    return std::nullopt;
  return static_cast<index>(found - region_names_.begin());
}

} // namespace actors::placement::detail
