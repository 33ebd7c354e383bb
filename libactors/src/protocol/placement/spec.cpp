// SPDX-License-Identifier: BSD-3-Clause
//
// Specifications may come from the network, so nothing in them is taken for granted, not even that
// an enumeration holds one of its enumerators.
#include <actors/placement.hpp>

#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "amounts.hpp"
#include "labels.hpp"

namespace actors::placement {

using namespace detail;

namespace {

using verdict = expected<void>;

constexpr double largest_flow = 1e5;
constexpr double largest_penalty = 100;

verdict fault(std::string_view field, std::string_view wanted, std::string value) {
  return fail(errc::invalid_argument, fmt::format("{}: expected {}", field, wanted),
              std::move(value));
}

verdict check_number(std::string_view field, double value, double largest) {
  // Written so that a NaN fails.
  if (value >= 0 && value <= largest)
    return {};
  return fault(field, fmt::format("a number from 0 to {}", largest), fmt::format("{}", value));
}

verdict check_count(std::string_view field, std::uint64_t value, std::uint64_t largest) {
  if (value <= largest)
    return {};
  return fault(field, fmt::format("0 to {}", largest), std::to_string(value));
}

verdict check_needs(const requirements& r) {
  return check_number("needs.cores", r.cores, largest_cores)
      .and_then([&] { return check_count("needs.memory", r.memory, largest_memory); })
      .and_then([&] { return check_count("needs.gpus", r.gpus, largest_gpus); })
      .and_then([&] { return check_count("needs.gpu_memory", r.gpu_memory, largest_memory); })
      .and_then([&] {
        return check_number("needs.price_limit", r.price_limit.value_or(0), largest_price);
      });
}

verdict check_labels(std::string_view field, const label_map& labels) {
  for (const auto& [key, value] : labels)
    if (auto ok = check_label(key, value); !ok) {
      ok.error().what = fmt::format("{}: {}", field, ok.error().what);
      return ok;
    }
  return {};
}

verdict check_affinity(const affinity& a) {
  if (bool{a.actor} != a.region.empty())
    return fault("affinity", "either an actor or a region", a.region);
  if (a.within < duration::zero())
    return fault("affinity.within", "0 or more", fmt::format("{} ns", a.within.count()));
  return check_number("affinity.gb_per_hour", a.gb_per_hour, largest_flow).and_then([&] {
    return check_number("affinity.price_per_ms", a.price_per_ms, largest_penalty);
  });
}

verdict check_spreads(const std::vector<spread>& spreads) {
  std::unordered_set<std::string_view> labels;
  for (const spread& s : spreads) {
    if (s.by.empty() || is_amount(s.by))
      return fault("spread.by", "node, region or another label that is not an amount", s.by);
    if (s.most == 0)
      return fault("spread.most", "1 or more", "0");
    if (!labels.insert(s.by).second)
      return fault("spread.by", "each label once", s.by);
  }
  return {};
}

verdict check_target(const spec& s) {
  if (s.strategy > strategy::cheapest)
    return fault("strategy", "one of its names, 0 to 5",
                 std::to_string(static_cast<unsigned>(s.strategy)));
  if (s.node.empty() == (s.strategy == strategy::on_node))
    return fault("node", s.node.empty() ? "the name of a node" : "none unless the strategy is on",
                 s.node);
  if (bool{s.actor} != (s.strategy == strategy::near_actor))
    return fault("actor", s.actor ? "none unless the strategy is near" : "whom to be near",
                 s.actor ? to_string(s.actor) : "");
  return {};
}

} // namespace

spec spec::needing(requirements wanted) const {
  auto copy = *this;
  copy.needs = wanted;
  return copy;
}

spec spec::labelled(label_map wanted) const {
  auto copy = *this;
  copy.labels = std::move(wanted);
  return copy;
}

spec spec::not_labelled(label_map unwanted) const {
  auto copy = *this;
  copy.without = std::move(unwanted);
  return copy;
}

spec spec::within(duration latency) const { return beside({.actor = actor, .within = latency}); }

spec spec::beside(affinity other) const {
  auto copy = *this;
  copy.affinities.push_back(std::move(other));
  return copy;
}

spec spec::spread_over(std::string label, std::uint32_t most) const {
  auto copy = *this;
  copy.spreads.push_back({std::move(label), most});
  return copy;
}

spec on(std::string node) { return {.strategy = strategy::on_node, .node = std::move(node)}; }

spec near(any_ref actor) { return {.strategy = strategy::near_actor, .actor = actor.id()}; }

spec with_labels(label_map labels) { return least_loaded.labelled(std::move(labels)); }

expected<void> check(const spec& wanted) {
  return check_target(wanted)
      .and_then([&] { return check_needs(wanted.needs); })
      .and_then([&] { return check_labels("labels", wanted.labels); })
      .and_then([&] { return check_labels("without", wanted.without); })
      .and_then([&]() -> verdict {
        for (const affinity& a : wanted.affinities)
          if (auto ok = check_affinity(a); !ok)
            return ok;
        return check_spreads(wanted.spreads);
      });
}

std::string_view to_string(strategy s) noexcept {
  switch (s) {
  case strategy::here:
    return "here";
  case strategy::on_node:
    return "on";
  case strategy::near_actor:
    return "near";
  case strategy::round_robin:
    return "round_robin";
  case strategy::least_loaded:
    return "least_loaded";
  case strategy::cheapest:
    break;
  }
  return "cheapest";
}

} // namespace actors::placement
