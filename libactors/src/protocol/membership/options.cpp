// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include <fmt/format.h>

namespace actors::protocol {

namespace {

constexpr std::size_t max_seeds = 64;

std::string text(duration time) { return fmt::format("{} ns", time.count()); }

struct bound {
  const char* rule;
  duration value;
  duration above;
};

/// What a node needs at most to find all it has lost; see downing.hpp.
duration longest_search(const detector_options& d, const gossip_options& g) {
  return 2 * d.period + 2 * d.probe_timeout + 2 * g.interval + d.suspicion;
}

duration longest_quick_search(const detector_options& d) { return d.period + 2 * d.quick_timeout; }

expected<void> check_times(const membership_options& o) {
  const auto& d = o.detector;
  const bound bounds[] = {
      {"detector.period must be positive", d.period, 0ms},
      {"detector.stall must be positive", d.stall, 0ms},
      {"detector.quick_timeout must be positive", d.quick_timeout, 0ms},
      {"detector.direct_timeout must be positive", d.direct_timeout, 0ms},
      {"detector.probe_timeout must exceed direct_timeout", d.probe_timeout, d.direct_timeout},
      {"detector.suspicion must exceed probe_timeout", d.suspicion, d.probe_timeout},
      {"gossip.interval must be positive", o.gossip.interval, 0ms},
      {"gossip.confirm_interval must be positive", o.gossip.confirm_interval, 0ms},
      {"gossip.sync_interval must be positive", o.gossip.sync_interval, 0ms},
      {"joining.retry must be positive", o.joining.retry, 0ms},
      {"joining.call_interval must be positive", o.joining.call_interval, 0ms},
      {"joining.found_after must exceed call_interval", o.joining.found_after,
       o.joining.call_interval},
      {"joining.vote_lease must exceed four times retry", o.joining.vote_lease,
       4 * o.joining.retry},
      {"downing.stable_after must exceed 2 * probe_timeout + period", o.downing.stable_after,
       2 * d.probe_timeout + d.period},
      {"downing.take_over_after must exceed the longest search", o.downing.take_over_after,
       longest_search(d, o.gossip)},
      {"downing.stable_after_gone must exceed 2 * quick_timeout", o.downing.stable_after_gone,
       2 * d.quick_timeout},
      {"downing.take_over_after_gone must exceed period + 2 * quick_timeout",
       o.downing.take_over_after_gone, longest_quick_search(d)},
  };
  for (const bound& b : bounds)
    if (b.value <= b.above)
      return fail(errc::invalid_argument, fmt::format("{} ({})", b.rule, text(b.above)),
                  text(b.value));
  return {};
}

} // namespace

expected<void> check(const membership_options& o) {
  if (auto times = check_times(o); !times)
    return times;
  if (o.gossip.fanout == 0 || o.gossip.records == 0 || o.detector.alert_fanout == 0)
    return fail(errc::invalid_argument,
                "gossip.fanout, gossip.records, detector.alert_fanout: "
                "must not be 0",
                "0");
  if (o.joining.seeds.size() > max_seeds)
    return fail(errc::invalid_argument, "joining.seeds: at most 64",
                std::to_string(o.joining.seeds.size()));
  if (o.joining.found_quorum > o.joining.seeds.size())
    return fail(errc::invalid_argument, "joining.found_quorum: at most the number of seeds",
                std::to_string(o.joining.found_quorum));
  const bool is_static = o.downing.rule.strategy == downing_strategy::static_quorum;
  if (is_static != (o.downing.rule.quorum != 0))
    return fail(errc::invalid_argument, "downing.quorum: for static_quorum, and not 0 there",
                std::to_string(o.downing.rule.quorum));
  return {};
}

} // namespace actors::protocol
