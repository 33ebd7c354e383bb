// SPDX-License-Identifier: BSD-3-Clause
#include "plan/workload_file.hpp"

#include <fmt/format.h>

namespace plan_tool {

using namespace actors::placement;
using namespace actors::placement::detail;

namespace {

/// `cheapest`, `least_loaded`, `round_robin`, `on NODE` or `near REQUEST`.
expected<void> parse_place(std::string_view text, request& out) {
  const auto blank = text.find(' ');
  const auto word = text.substr(0, blank);
  const auto target = blank == std::string_view::npos ? "" : text.substr(blank + 1);
  out.where.strategy = word == "on" ? strategy::on_node : strategy::near_actor;
  (word == "on" ? out.where.node : out.near) = target;
  if ((word == "on" || word == "near") && !target.empty())
    return {};
  for (const auto s : {strategy::cheapest, strategy::least_loaded, strategy::round_robin})
    if (text == to_string(s)) {
      out.where.strategy = s;
      return {};
    }
  return actors::fail(actors::errc::invalid_argument,
                      fmt::format("expected cheapest, least_loaded, round_robin, 'on NODE' or "
                                  "'near REQUEST', it is '{}'",
                                  text),
                      std::string{text});
}

void read_needs(json_reader& from, requirements& needs) {
  from.take("cores", needs.cores);
  from.take_bytes("memory", needs.memory);
  from.take("gpus", needs.gpus);
  from.take_bytes("gpu_memory", needs.gpu_memory);
  from.take("price_limit", needs.price_limit);
}

/// The name at the other end stays with the caller.
affinity read_affinity(json_reader& from, std::string& to) {
  affinity a;
  from.require("to");
  from.take("to", to);
  from.take_milliseconds("within_ms", a.within);
  from.take("gb_per_hour", a.gb_per_hour);
  from.take("price_per_ms", a.price_per_ms);
  return a;
}

spread read_spread(json_reader& from) {
  spread s;
  from.require("by");
  from.take("by", s.by);
  from.take("most", s.most);
  return s;
}

request read_request(json_reader& from) {
  request r{.where = cheapest};
  from.require("name");
  from.take("name", r.name);
  from.take("count", r.count);
  from.take_parsed("place", [&](std::string_view text) { return parse_place(text, r); });
  read_needs(from, r.where.needs);
  from.take("labels", r.where.labels);
  from.take("without", r.where.without);
  from.take_list("spread", [&](json_reader& s) { r.where.spreads.push_back(read_spread(s)); });
  from.take_list("peers", [&](json_reader& p) {
    peer with;
    with.how = read_affinity(p, with.request);
    r.peers.push_back(std::move(with));
  });
  from.take_list("regions", [&](json_reader& a) {
    std::string region;
    affinity to = read_affinity(a, region);
    to.region = std::move(region);
    r.where.affinities.push_back(std::move(to));
  });
  return r;
}

} // namespace

expected<std::vector<request>> read_workload(const json& file) {
  std::optional<failure> fault;
  std::vector<request> result;
  json_reader from{file, "", fault};
  from.require("requests");
  from.take_list("requests", [&](json_reader& r) { result.push_back(read_request(r)); });
  from.finish();
  if (fault)
    return actors::unexpected{std::move(*fault)};
  return result;
}

} // namespace plan_tool
