// SPDX-License-Identifier: BSD-3-Clause
#include "plan/table_file.hpp"

#include <fmt/format.h>

namespace plan_tool {

using actors::fail;
using namespace actors::placement::detail;

namespace {

constexpr std::size_t most_nodes = 1'000'000;

expected<node_state> parse_state(std::string_view text) {
  for (const auto s : {node_state::joining, node_state::up, node_state::leaving, node_state::down})
    if (text == to_string(s))
      return s;
  return fail(actors::errc::invalid_argument,
              fmt::format("expected joining, up, leaving or down, it is {}", text),
              std::string{text});
}

void read_load(json_reader& from, node_load& load) {
  from.take("used_cores", load.cores);
  from.take_bytes("used_memory", load.memory);
  from.take("used_gpus", load.gpus);
  from.take("actors", load.actors);
  from.take("queue", load.queue);
}

/// One entry is `count` equal nodes: `eu` stands for `eu-1`, `eu-2`, ...
void read_node(json_reader& from, std::vector<node_entry>& nodes) {
  node_entry n{.id = nodes.empty() ? 1 : nodes.back().id + 1};
  std::uint32_t count = 1;
  from.require("name");
  from.take("name", n.name);
  from.take("id", n.id);
  from.take("count", count);
  from.take_parsed("labels", [&](std::string_view text) {
    return actors::parse_labels(text).map([&](auto labels) { n.labels = std::move(labels); });
  });
  from.take_parsed("state", [&](std::string_view text) {
    return parse_state(text).map([&](node_state s) { n.state = s; });
  });
  from.take("paid", n.paid);
  read_load(from, n.load);
  if (count == 0 || nodes.size() + count > most_nodes)
    return from.refuse("count", fmt::format("expected 1 to {} nodes in all", most_nodes),
                       std::to_string(count));
  const std::string name = n.name;
  for (std::uint32_t i = 1; i <= count; ++i, ++n.id) {
    if (from.has("count"))
      n.name = fmt::format("{}-{}", name, i);
    nodes.push_back(n);
  }
}

void read_pair(json_reader& from, std::vector<region_pair>& pairs) {
  region_pair p;
  for (const auto* key : {"a", "b"})
    from.require(key);
  from.take("a", p.a);
  from.take("b", p.b);
  from.take_milliseconds("latency_ms", p.latency);
  from.take("price_per_gb", p.price_per_gb);
  pairs.push_back(std::move(p));
}

} // namespace

expected<table_file> read_table(const json& file) {
  std::optional<failure> fault;
  table_file result;
  json_reader from{file, "", fault};
  from.take("currency", result.currency);
  from.require("nodes");
  from.take_list("nodes", [&](json_reader& n) { read_node(n, result.table.nodes); });
  from.take_list("regions", [&](json_reader& p) { read_pair(p, result.table.pairs); });
  from.take_milliseconds("latency_within_ms", result.table.latency_within);
  from.take_milliseconds("latency_between_ms", result.table.latency_between);
  from.finish();
  if (fault)
    return actors::unexpected{std::move(*fault)};
  return result;
}

} // namespace plan_tool
