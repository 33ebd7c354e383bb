// SPDX-License-Identifier: BSD-3-Clause
#include "plan/report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace plan_tool {

using namespace actors::placement::detail;

namespace {

constexpr std::size_t most_places = 4;

std::uint64_t asked_for(const finding& f) {
  std::uint64_t sum = 0;
  for (const request& r : f.workload)
    sum += r.count;
  return sum;
}

const node_entry& entry_of(const finding& f, std::uint64_t id) {
  return f.all.nodes()[*f.all.find(id)];
}

/// `eu-1 x3, eu-2`, in order of the ids.
std::string places_text(const finding& f, const std::vector<std::uint64_t>& nodes) {
  std::map<std::uint64_t, std::size_t> counts;
  for (const auto id : nodes)
    ++counts[id];
  std::string text;
  std::size_t shown = 0;
  for (const auto& [id, count] : counts) {
    if (shown++ == most_places)
      return text + fmt::format(" and {} more", counts.size() - most_places);
    text += fmt::format("{}{}{}", text.empty() ? "" : ", ", entry_of(f, id).name,
                        count == 1 ? "" : fmt::format(" x{}", count));
  }
  return text.empty() ? "-" : text;
}

struct region_totals {
  std::size_t nodes = 0;
  std::size_t used = 0;
  std::size_t actors = 0;
};

std::map<std::string, region_totals> by_region(const finding& f) {
  std::map<std::string, region_totals> result;
  std::map<std::uint64_t, std::size_t> on_node;
  for (const placed_request& r : f.made.requests)
    for (const auto id : r.nodes)
      ++on_node[id];
  for (const node_entry& n : f.all.nodes()) {
    auto& region = result[n.labels.region];
    ++region.nodes;
    const auto found = on_node.find(n.id);
    region.used += found == on_node.end() ? 0 : 1;
    region.actors += found == on_node.end() ? 0 : found->second;
  }
  return result;
}

std::string bound_text(const plan& p) {
  if (p.unplaced > 0)
    return fmt::format("bound     {} actors found no room\n", p.unplaced);
  if (p.price() <= p.lower_bound * (1 + 1e-6))
    return "bound     no plan costs less\n";
  if (p.lower_bound <= 0)
    return "bound     none\n";
  return fmt::format("bound     no plan costs less than {:.4f}; this one at most {:.3f} times the "
                     "least\n",
                     p.lower_bound, p.price() / p.lower_bound);
}

std::string head_text(const finding& f) {
  const plan& p = f.made;
  auto text = fmt::format("plan      {} requests, {} actors on {} of {} nodes, {} newly used\n",
                          f.workload.size(), asked_for(f) - p.unplaced, p.used_nodes,
                          f.all.nodes().size(), p.new_nodes);
  text += fmt::format(
      "price     {:.4f}{}{} an hour: nodes {:.4f}, transfer {:.4f}, latency {:.4f}\n", p.price(),
      f.currency.empty() ? "" : " ", f.currency, p.node_price, p.transfer_price, p.latency_price);
  text += bound_text(p);
  for (const auto& [name, r] : by_region(f))
    text += fmt::format("region    {:<8} {} actors on {} of {} nodes\n", name.empty() ? "-" : name,
                        r.actors, r.used, r.nodes);
  return text;
}

std::string row_text(const finding& f, std::size_t i) {
  const auto& [nodes, why_not] = f.made.requests[i];
  auto text = fmt::format("request   {:<8} {}/{} on {}\n", f.workload[i].name, nodes.size(),
                          f.workload[i].count, places_text(f, nodes));
  if (why_not)
    text += fmt::format("          {:<8} {}\n", "", why_not->what);
  return text;
}

} // namespace

std::string report_text(const finding& f, std::size_t rows) {
  std::vector<std::size_t> order(f.workload.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::ranges::stable_partition(
      order, [&](std::size_t i) { return f.made.requests[i].why_not.has_value(); });
  auto text = head_text(f);
  for (std::size_t i = 0; i < std::min(rows, order.size()); ++i)
    text += row_text(f, order[i]);
  if (order.size() > rows)
    text += fmt::format("request   {} more: see --rows and --json\n", order.size() - rows);
  return text + fmt::format("time      {:.2f} s\n", f.seconds);
}

std::string report_json(const finding& f) {
  const plan& p = f.made;
  nlohmann::ordered_json out{{"currency", f.currency},
                             {"price", p.price()},
                             {"node_price", p.node_price},
                             {"transfer_price", p.transfer_price},
                             {"latency_price", p.latency_price},
                             {"lower_bound", p.lower_bound},
                             {"used_nodes", p.used_nodes},
                             {"new_nodes", p.new_nodes},
                             {"unplaced", p.unplaced},
                             {"seconds", f.seconds},
                             {"requests", nlohmann::ordered_json::array()}};
  for (std::size_t i = 0; i < f.workload.size(); ++i) {
    nlohmann::ordered_json r{{"name", f.workload[i].name},
                             {"nodes", nlohmann::ordered_json::array()}};
    for (const auto id : p.requests[i].nodes)
      r["nodes"].push_back(entry_of(f, id).name);
    if (const auto& why = p.requests[i].why_not)
      r["why_not"] = why->what;
    out["requests"].push_back(std::move(r));
  }
  return out.dump() + "\n";
}

} // namespace plan_tool
