// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE restart_budget
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <vector>

#include <actors/testing.hpp>

#include "restart_budget.hpp"

using namespace std::chrono_literals;
using actors::duration;
using actors::supervision::detail::restart_budget;

namespace {

/// Counts by looking at everything.
struct naive_budget {
  std::uint32_t intensity;
  duration period;
  std::vector<duration> times;

  std::uint32_t left(duration now) const {
    std::uint32_t recent = 0;
    for (duration t : times)
      recent += now - t <= period ? 1 : 0;
    return intensity - recent;
  }
  bool spend(duration now) {
    if (left(now) == 0)
      return false;
    times.push_back(now);
    return true;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(the_restart_after_the_last_allowed_one_is_refused) {
  restart_budget b{2, 5s};
  BOOST_TEST(b.left(0s) == 2U);
  BOOST_TEST(b.spend(0s));
  BOOST_TEST(b.spend(1s));
  BOOST_TEST(b.left(1s) == 0U);
  BOOST_TEST(!b.spend(2s));
}

BOOST_AUTO_TEST_CASE(an_intensity_of_zero_allows_none) {
  restart_budget b{0, 5s};
  BOOST_TEST(b.left(0s) == 0U);
  BOOST_TEST(!b.spend(0s));
}

BOOST_AUTO_TEST_CASE(a_restart_counts_up_to_a_whole_period_later) {
  restart_budget b{1, 5s};
  BOOST_TEST(b.spend(10s));
  BOOST_TEST(b.left(15s) == 0U);
  BOOST_TEST(!b.spend(15s));
  BOOST_TEST(b.left(15s + 1ns) == 1U);
  BOOST_TEST(b.spend(15s + 1ns));
}

BOOST_AUTO_TEST_CASE(a_refused_restart_does_not_count) {
  restart_budget b{1, 5s};
  BOOST_TEST(b.spend(0s));
  BOOST_TEST(!b.spend(4s));
  BOOST_TEST(b.spend(6s));
}

BOOST_AUTO_TEST_CASE(paced_restarts_below_the_intensity_never_trip) {
  restart_budget b{3, 6s};
  for (int i = 0; i < 100'000; ++i)
    BOOST_REQUIRE(b.spend(i * 2001ms));
}

BOOST_AUTO_TEST_CASE(many_at_the_same_instant_count_each) {
  restart_budget b{1000, 1s};
  for (int i = 0; i < 1000; ++i)
    BOOST_REQUIRE(b.spend(1s));
  BOOST_TEST(!b.spend(1s));
  BOOST_TEST(b.remembered() == 1U);
}

BOOST_AUTO_TEST_CASE(it_agrees_with_counting_by_hand) {
  actors::testing::random_source random{actors::testing::seed_from_environment()};
  for (int round = 0; round < 200; ++round) {
    const auto intensity = static_cast<std::uint32_t>(random.below(8));
    const duration period{1 + random.below(50)};
    restart_budget b{intensity, period};
    naive_budget n{intensity, period, {}};
    duration now{};
    for (int i = 0; i < 300; ++i) {
      now += duration{random.below(12)};
      BOOST_REQUIRE(b.left(now) == n.left(now));
      BOOST_REQUIRE(b.spend(now) == n.spend(now));
      BOOST_REQUIRE(b.left(now) == n.left(now));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_huge_intensity_takes_bounded_memory) {
  // A million restarts a second for 100 s of a period of an hour, then ten times the period.
  restart_budget b{std::numeric_limits<std::uint32_t>::max(), 1h};
  duration now{};
  for (int i = 0; i < 5'000'000; ++i)
    BOOST_REQUIRE(b.spend(now += 20us));
  BOOST_TEST(b.left(now) == std::numeric_limits<std::uint32_t>::max() - 5'000'000U);
  for (int i = 0; i < 200'000; ++i)
    BOOST_REQUIRE(b.spend(now += 180ms));
  BOOST_TEST(b.remembered() <= restart_budget::exact_up_to + 2U);
}

BOOST_AUTO_TEST_CASE(grouping_never_allows_more_than_counting_each_would) {
  constexpr std::uint32_t intensity = restart_budget::exact_up_to + 1000;
  constexpr duration period = 100ms;
  restart_budget b{intensity, period};
  std::vector<duration> allowed;
  actors::testing::random_source random{actors::testing::seed_from_environment()};
  duration now{};
  for (int i = 0; i < 400'000; ++i)
    if (now += duration{random.below(2000)}; b.spend(now))
      allowed.push_back(now);
  BOOST_TEST(allowed.size() > intensity);
  for (std::size_t i = intensity; i < allowed.size(); ++i)
    BOOST_REQUIRE((allowed[i] - allowed[i - intensity] > period));
}

BOOST_AUTO_TEST_CASE(a_period_as_long_as_time_does_not_overflow) {
  restart_budget b{2, duration::max()};
  BOOST_TEST(b.spend(0s));
  BOOST_TEST(b.spend(duration::max()));
  BOOST_TEST(!b.spend(duration::max()));
}
