// SPDX-License-Identifier: BSD-3-Clause
//
// What a message between nodes may cost beside itself: the sleep of the thread that waits for it, and no other.
#define BOOST_TEST_MODULE cluster_wakeups
#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <actors/actors.hpp>

#include "two_nodes.hpp"

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct ball {
  std::uint32_t left = 0;
};
struct play {
  ref_to<ball> with;
  std::uint32_t trips = 0;
};

class player : public actor<player> {
public:
  using handles = messages<ball, play>;
  void on(ball b) {
    if (b.left == 0 && over_) return over_->set(1);
    ref_to<ball>{sender().as<player>()}.tell(ball{b.left == 0 ? 0 : b.left - 1});
  }
  promise<int> on(const play& p) {
    over_ = make_promise<int>();
    p.with.tell(ball{2 * p.trips});
    return *over_;
  }

private:
  std::optional<promise<int>> over_;
};

long sleeps() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_nvcsw;
}

} // namespace

BOOST_FIXTURE_TEST_CASE(a_round_trip_wakes_no_third_thread, two_nodes) {
  constexpr std::uint32_t trips = 5'000;
  auto there = b.spawn<player>();
  auto here = a.spawn<player>();
  BOOST_TEST(a.ask(here, play{there, 500}, 10s).value() == 1);
  const long before = sleeps();
  BOOST_TEST(a.ask(here, play{there, trips}, 10s).value() == 1);
  // Each of the two threads sleeps once in a round trip.
  const double each = static_cast<double>(sleeps() - before) / trips;
  BOOST_TEST_MESSAGE(each << " sleeps in a round trip");
  BOOST_TEST(each < 2.9); // a third thread would make it 3
}
