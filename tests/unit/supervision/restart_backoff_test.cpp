// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE restart_backoff
#include <boost/test/unit_test.hpp>

#include "restart_backoff.hpp"

using namespace std::chrono_literals;
using actors::duration;
using actors::supervision::backoff;
using actors::supervision::detail::restart_backoff;

namespace {

const std::optional<backoff> doubling = backoff{100ms, 1s, 2.0, 0.0, 5s};

/// The pause before the next restart where each attempt fails as soon as it starts.
struct flaky {
  restart_backoff pauses{};
  duration now{};

  duration next(const std::optional<backoff>& settings, double chance = 0.5) {
    const duration pause = pauses.next(settings, now, chance);
    now += pause;
    return pause;
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(without_settings_there_is_no_pause) {
  restart_backoff b;
  BOOST_TEST((b.next(std::nullopt, 1s, 0.5) == 0s));
  BOOST_TEST((b.next(std::nullopt, 1s, 0.5) == 0s));
}

BOOST_AUTO_TEST_CASE(each_pause_is_the_factor_times_the_one_before_up_to_the_maximum) {
  flaky f;
  for (duration expected : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
    BOOST_TEST((f.next(doubling) == expected));
}

BOOST_AUTO_TEST_CASE(a_factor_of_one_keeps_the_pause) {
  flaky f;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST((f.next(backoff{100ms, 1s, 1.0, 0.0, 5s}) == 100ms));
}

BOOST_AUTO_TEST_CASE(after_quiet_it_begins_anew) {
  flaky f;
  (void)f.next(doubling);
  (void)f.next(doubling);
  f.now += 5s - 1ns;
  BOOST_TEST((f.next(doubling) == 400ms));
  f.now += 5s;
  BOOST_TEST((f.next(doubling) == 100ms));
}

BOOST_AUTO_TEST_CASE(the_pause_itself_is_not_quiet) {
  // The maximum is as long as the quiet that resets.
  const backoff settings{100ms, 400ms, 2.0, 1.0, 0s};
  flaky f;
  for (duration expected : {200ms, 400ms, 800ms, 800ms, 800ms})
    BOOST_TEST((f.next(settings, 1.0) == expected));
}

BOOST_AUTO_TEST_CASE(without_a_time_for_it_quiet_is_as_long_as_the_maximum) {
  const backoff settings{100ms, 1s, 2.0, 0.0, 0s};
  flaky f;
  (void)f.next(settings);
  f.now += 1s - 1ns;
  BOOST_TEST((f.next(settings) == 200ms));
  f.now += 1s;
  BOOST_TEST((f.next(settings) == 100ms));
}

BOOST_AUTO_TEST_CASE(jitter_lengthens_by_its_share_and_does_not_add_up) {
  const backoff settings{100ms, 1s, 2.0, 0.5, 5s};
  flaky f;
  BOOST_TEST((f.next(settings, 0.0) == 100ms));
  BOOST_TEST((f.next(settings, 1.0) == 300ms));
  BOOST_TEST((f.next(settings, 0.5) == 500ms));
  BOOST_TEST((f.next(settings, 0.0) == 800ms));
}

BOOST_AUTO_TEST_CASE(the_largest_values_do_not_overflow) {
  const backoff settings{duration::max(), duration::max(), 1e300, 1.0, duration::max()};
  restart_backoff b;
  BOOST_TEST((b.next(settings, 0s, 1.0) == duration::max()));
  BOOST_TEST((b.next(settings, duration::max(), 1.0) == duration::max()));
  restart_backoff c;
  const backoff steep{1ns, duration::max(), 1e300, 0.0, 0s};
  BOOST_TEST((c.next(steep, 0s, 0.5) == 1ns));
  BOOST_TEST((c.next(steep, 1ns, 0.5) == duration::max()));
}
