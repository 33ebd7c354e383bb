// SPDX-License-Identifier: BSD-3-Clause
//
// What is said about failures: one report for each, with all that is known; to subscribers and to the log.
#define BOOST_TEST_MODULE report
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "../../../supervision/src/report_log.hpp"
#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

const auto places = data::make({lies::near, lies::far, lies::moved});

struct one_child : family {
  template <class... Options>
  explicit one_child(lies place, const Options&... options) {
    auto started = start(sup::one_for_one("shop").intensity(3, 5s).child(kid("a")).child(kid("b", at(place), options...)));
    BOOST_REQUIRE_MESSAGE(started, why(started));
    if (place == lies::moved) move("shop/b");
    take();
  }
};

report sample() {
  report r;
  r.path = "shop/payments";
  r.when = failed_in::run;
  r.kind = exit_kind::failed;
  r.exception_type = "std::runtime_error";
  r.text = "no route";
  r.message_type = "pay";
  r.response = response::restart;
  r.restarts_left = 2;
  return r;
}

std::string line(const std::function<void(report&)>& change) {
  report r = sample();
  change(r);
  return to_string(r);
}

} // namespace

BOOST_DATA_TEST_CASE(a_failure_makes_one_report_with_all_that_is_known, places, place) {
  one_child f{place};
  const auto b = f.child("shop/b");
  f.tell("shop/b", crash{"no money"});
  BOOST_REQUIRE(f.heard.size() == 1U);
  const report& r = f.heard[0];
  BOOST_TEST((r.supervisor == f.root.id()));
  BOOST_TEST(r.path == "shop/b");
  BOOST_TEST((r.child == b.id()));
  BOOST_TEST((r.when == failed_in::run));
  BOOST_TEST((r.kind == exit_kind::failed));
  BOOST_TEST(r.exception_type == "std::runtime_error");
  BOOST_TEST(r.text == "no money");
  BOOST_TEST(r.message_type == "actors::supervision::test::crash");
  BOOST_TEST((r.response == response::restart));
  BOOST_TEST((r.pause == 0s));
  BOOST_TEST(r.restarts_left == 2U);
  BOOST_TEST(r.restarts == 0U);
}

BOOST_DATA_TEST_CASE(restarts_left_count_down_until_the_supervisor_gives_up, places, place) {
  one_child f{place};
  for (int k = 0; k < 4; ++k) f.tell("shop/b", crash{});
  BOOST_REQUIRE(f.heard.size() == 4U);
  for (std::uint32_t k = 0; k < 4; ++k) {
    BOOST_TEST(f.heard[k].restarts_left == (k < 3 ? 2 - k : 0));
    BOOST_TEST(f.heard[k].restarts == k);
    BOOST_TEST((f.heard[k].response == (k < 3 ? response::restart : response::give_up)));
  }
}

BOOST_DATA_TEST_CASE(restarts_left_grow_again_as_time_passes, places, place) {
  one_child f{place};
  f.tell("shop/b", crash{});
  f.node.run_for(3s);
  f.tell("shop/b", crash{});
  f.node.run_for(3s);
  f.tell("shop/b", crash{});
  BOOST_REQUIRE(f.heard.size() == 3U);
  BOOST_TEST(f.heard[1].restarts_left == 1U);
  BOOST_TEST(f.heard[2].restarts_left == 1U);
}

BOOST_DATA_TEST_CASE(a_kill_and_an_end_that_should_not_be_are_reported_without_an_exception, places, place) {
  one_child f{place};
  f.node.kill(f.child("shop/b"));
  f.node.run_until_idle();
  f.tell("shop/b", end_normally{});
  BOOST_REQUIRE(f.heard.size() == 2U);
  BOOST_TEST((f.heard[0].kind == exit_kind::killed));
  BOOST_TEST((f.heard[1].kind == exit_kind::normal));
  for (const report& r : f.heard) {
    BOOST_TEST(r.exception_type == "");
    BOOST_TEST(r.text.starts_with("ended: "), r.text);
    BOOST_TEST(r.message_type == "");
    BOOST_TEST((r.when == failed_in::run));
  }
}

BOOST_DATA_TEST_CASE(orderly_ends_are_not_reported, places, place) {
  one_child f{place, transient};
  f.tell("shop/b", end_normally{});
  BOOST_TEST(f.ask(sup::restart_child{"b"}).has_value());
  BOOST_TEST(f.ask(terminate_child{"b"}).has_value());
  BOOST_TEST(f.ask(delete_child{"b"}).has_value());
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.heard.empty());
  BOOST_TEST(f.node.logged().empty());
}

BOOST_DATA_TEST_CASE(a_failure_of_a_temporary_child_is_reported_and_left, places, place) {
  one_child f{place, temporary};
  f.tell("shop/b", crash{"poor"});
  BOOST_REQUIRE(f.heard.size() == 1U);
  BOOST_TEST((f.heard[0].response == response::leave));
  BOOST_TEST(f.heard[0].restarts_left == 3U);
}

BOOST_DATA_TEST_CASE(a_restart_that_fails_is_reported_as_such, places, place) {
  one_child f{place};
  stage::now().start_fails["b"] = 1;
  f.tell("shop/b", crash{});
  BOOST_REQUIRE(f.heard.size() == 2U);
  BOOST_TEST((f.heard[1].when == failed_in::start));
  BOOST_TEST(f.heard[1].text == "no start");
  BOOST_TEST(f.heard[1].exception_type == "std::runtime_error");
  BOOST_TEST(f.heard[1].message_type == "");
  BOOST_TEST(f.heard[1].restarts_left == 1U);
}

BOOST_DATA_TEST_CASE(a_bad_stop_is_reported_once, places, place) {
  one_child f{place};
  stage::now().throws_in_stop = {"b"};
  BOOST_TEST(f.ask(terminate_child{"b"}).has_value());
  BOOST_REQUIRE(f.heard.size() == 1U);
  BOOST_TEST((f.heard[0].when == failed_in::stop));
  BOOST_TEST((f.heard[0].kind == exit_kind::failed));
  BOOST_TEST((f.heard[0].response == response::leave));
  BOOST_TEST(f.heard[0].text == "bad stop");
  BOOST_TEST(f.heard[0].exception_type == "std::logic_error");
}

BOOST_AUTO_TEST_CASE(a_failing_sub_tree_is_reported_at_each_level_once) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_all("top").child(sup::one_for_one("sub").intensity(0, 5s).child(kid("x"))).child(kid("c"))));
  f.tell("top/sub/x", crash{"deep"});
  BOOST_REQUIRE(f.heard.size() == 2U);
  BOOST_TEST(f.heard[0].path == "top/sub/x");
  BOOST_TEST((f.heard[0].response == response::give_up));
  BOOST_TEST(f.heard[1].path == "top/sub");
  BOOST_TEST((f.heard[1].response == response::restart_group));
  BOOST_TEST((f.heard[1].kind == exit_kind::shutdown));
  BOOST_TEST(f.heard[1].text == "restart intensity exceeded: more than 0 restarts within 5 s (last: 'x': deep)");
}

BOOST_DATA_TEST_CASE(every_failure_is_one_report_and_one_line, places, place) {
  one_child f{place};
  for (int k = 0; k < 3; ++k) f.tell("shop/b", crash{"poor"});
  BOOST_REQUIRE(f.node.logged().size() == 3U);
  for (std::size_t k = 0; k < 3; ++k) BOOST_TEST(f.node.logged()[k] == to_string(f.heard[k]));
  BOOST_TEST(f.node.logged()[0] ==
             "shop/b: failed in actors::supervision::test::crash: std::runtime_error: poor; restarts; 2 restarts left");
}

BOOST_AUTO_TEST_CASE(who_does_not_subscribe_any_more_hears_nothing_more) {
  class fickle : public actor<fickle> {
  public:
    using handles = messages<report, end_normally>;
    explicit fickle(int* n) : n_{n} { subscribe(reports); }
    void on(const report&) { ++*n_; }
    void on(end_normally) { unsubscribe(reports); }
    int* n_;
  };
  int n = 0;
  one_child f{lies::near};
  auto who = f.node.spawn<fickle>(&n);
  f.node.run_until_idle();
  f.tell("shop/b", crash{});
  BOOST_TEST(n == 1);
  who.tell(end_normally{});
  f.node.run_until_idle();
  f.tell("shop/b", crash{});
  BOOST_TEST(n == 1);
  BOOST_TEST(f.heard.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_report_reads_as_one_line) {
  BOOST_TEST(line([](report&) {}) == "shop/payments: failed in pay: std::runtime_error: no route; restarts; 2 restarts left");
  BOOST_TEST(line([](report& r) {
               r.pause = 100ms;
               r.response = response::restart_group;
             }) == "shop/payments: failed in pay: std::runtime_error: no route; restarts with its group in 100 ms; 2 restarts left");
  BOOST_TEST(line([](report& r) { r.when = failed_in::start; }) ==
             "shop/payments: could not be started: std::runtime_error: no route; restarts; 2 restarts left");
  BOOST_TEST(line([](report& r) {
               r.when = failed_in::stop;
               r.kind = exit_kind::killed;
               r.exception_type = "";
               r.text = "ended: killed";
               r.response = response::leave;
             }) == "shop/payments: did not stop in order: ended: killed; stays ended; 2 restarts left");
  BOOST_TEST(line([](report& r) {
               r.response = response::give_up;
               r.restarts_left = 0;
             }) == "shop/payments: failed in pay: std::runtime_error: no route; its supervisor gives up; 0 restarts left");
  BOOST_TEST(line([](report& r) { r.message_type = ""; }) ==
             "shop/payments: failed: std::runtime_error: no route; restarts; 2 restarts left");
}

BOOST_AUTO_TEST_CASE(a_flood_of_failures_is_not_a_flood_of_lines) {
  supervision::detail::report_log log;
  const report r = sample();
  int lines = 0;
  for (int k = 0; k < 100; ++k) lines += log.line(r, 1s + k * 1ms) ? 1 : 0;
  BOOST_TEST(lines == 10);
  // In the next second it goes on, and says what was left out.
  BOOST_TEST(log.line(r, 2s + 500ms).value() == to_string(r) + " (90 reports before this one were not logged)");
  BOOST_TEST(log.line(r, 2s + 501ms).value() == to_string(r));
}

BOOST_AUTO_TEST_CASE(subscribers_get_the_reports_that_are_not_logged) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("shop").intensity(1000, 1s).child(kid("b"))));
  const auto b = f.child("shop/b");
  for (int k = 0; k < 100; ++k) b.tell(crash{});
  f.node.run_until_idle();
  BOOST_TEST(f.heard.size() == 100U);
  BOOST_TEST(f.node.logged().size() == 10U);
}
