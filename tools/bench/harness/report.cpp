// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/report.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

using json = nlohmann::ordered_json;

std::string figure(double value) {
  return fmt::format("{:.{}f}", value, value < 1 ? 4 : value < 100 ? 2 : 0);
}

std::string range(const samples& of) {
  return of.empty() ? "-" : figure(of.smallest()) + " .. " + figure(of.largest());
}

std::string median(const samples& of) { return of.empty() ? "-" : figure(of.median()); }

json median_json(const samples& of) { return of.empty() ? json(nullptr) : json(of.median()); }

json spread_json(const samples& of) {
  return of.empty() ? json(nullptr) : json::array({of.smallest(), of.largest()});
}

json object_of(const measurement& result) {
  auto ratio = result.ratio();
  json object{{"name", result.of.name},
              {"ours", median_json(result.ours)},
              {"baseline", median_json(result.baseline)},
              {"unit", result.of.unit},
              {"ratio", ratio ? json(*ratio) : json(nullptr)},
              {"ours_spread", spread_json(result.ours)},
              {"baseline_spread", spread_json(result.baseline)},
              {"repetitions", result.ours.size()}};
  if (!result.of.baseline_name.empty())
    object["baseline_name"] = result.of.baseline_name;
  if (!result.of.note.empty())
    object["note"] = result.of.note;
  if (!result.failure.empty())
    object["failure"] = result.failure;
  return object;
}

constexpr auto row = "{:<24} {:>10} {:>10} {:<8} {:>8}  {:<22} {:<22} {:>4}\n";

} // namespace

void print_head() {
  fmt::print(row, "benchmark", "ours", "baseline", "unit", "ratio", "ours, spread",
             "baseline, spread", "runs");
}

void print_line(const measurement& result) {
  if (!result.failure.empty()) {
    fmt::print("{:<24} failed: {}\n", result.of.name, result.failure);
  } else {
    auto ratio = result.ratio();
    fmt::print(row, result.of.name, median(result.ours), median(result.baseline), result.of.unit,
               ratio ? fmt::format("{:.2f}", *ratio) : "-", range(result.ours),
               range(result.baseline), result.ours.size());
  }
  std::fflush(stdout);
}

void print_list(const registry& benchmarks) {
  for (const auto& each : benchmarks.all()) {
    auto against = each.baseline ? each.baseline_name : "none";
    auto better = each.better == direction::lower_is_better ? "lower" : "higher";
    fmt::print("{:<24} {}\n{:<24} {}, {} is better; baseline: {}\n", each.name, each.what, "",
               each.unit, better, against);
  }
}

std::string to_json(const std::vector<measurement>& results) {
  auto array = json::array();
  for (const auto& each : results)
    array.push_back(object_of(each));
  return array.dump(2) + "\n";
}

} // namespace bench
