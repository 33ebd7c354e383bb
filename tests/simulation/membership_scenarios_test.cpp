// SPDX-License-Identifier: BSD-3-Clause
//
// Founding, the split-brain table, and what the parameters buy, measured in virtual time. With
// `--log_level=message` it prints the figures of libactors/src/protocol/README.md.
#define BOOST_TEST_MODULE membership_scenarios
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "membership_network.hpp"

using namespace actors::protocol;
using namespace actors::protocol::test;
using actors::duration;

namespace {

struct cluster {
  cluster(std::uint64_t seed, network_options options) : net{seed, std::move(options)} {
    net.on_event = [this](std::size_t at, const publish_event& e) {
      if (e.what == member_event::unreachable)
        found.push_back({net.now(), at, host_of(e.about.id)});
      removed += e.what == member_event::removed ? 1 : 0;
    };
    net.on_stop = [](std::size_t, const stop_all&) {};
    net.on_error = [](const std::string& text) { BOOST_ERROR(text); };
  }

  void start_all() {
    for (std::size_t i = 0; i < net.size(); ++i)
      net.start(i);
  }
  [[nodiscard]] bool is_settled() {
    for (std::size_t i = 0; i < net.size(); ++i) {
      const auto& members = net.hosts()[i].process->table().members();
      if (members.size() != net.size() ||
          !std::all_of(members.begin(), members.end(), [](const member& m) {
            return m.state == member_state::up && m.live == liveness::alive;
          }))
        return false;
    }
    return true;
  }
  void settle() {
    start_all();
    for (int i = 0; i < 600 && !is_settled(); ++i)
      net.run_until(net.now() + 100ms);
    BOOST_REQUIRE(is_settled());
  }
  [[nodiscard]] std::uint64_t sent() {
    std::uint64_t sum = 0;
    for (const auto& h : net.hosts())
      sum += h.sent;
    return sum;
  }

  struct finding {
    duration when;
    std::size_t by, whom;
  };
  network net;
  std::vector<finding> found;
  std::size_t removed = 0;
};

network_options sized(std::size_t hosts, std::size_t seeds = 3) {
  network_options o;
  o.hosts = hosts;
  o.seeds = std::min(hosts, seeds);
  return o;
}

struct spread {
  double p50, p99;
};

spread spread_of(std::vector<duration> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](std::size_t percent) {
    return static_cast<double>(times[(times.size() - 1) * percent / 100].count()) / 1e6;
  };
  return {at(50), at(99)};
}

/// From the end of host 1 until each other holds it for unreachable.
template <class End>
std::vector<duration> detections(std::size_t hosts, std::size_t runs, End end) {
  std::vector<duration> times;
  for (std::size_t run = 0; run < runs; ++run) {
    cluster c{1 + run, sized(hosts)};
    c.settle();
    c.net.run_until(c.net.now() + duration{static_cast<std::int64_t>(run) * 37'000'000});
    const duration start = c.net.now();
    c.found.clear();
    end(c.net);
    c.net.run_until(start + 3s);
    std::set<std::size_t> by;
    for (const auto& f : c.found)
      if (f.whom == 1 && by.insert(f.by).second)
        times.push_back(f.when - start);
    BOOST_TEST(by.size() == hosts - 1);
  }
  return times;
}

/// Who runs after a lasting cut behind the first `a` of `a + b` hosts.
std::pair<std::size_t, std::size_t> after_cut(downing_rule rule, std::size_t a, std::size_t b,
                                              cut_kind how) {
  auto o = sized(a + b, a + b);
  o.membership.downing.rule = rule;
  cluster c{a * 10 + b, o};
  c.settle();
  for (std::size_t i = 0; i < a; ++i)
    for (std::size_t k = a; k < a + b; ++k) {
      c.net.cut(i, k, how);
      c.net.cut(k, i, how);
    }
  c.net.run_until(c.net.now() + 5s);
  std::size_t runs[2] = {0, 0};
  for (std::size_t i = 0; i < a + b; ++i)
    runs[i < a ? 0 : 1] += c.net.runs(i) ? 1 : 0;
  return {runs[0], runs[1]};
}

} // namespace

BOOST_AUTO_TEST_CASE(seeds_that_start_at_once_found_one_cluster_by_the_lowest) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto o = sized(5, 1 + seed % 5);
    o.loss = seed % 3 * 50;
    cluster c{seed, o};
    c.settle();
    for (const auto& h : c.net.hosts())
      BOOST_CHECK(host_of(h.process->cluster()) == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_seed_that_cannot_reach_all_others_does_not_found) {
  cluster c{1, sized(3)};
  c.net.start(0);
  c.net.start(1);
  c.net.run_until(20s);
  BOOST_CHECK(c.net.hosts()[0].process->now_in() == membership::phase::seeking);
  c.net.start(2);
  c.net.run_until(25s);
  BOOST_TEST(c.is_settled());
}

BOOST_AUTO_TEST_CASE(seeds_apart_with_a_majority_to_found_never_found_twice) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto o = sized(5, 5);
    o.membership.joining.found_quorum = 3;
    cluster c{seed, o};
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t k = 0; k < 5; ++k)
        if (c.net.random().one_in(3))
          c.net.cut(i, k, cut_kind::drops);
    c.start_all();
    c.net.run_until(2500ms);
    std::set<node_id> clusters;
    for (const auto& h : c.net.hosts())
      clusters.insert(h.process->cluster());
    clusters.erase(node_id::none);
    BOOST_TEST(clusters.size() <= 1U, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(an_only_seed_that_starts_again_joins_what_it_had_founded) {
  cluster c{1, sized(4, 1)};
  c.settle();
  c.net.kill(0);
  c.net.run_until(c.net.now() + 2s);
  c.net.start(0);
  c.net.run_until(c.net.now() + 5s);
  BOOST_TEST(c.is_settled());
}

BOOST_AUTO_TEST_CASE(the_split_brain_table_holds_over_the_network) {
  const downing_rule majority{};
  const downing_rule quorum{downing_strategy::static_quorum, 5, alone::goes_down};
  const downing_rule oldest{downing_strategy::keep_oldest, 0, alone::goes_down};
  for (const auto how : {cut_kind::drops, cut_kind::refuses}) {
    BOOST_CHECK(after_cut(quorum, 4, 4, how) == std::pair(0UL, 0UL));
    BOOST_CHECK(after_cut(quorum, 5, 4, how) == std::pair(5UL, 0UL));
    BOOST_CHECK(after_cut(quorum, 4, 5, how) == std::pair(0UL, 5UL));
    BOOST_CHECK(after_cut(quorum, 1, 2, how) == std::pair(0UL, 0UL));
    BOOST_CHECK(after_cut(majority, 4, 4, how) == std::pair(4UL, 0UL));
    BOOST_CHECK(after_cut(majority, 2, 3, how) == std::pair(0UL, 3UL));
    BOOST_CHECK(after_cut(oldest, 3, 3, how) == std::pair(3UL, 0UL));
    BOOST_CHECK(after_cut(oldest, 1, 4, how) == std::pair(0UL, 4UL));
  }
}

BOOST_AUTO_TEST_CASE(a_killed_node_is_found_within_20_ms_and_a_silent_one_within_3_s) {
  for (const std::size_t hosts : {3UL, 5UL, 50UL}) {
    const std::size_t runs = hosts == 50 ? 5 : 60;
    const auto killed = spread_of(detections(hosts, runs, [](network& n) { n.kill(1); }));
    const auto silent = spread_of(detections(hosts, runs, [](network& n) { n.stall(1, 1min); }));
    BOOST_TEST_MESSAGE(
        fmt::format("{} nodes: killed p50 {:.1f} ms p99 {:.1f} ms, silent p50 {:.0f} "
                    "ms p99 {:.0f} ms",
                    hosts, killed.p50, killed.p99, silent.p50, silent.p99));
    BOOST_TEST(killed.p99 < 20);
    BOOST_TEST(silent.p99 < 2000);
  }
}

BOOST_AUTO_TEST_CASE(a_healthy_cluster_is_quiet_and_holds_nobody_for_unreachable) {
  for (const std::size_t hosts : {5UL, 50UL}) {
    cluster c{1, sized(hosts)};
    c.settle();
    const std::size_t joined = c.found.size();
    const auto before = c.sent();
    const duration span = 30s;
    c.net.run_until(c.net.now() + span);
    const double rate = static_cast<double>(c.sent() - before) / static_cast<double>(hosts) / 30;
    BOOST_TEST_MESSAGE(
        fmt::format("{} nodes: {:.1f} messages a second and node at rest", hosts, rate));
    BOOST_TEST(rate < 20);
    for (int i = 0; i < 100; ++i) {
      c.net.stall(c.net.random().below(hosts), 500ms);
      c.net.run_until(c.net.now() + 600ms);
    }
    BOOST_TEST_MESSAGE(
        fmt::format("{} nodes: {} wrong in 100 stalls of 500 ms", hosts, c.found.size() - joined));
    BOOST_TEST(c.found.size() == joined);
  }
}
