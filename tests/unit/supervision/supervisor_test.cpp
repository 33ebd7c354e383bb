// SPDX-License-Identifier: BSD-3-Clause
//
// Supervisors at work on the engine, under virtual time: the matrix of OTP's supervisor suite, for
// children on the shard of their supervisor, on another one, and moved to a third.
#define BOOST_TEST_MODULE supervisor
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

enum class end { normal, shutdown, failed, killed };
std::ostream& operator<<(std::ostream& to, end e) {
  const char* names[] = {"normal", "shutdown", "failed", "killed"};
  return to << names[static_cast<int>(e)];
}

/// Restart type, end, and whether OTP restarts.
struct cell {
  supervision::restart type;
  end how;
  bool again;
};
std::ostream& operator<<(std::ostream& to, const cell& c) {
  return to << c.type << " " << c.how;
}
const cell cells[] = {
    {permanent, end::normal, true},  {permanent, end::shutdown, true},  {permanent, end::failed, true},
    {permanent, end::killed, true},  {transient, end::normal, false},   {transient, end::shutdown, false},
    {transient, end::failed, true},  {transient, end::killed, true},    {temporary, end::normal, false},
    {temporary, end::shutdown, false}, {temporary, end::failed, false}, {temporary, end::killed, false},
};
const auto matrix = data::make(cells);
const auto places = data::make({lies::near, lies::far, lies::moved});

/// a, b and c; the end of b is what is looked at.
struct trio : family {
  trio(const cell& c, lies place, const tree& empty = sup::one_for_one("top").intensity(5, 5s)) {
    tree t = empty;
    t.child(kid("a"))
        .child(kid("b", c.type, at(place)))
        .child(kid("c"));
    auto started = start(t);
    BOOST_REQUIRE_MESSAGE(started, why(started));
    where = place;
    if (place == lies::moved) move("top/b");
    BOOST_REQUIRE((child("top/b").id().shard() != root.id().shard()) == (place == lies::far));
    take();
  }
  void meet(const ref<child_actor>& who, end how) {
    switch (how) {
      case end::normal: who.tell(end_normally{}); break;
      case end::shutdown: who.tell(end_shutdown{}); break;
      case end::failed: who.tell(crash{}); break;
      case end::killed:
        // The order to itself would take the way through its home, behind what waits already.
        if (where == lies::moved)
          node.kill(who);
        else
          who.tell(get_killed{});
    }
  }
  lies where = lies::near;
};

} // namespace

BOOST_AUTO_TEST_CASE(children_start_in_order_and_are_found_by_their_paths) {
  family f;
  auto started = f.start(sup::one_for_one("shop")
                             .child(kid("a"))
                             .child(sup::rest_for_one("below").child(kid("b")).child(kid("c", on_shard(1))))
                             .child(kid("d", on_shard(1))));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  BOOST_TEST(f.take() == (journal{"+a", "+b", "+c", "+d"}), per_element());
  BOOST_TEST(f.node.ask_result(f.child("shop/below/c"), count{}).value() == 1);
  BOOST_TEST(bool(f.node.find<supervisor>("shop/below")));
  auto n = f.node.ask_result(f.root, count_children{}).value();
  BOOST_TEST((n == child_counts{3, 3, 1, 2}));
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-d", "-c", "-b", "-a"}), per_element());
}

BOOST_DATA_TEST_CASE(an_end_is_followed_by_a_restart_or_not_as_its_type_says, matrix* places, c, place) {
  trio f{c, place};
  const auto b = f.child("top/b");
  f.meet(b, c.how);
  journal expected;
  if (c.how == end::normal || c.how == end::shutdown) expected.push_back("-b");
  if (c.again) expected.push_back("+b");
  BOOST_TEST(f.take() == expected, per_element());
  BOOST_TEST(!f.ended());
  BOOST_TEST(!stage::now().two_alive);
  if (c.again) {
    BOOST_TEST(f.shows() == "a running, b running (1), c running");
    BOOST_TEST((f.child("top/b") == b));
    BOOST_TEST((f.info("b").child == any_ref{b}));
    BOOST_TEST(f.node.ask_result(b, count{}).value() == 1);
  } else {
    BOOST_TEST(f.shows() == (c.type == temporary ? "a running, c running" : "a running, b stopped, c running"));
    BOOST_TEST(!f.node.find<child_actor>("top/b"));
    BOOST_TEST((f.node.ask_result(b, count{}).error().code == errc::no_such_actor));
    BOOST_TEST(!f.info("b").child);
  }
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(what_waits_is_handled_by_the_new_instance_and_the_killing_message_is_a_dead_letter, matrix* places,
                     c, place) {
  trio f{c, place};
  const auto b = f.child("top/b");
  const auto before = f.node.counters().dead_letters;
  f.meet(b, c.how);
  b.tell(work{});
  b.tell(work{});
  const journal lines = f.take();
  BOOST_TEST(std::count(lines.begin(), lines.end(), "b works") == (c.again ? 2 : 0));
  const unsigned killing = c.how == end::failed ? 1 : 0;
  BOOST_TEST(f.node.counters().dead_letters - before == killing + (c.again ? 0 : 2));
  BOOST_TEST(f.node.dead_letter_count(errc::actor_failed) == killing);
  b.tell(work{});
  BOOST_TEST(f.take() == (c.again ? journal{"b works"} : journal{}), per_element());
}

BOOST_DATA_TEST_CASE(asks_in_flight_end_with_the_instance_and_those_that_waited_are_answered_by_the_next, matrix* places,
                     c, place) {
  trio f{c, place};
  const auto b = f.child("top/b");
  BOOST_TEST(f.node.ask_result(b, count{}).value() == 1);
  auto in_flight = f.node.ask(b, hold{}, 1h);
  f.meet(b, c.how);
  auto waited = f.node.ask(b, count{}, 1h);
  f.node.run_until_idle();
  BOOST_REQUIRE(in_flight.ready());
  const failure ended = in_flight.result().error();
  if (c.how == end::failed) {
    BOOST_TEST((ended.code == errc::actor_failed));
    BOOST_TEST(ended.what == "broken");
    BOOST_TEST(ended.value == "std::runtime_error");
  } else {
    BOOST_TEST((ended.code == errc::actor_stopped));
  }
  BOOST_REQUIRE(waited.ready());
  const auto answer = waited.result();
  if (c.again)
    BOOST_TEST(answer.value() == 1);
  else
    BOOST_TEST((answer.error().code == errc::actor_stopped));
}

BOOST_DATA_TEST_CASE(the_same_matrix_holds_one_restart_after_another, matrix* places, c, place) {
  trio f{c, place};
  const auto b = f.child("top/b");
  for (std::uint32_t k = 1; k <= 5; ++k) {
    f.meet(b, c.how);
    f.node.run_until_idle();
    if (!c.again) break;
    BOOST_TEST(f.info("b").restarts == k);
    BOOST_TEST(f.node.ask_result(b, count{}).value() == 1);
  }
  BOOST_TEST(!f.ended());
  f.meet(b, c.how);
  f.node.run_until_idle();
  BOOST_TEST(f.ended() == c.again); // the sixth within 5 s
  BOOST_TEST(!stage::now().two_alive);
}

BOOST_DATA_TEST_CASE(children_started_with_a_moved_one_stop_in_reverse_order, places, place) {
  trio f{cells[0], place};
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-c", "-b", "-a"}), per_element());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(a_stranger_that_stops_or_kills_a_child_is_answered_by_the_restart_type, matrix* places, c, place) {
  if (c.how == end::failed || c.how == end::normal) return;
  trio f{c, place};
  const auto b = f.child("top/b");
  // From outside and by name: an ordered stop is an end of kind shutdown.
  if (c.how == end::shutdown)
    f.node.stop(b);
  else
    f.node.kill(b);
  f.node.run_until_idle();
  const bool asked = c.how == end::shutdown;
  journal expected;
  if (asked) expected.push_back("-b");
  if (c.again) expected.push_back("+b");
  BOOST_TEST(f.take() == expected, per_element());
  BOOST_TEST(f.is_alive("b") == c.again);
}
