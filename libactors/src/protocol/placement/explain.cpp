// SPDX-License-Identifier: BSD-3-Clause
//
// `no node has gpu=2: 3 with gpu=1 (of 9 nodes, 4 without region=eu, 2 not up)`
#include "constraints.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "labels.hpp"

namespace actors::placement::detail {

namespace {

constexpr std::size_t most_findings = 3;

/// A constraint in words: `has gpu=2`, what the node at hand shows instead, and the value asked
/// for.
struct wording {
  std::string wanted;
  std::string found;
  std::string value;
};

std::string size_text(std::uint64_t bytes) {
  const auto text = label_of({.memory = bytes}, "memory");
  return text.empty() ? "0" : text;
}

std::string cores_text(std::int64_t millicores) {
  return fmt::format("{}", static_cast<double>(millicores) / 1e3);
}

std::string time_text(std::int64_t nanoseconds) {
  return fmt::format("{} ms", static_cast<double>(nanoseconds) / 1e6);
}

label_map::value_type pair_at(const label_map& labels, std::size_t which) {
  return *std::next(labels.begin(), static_cast<std::ptrdiff_t>(which));
}

std::string label_text(const node_labels& has, const std::string& key) {
  const auto value = label_of(has, key);
  return value.empty() ? fmt::format("without {}", key) : fmt::format("with {}={}", key, value);
}

/// The farthest of what the affinity refers to.
std::int64_t farthest(const fleet& all, const located& other, fleet::index node) {
  std::int64_t most = other.region ? all.latency(all.region_of(node), *other.region) : 0;
  for (const fleet::index there : other.nodes)
    most = std::max(most, all.latency_of_nodes(node, there));
  return most;
}

wording of_declared(const question& q, const obstacle& o, const node_entry& n) {
  const requirements& needs = q.wanted->needs;
  const auto amount = [](std::string_view form, std::string wanted, std::string has) {
    return wording{"has " + fmt::format(fmt::runtime(form), wanted),
                   "with " + fmt::format(fmt::runtime(form), has), wanted};
  };
  switch (o.what) {
  case constraint::state:
    return {"is up", std::string{to_string(n.state)}, std::string{to_string(n.state)}};
  case constraint::label: {
    const auto& [key, value] = pair_at(q.wanted->labels, o.which);
    const auto text = fmt::format("{}={}", key, value);
    return {"has " + text, label_text(n.labels, key), text};
  }
  case constraint::unwanted_label: {
    const auto& [key, value] = pair_at(q.wanted->without, o.which);
    return {fmt::format("is without {}={}", key, value), label_text(n.labels, key),
            fmt::format("{}={}", key, value)};
  }
  case constraint::price_limit:
    return {fmt::format("is offered at {} an hour or less", *needs.price_limit),
            fmt::format("at {}", n.labels.price), fmt::format("{}", *needs.price_limit)};
  case constraint::gpu_memory:
    return amount("{} of memory per GPU", size_text(needs.gpu_memory),
                  size_text(n.labels.gpu_memory));
  case constraint::gpus:
    return amount("{} GPUs", std::to_string(needs.gpus), std::to_string(n.labels.gpus));
  case constraint::cores:
    return amount("{} cores", cores_text(to_millicores(needs.cores)),
                  cores_text(to_millicores(n.labels.cores)));
  case constraint::memory:
    return amount("{} of memory", size_text(needs.memory), size_text(n.labels.memory));
  default:
    break;
  }
  const auto& by = q.wanted->spreads[o.which].by;
  return {"has a label " + by, "without", by};
}

wording of_present(const question& q, const obstacle& o, fleet::index node) {
  const amounts needs = amounts_of(q.wanted->needs);
  amounts free = q.all->free(node);
  for (auto& left : free)
    left = std::max<std::int64_t>(left, 0);
  switch (o.what) {
  case constraint::latency: {
    const located& other = q.affinities[o.which];
    const auto bound = time_text(other.within.count());
    return {fmt::format("is within {} of {}", bound, other.name),
            fmt::format("{} away", time_text(farthest(*q.all, other, node))), bound};
  }
  case constraint::spread: {
    const auto& [by, most] = q.wanted->spreads[o.which];
    return {fmt::format("is in a {} with less than {} replicas", by, most), "in full ones",
            fmt::format("{} per {}", most, by)};
  }
  case constraint::free_gpus:
    return {fmt::format("has {} free GPUs", needs[2]), fmt::format("with {}", free[2]),
            std::to_string(needs[2])};
  case constraint::free_cores:
    return {fmt::format("has {} free cores", cores_text(needs[0])), "with " + cores_text(free[0]),
            cores_text(needs[0])};
  default:
    break;
  }
  return {fmt::format("has {} of free memory", size_text(q.wanted->needs.memory)),
          "with " + size_text(static_cast<std::uint64_t>(free[1])),
          size_text(q.wanted->needs.memory)};
}

wording words_for(const question& q, const obstacle& o, fleet::index node) {
  return o.what < constraint::latency ? of_declared(q, o, q.all->nodes()[node])
                                      : of_present(q, o, node);
}

/// `3 with gpu=1, 2 without gpu`; the most frequent first, then in order of the text.
std::string list_of(const std::map<std::string, std::size_t>& counts) {
  std::vector<std::pair<std::size_t, std::string_view>> sorted;
  std::size_t rest = 0;
  for (const auto& [text, count] : counts)
    sorted.emplace_back(count, text);
  std::ranges::stable_sort(sorted, std::greater{}, [](const auto& s) { return s.first; });
  std::string list;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i < most_findings)
      list += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].first, sorted[i].second);
    else
      rest += sorted[i].first;
  }
  return rest == 0 ? list : fmt::format("{} and {} others", list, rest);
}

struct by_obstacle {
  wording words;
  /// One node with this obstacle has one of these texts.
  std::map<std::string, std::size_t> found;
  std::size_t count = 0;
};

using tally = std::map<std::tuple<constraint, std::size_t>, by_obstacle>;

tally count_obstacles(const question& q) {
  tally all;
  const auto nodes = static_cast<fleet::index>(q.all->nodes().size());
  for (fleet::index i = q.only.value_or(0); i < (q.only ? *q.only + 1 : nodes); ++i) {
    const auto found = q.obstacle_of(i);
    if (!found)
      continue;
    auto words = words_for(q, *found, i);
    auto& kept = all[{found->what, found->which}];
    ++kept.found[words.found];
    ++kept.count;
    kept.words = std::move(words);
  }
  return all;
}

errc code_for(const question& q, constraint closest) {
  if (closest == constraint::state && q.only)
    return errc::node_lost;
  return closest >= constraint::spread ? errc::overloaded : errc::invalid_argument;
}

/// `is up` of those that are not, `has gpu=2` of those that do not.
std::string negated(const std::string& wanted) {
  return (wanted.starts_with("is ") ? "not " : "without ") + wanted.substr(wanted.find(' ') + 1);
}

std::string rest_of(const tally& all) {
  std::string rest;
  std::size_t count = 0;
  for (const auto& entry : all)
    count += entry.second.count;
  for (auto it = std::next(all.rbegin()); it != all.rend(); ++it)
    rest += fmt::format(", {} {}", it->second.count, negated(it->second.words.wanted));
  return fmt::format(" (of {} nodes{})", count, rest);
}

} // namespace

failure explain(const question& asked) {
  const auto all = count_obstacles(asked);
  const std::string subject =
      asked.only ? "no node named " + asked.all->nodes()[*asked.only].name : "no node";
  if (all.empty())
    return {errc::invalid_argument, {}, "no node: expected a table with at least one", ""};
  const auto& [key, closest] = *all.rbegin();
  return {code_for(asked, std::get<0>(key)),
          {},
          fmt::format("{} {}: {}{}", subject, closest.words.wanted, list_of(closest.found),
                      all.size() > 1 ? rest_of(all) : ""),
          closest.words.value};
}

} // namespace actors::placement::detail
