// SPDX-License-Identifier: BSD-3-Clause
//
// How long children may take to stop: `shutdown{t}`, `brutal_kill`, `infinity`, each with a child that
// stops at once, one that sleeps, and one that never comes to an end.
#define BOOST_TEST_MODULE supervisor_shutdown
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace supervisor_shutdown_tests {

const auto places = data::make({lies::near, lies::far, lies::moved});

struct trial {
  const char* name;
  sup::shutdown limit;
  duration takes;
  /// What is written, when it is over, and how.
  journal lines;
  duration ends_after;
  bool reported;
};
std::ostream& operator<<(std::ostream& to, const trial& t) { return to << t.name; }
const trial trials[] = {
    {"at once, a time", {100ms}, 0ms, {"-b"}, 0ms, false},
    {"at once, brutal_kill", brutal_kill, 0ms, {}, 0ms, false},
    {"at once, infinity", infinity, 0ms, {"-b"}, 0ms, false},
    {"sleeps less than its time", {100ms}, 60ms, {"-b"}, 60ms, false},
    {"sleeps longer than its time", {100ms}, 150ms, {"-b"}, 100ms, true},
    {"sleeps, brutal_kill", brutal_kill, 60ms, {}, 0ms, false},
    {"sleeps, infinity", infinity, 90min, {"-b"}, 90min, false},
    {"never ends, a time", {100ms}, 100000h, {"-b"}, 100ms, true},
    {"never ends, brutal_kill", brutal_kill, 100000h, {}, 0ms, false},
};

struct pair : family {
  pair(const trial& t, lies place, strategy how = strategy::one_for_one) {
    tree all{"top", how};
    all.child(kid("a")).child(kid("b", t.limit, at(place)));
    BOOST_REQUIRE(start(all));
    if (place == lies::moved) move("top/b");
    take();
    stage::now().stop_takes["b"] = t.takes;
  }
  void took(const trial& t, duration since) {
    const duration spent = node.now() - since;
    node.run_until_idle();
    // A tick of the wheel, and the turns of the shards.
    BOOST_TEST((spent >= t.ends_after && spent <= t.ends_after + 3ms), spent.count() << " ns");
    BOOST_TEST(heard.size() == (t.reported ? 1U : 0U));
    if (!t.reported || heard.empty()) return;
    BOOST_TEST(heard[0].path == "top/b");
    BOOST_TEST((heard[0].when == failed_in::stop));
    BOOST_TEST((heard[0].kind == exit_kind::killed));
  }
};

} // namespace supervisor_shutdown_tests
using namespace supervisor_shutdown_tests;

BOOST_DATA_TEST_CASE(a_terminated_child_has_its_time_and_no_more, data::make(trials) * places, x, place) {
  pair f{x, place};
  const duration since = f.node.now();
  BOOST_TEST(f.node.ask_result(f.root, terminate_child{"b"}, 1000h).has_value());
  f.took(x, since);
  BOOST_TEST(f.take() == x.lines, per_element());
  BOOST_TEST(!f.is_alive("b"));
  BOOST_TEST(f.shows() == "a running, b stopped");
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(a_member_of_a_group_restart_has_its_time_and_no_more, data::make(trials) * places, x, place) {
  pair f{x, place, strategy::one_for_all};
  const duration since = f.node.now();
  f.child("top/a").tell(crash{});
  BOOST_TEST(f.node.run_until([&] { return stage::now().alive["a"] == 1 && stage::now().lines.size() >= x.lines.size() + 2; }, 1000h));
  const duration spent = f.node.now() - since;
  BOOST_TEST((spent >= x.ends_after && spent <= x.ends_after + 3ms), spent.count() << " ns");
  journal lines = x.lines;
  lines.insert(lines.end(), {"+a", "+b"});
  BOOST_TEST(f.take() == lines, per_element());
  BOOST_TEST(f.heard.size() == (x.reported ? 2U : 1U));
  BOOST_TEST(!stage::now().two_alive);
}

BOOST_DATA_TEST_CASE(when_the_supervisor_stops_each_child_has_its_time_and_no_more, data::make(trials) * places, x, place) {
  pair f{x, place};
  const duration since = f.node.now();
  f.node.stop(f.root);
  BOOST_TEST(f.node.run_until([&] { return f.ended(); }, 1000h));
  const duration spent = f.node.now() - since;
  BOOST_TEST((spent >= x.ends_after && spent <= x.ends_after + 4ms), spent.count() << " ns");
  journal lines = x.lines;
  lines.push_back("-a");
  BOOST_TEST(f.take() == lines, per_element());
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_DATA_TEST_CASE(a_sub_tree_has_all_the_time_its_children_take, places, place) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").child(
      sup::one_for_one("sub").child(kid("x", infinity, at(place))).child(kid("y", sup::shutdown{1h}, at(place))))));
  if (place == lies::moved) f.move("top/sub/x");
  stage::now().stop_takes = {{"x", 20h}, {"y", 30min}};
  f.take();
  const duration since = f.node.now();
  BOOST_TEST(f.node.ask_result(f.root, terminate_child{"sub"}, 1000h).has_value());
  BOOST_TEST((f.node.now() - since >= 20h + 30min));
  BOOST_TEST(f.take() == (journal{"-y", "-x"}), per_element());
  BOOST_TEST(f.heard.empty());
}

BOOST_DATA_TEST_CASE(a_child_may_be_terminated_while_it_works_in_a_coroutine, places, place) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").child(kid("b", sup::shutdown{100ms}, at(place)))));
  if (place == lies::moved) f.move("top/b");
  f.take();
  const auto b = f.child("top/b");
  // Its end by itself and the order to stop cross.
  b.tell(end_normally{});
  BOOST_TEST(f.node.ask_result(f.root, terminate_child{"b"}).has_value());
  const auto lines = f.take();
  BOOST_TEST(std::count(lines.begin(), lines.end(), "-b") >= 1);
  BOOST_TEST(!f.is_alive("b"));
  // Where its own end came first it has been restarted in between.
  const bool restarted = std::count(lines.begin(), lines.end(), "+b") != 0;
  BOOST_TEST(f.shows() == (restarted ? "b stopped (1)" : "b stopped"));
}
