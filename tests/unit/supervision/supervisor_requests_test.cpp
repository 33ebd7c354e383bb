// SPDX-License-Identifier: BSD-3-Clause
//
// What may be asked of a supervisor about its children, in every state they may be in.
#define BOOST_TEST_MODULE supervisor_requests
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

const auto places = data::make({lies::near, lies::far, lies::moved});

struct duo : family {
  explicit duo(lies place = lies::near, tree t = sup::one_for_one("top").intensity(100, 5s)) {
    t.child(kid("a")).child(kid("b", at(place), sup::shutdown{1h}));
    auto started = start(t);
    BOOST_REQUIRE_MESSAGE(started, why(started));
    if (place == lies::moved) move("top/b");
    take();
  }
  /// b cannot be restarted; the next try is an hour away.
  static tree slow() { return sup::one_for_one("top").intensity(100, 5s).restart_with({.first = 1h, .maximum = 24h, .jitter = 0}); }

  template <class M>
  void refuses(M request, errc code, const std::string& what, const std::string& value) {
    auto outcome = ask(std::move(request));
    BOOST_REQUIRE(!outcome);
    BOOST_TEST((outcome.error().code == code), to_string(outcome.error().code));
    BOOST_TEST(outcome.error().what == what);
    BOOST_TEST(outcome.error().value == value);
  }
};

} // namespace

BOOST_DATA_TEST_CASE(a_child_can_be_added_and_is_the_last, places, place) {
  duo f{place};
  auto added = f.ask(start_child{kid("c", at(place))});
  BOOST_REQUIRE_MESSAGE(added, why(added));
  BOOST_TEST((f.child("top/c").id() == added->id()));
  BOOST_TEST(f.shows() == "a running, b running, c running");
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"+c", "-c", "-b", "-a"}), per_element());
}

BOOST_DATA_TEST_CASE(an_added_child_is_restarted_as_the_others_are, places, place) {
  duo f{place, sup::one_for_all("top")};
  BOOST_REQUIRE(f.ask(start_child{kid("c", at(place))}));
  if (place == lies::moved) f.move("top/c");
  f.take();
  f.tell("top/c", crash{});
  BOOST_TEST(f.take() == (journal{"-b", "-a", "+a", "+b", "+c"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_sub_tree_can_be_added) {
  duo f;
  auto added = f.ask(start_child{sup::rest_for_one("sub").child(kid("x")).child(kid("y", on_shard(2))).as_child()});
  BOOST_REQUIRE_MESSAGE(added, why(added));
  BOOST_TEST(f.take() == (journal{"+x", "+y"}), per_element());
  BOOST_TEST(bool(f.child("top/sub/y")));
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{3, 3, 1, 2}));
}

BOOST_AUTO_TEST_CASE(faulty_children_are_refused_and_not_kept) {
  duo f;
  f.refuses(start_child{kid("")}, errc::invalid_argument, "top: child '': id: expected a name", "");
  f.refuses(start_child{kid("x/y")}, errc::invalid_argument, "top: child 'x/y': id: expected a name without '/'", "x/y");
  f.refuses(start_child{kid("a")}, errc::invalid_argument, "already started", "a");
  f.refuses(start_child{kid("c", sup::shutdown{-1s})}, errc::invalid_argument,
            "top: child 'c': shutdown: expected 0 or more", "-1000000000 ns");
  auto unknown = kid("c");
  unknown.start.maker = "ghost()";
  f.refuses(start_child{unknown}, errc::invalid_argument, "top/c: maker: expected one that this program knows", "ghost()");
  auto nested = sup::one_for_one("sub").child(kid("x")).as_child();
  nested.start.arguments.resize(5);
  auto refused = f.ask(start_child{nested});
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == errc::invalid_argument), to_string(refused.error()));
  BOOST_TEST(refused.error().what ==
             "top: child 'sub': start.arguments: expected the archived specification of a supervisor");
  BOOST_TEST(f.shows() == "a running, b running");
  BOOST_TEST(f.take().empty());
}

BOOST_DATA_TEST_CASE(an_added_child_that_cannot_start_is_not_kept, places, place) {
  duo f;
  stage::now().start_fails["c"] = 1;
  f.refuses(start_child{kid("c", at(place))}, errc::actor_failed, "no start", "std::runtime_error");
  BOOST_TEST(f.shows() == "a running, b running");
  BOOST_TEST(!f.node.find<child_actor>("top/c"));
  BOOST_TEST(f.heard.size() == 1U);
  BOOST_TEST(!f.ended());
  BOOST_TEST(f.ask(start_child{kid("c", at(place))}).has_value());
}

BOOST_AUTO_TEST_CASE(an_added_sub_tree_that_cannot_start_leaves_nothing) {
  duo f;
  const auto before = f.node.counters().live_actors;
  stage::now().start_fails["y"] = 1;
  f.refuses(start_child{sup::one_for_one("sub").child(kid("x")).child(kid("y")).as_child()}, errc::actor_failed,
            "cannot start child 'y': no start", "std::runtime_error");
  BOOST_TEST(f.take() == (journal{"+x", "-x"}), per_element());
  BOOST_TEST(f.node.counters().live_actors == before);
  BOOST_TEST(f.shows() == "a running, b running");
}

BOOST_DATA_TEST_CASE(a_terminated_child_stays_known_and_starts_again_on_request, places, place) {
  duo f{place};
  const auto b = f.child("top/b");
  BOOST_TEST(f.ask(terminate_child{"b"}).has_value());
  BOOST_TEST(f.take() == journal{"-b"}, per_element());
  BOOST_TEST(f.shows() == "a running, b stopped");
  BOOST_TEST(!f.info("b").child);
  BOOST_TEST(!f.node.find<child_actor>("top/b"));
  BOOST_TEST((f.node.ask_result(b, count{}).error().code == errc::no_such_actor));
  BOOST_TEST(f.ask(terminate_child{"b"}).has_value()); // as in OTP: it is what was wanted
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{2, 1, 0, 2}));

  auto again = f.ask(sup::restart_child{"b"});
  BOOST_REQUIRE_MESSAGE(again, why(again));
  BOOST_TEST((f.child("top/b").id() == again->id()));
  BOOST_TEST(f.node.ask_result(f.child("top/b"), count{}).value() == 1);
  BOOST_TEST(f.heard.empty());
}

BOOST_DATA_TEST_CASE(children_may_be_named_by_their_actors, places, place) {
  duo f{place};
  const auto b = f.child("top/b");
  BOOST_TEST(f.ask(terminate_child{"", any_ref{b}}).has_value());
  BOOST_TEST(f.shows() == "a running, b stopped");
  auto gone = f.ask(terminate_child{"", any_ref{b}});
  BOOST_REQUIRE(!gone);
  BOOST_TEST((gone.error().code == errc::no_such_actor));
  BOOST_TEST(gone.error().value == to_string(b.id()));
}

BOOST_AUTO_TEST_CASE(deleting_needs_a_stopped_child_and_forgets_it) {
  duo f;
  f.refuses(delete_child{"b"}, errc::invalid_argument, "the child is running", "b");
  BOOST_REQUIRE(f.ask(terminate_child{"b"}));
  BOOST_TEST(f.ask(delete_child{"b"}).has_value());
  BOOST_TEST(f.shows() == "a running");
  f.refuses(delete_child{"b"}, errc::no_such_actor, "top: no child of this id", "b");
  f.refuses(sup::restart_child{"b"}, errc::no_such_actor, "top: no child of this id", "b");
  f.refuses(terminate_child{"b"}, errc::no_such_actor, "top: no child of this id", "b");
  BOOST_TEST(f.ask(start_child{kid("b")}).has_value());
  BOOST_TEST(f.shows() == "a running, b running");
}

BOOST_AUTO_TEST_CASE(restarting_needs_a_stopped_child) {
  duo f;
  f.refuses(sup::restart_child{"b"}, errc::invalid_argument, "the child is running", "b");
  BOOST_REQUIRE(f.ask(terminate_child{"b"}));
  f.refuses(start_child{kid("b")}, errc::invalid_argument, "already present", "b");
  stage::now().start_fails["b"] = 1;
  f.refuses(sup::restart_child{"b"}, errc::actor_failed, "no start", "std::runtime_error");
  BOOST_TEST(f.shows() == "a running, b stopped"); // it was known before: it stays
  BOOST_TEST(f.ask(sup::restart_child{"b"}).has_value());
}

BOOST_AUTO_TEST_CASE(terminated_temporary_children_are_forgotten) {
  duo f;
  BOOST_REQUIRE(f.ask(start_child{kid("t", temporary)}));
  BOOST_REQUIRE(f.ask(terminate_child{"t"}));
  f.refuses(sup::restart_child{"t"}, errc::no_such_actor, "top: no child of this id", "t");
}

BOOST_DATA_TEST_CASE(a_child_that_cannot_be_restarted_holds_nobody_up, places, place) {
  duo f{place, duo::slow()};
  const auto b = f.child("top/b");
  f.tell("top/b", crash{});
  b.tell(work{});
  f.node.run_until_idle();
  // The supervisor answers, and shows it.
  BOOST_TEST(f.shows() == "a running, b restarting");
  BOOST_TEST((f.info("b").child == any_ref{b}));
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{2, 1, 0, 2}));
  f.refuses(sup::restart_child{"b"}, errc::invalid_argument, "the child is restarting", "b");
  f.refuses(delete_child{"b"}, errc::invalid_argument, "the child is restarting", "b");
  f.refuses(start_child{kid("b")}, errc::invalid_argument, "already started", "b");
  BOOST_TEST(f.ask(start_child{kid("c")}).has_value());
  BOOST_TEST(f.ask(terminate_child{"a"}).has_value());
  // It can be terminated, and what waits for it is let go.
  BOOST_TEST(f.ask(terminate_child{"b"}).has_value());
  BOOST_TEST(f.shows() == "a stopped, b stopped, c running");
  BOOST_TEST((f.node.now() < 1h));
  BOOST_TEST(f.node.dead_letter_count(errc::actor_stopped) == 1U);
  f.node.run_for(3h);
  BOOST_TEST(f.shows() == "a stopped, b stopped, c running");
  BOOST_TEST(f.ask(sup::restart_child{"b"}).has_value());
}

BOOST_DATA_TEST_CASE(a_supervisor_stops_while_a_child_cannot_be_restarted, places, place) {
  duo f{place, duo::slow()};
  f.tell("top/b", crash{});
  f.take();
  BOOST_TEST(f.node.shutdown(1s));
  BOOST_TEST(f.take() == journal{"-a"}, per_element());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(a_child_that_keeps_failing_to_start_is_tried_with_growing_pauses, places, place) {
  duo f{place, sup::one_for_one("top").intensity(1000, 1s).restart_with({.first = 100ms, .maximum = 1s, .jitter = 0})};
  stage::now().start_fails["b"] = 20;
  f.child("top/b").tell(crash{});
  f.child("top/b").tell(work{});
  f.node.run_for(10s);
  BOOST_TEST(f.shows() == "a running, b restarting");
  BOOST_TEST(f.ask(start_child{kid("c")}).has_value());
  f.node.run_for(60s);
  BOOST_TEST(f.shows() == "a running, b running (1), c running");
  BOOST_TEST(f.take() == (journal{"+c", "+b", "b works"}), per_element());
  BOOST_TEST(f.heard.size() == 21U);
}

BOOST_DATA_TEST_CASE(requests_wait_for_a_child_that_is_stopping, places, place) {
  duo f{place};
  stage::now().stop_takes["b"] = 10min;
  auto first = f.node.ask(f.root, terminate_child{"b"}, 1h);
  f.node.run_until_idle();
  auto second = f.node.ask(f.root, terminate_child{"b"}, 1h);
  f.node.run_until_idle();
  BOOST_TEST((!first.ready() && !second.ready()));
  BOOST_TEST(f.shows() == "a running, b stopping");
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{2, 2, 0, 2}));
  f.refuses(sup::restart_child{"b"}, errc::invalid_argument, "the child is running", "b");
  f.refuses(delete_child{"b"}, errc::invalid_argument, "the child is running", "b");
  f.refuses(start_child{kid("b")}, errc::invalid_argument, "already started", "b");
  f.node.run_for(10min + 1s);
  BOOST_TEST((first.ready() && second.ready()));
  BOOST_TEST((first.result().has_value() && second.result().has_value()));
}

BOOST_DATA_TEST_CASE(requests_to_start_wait_for_a_group_restart, places, place) {
  duo f{place, sup::one_for_all("top")};
  stage::now().stop_takes["b"] = 10min;
  f.tell("top/a", crash{});
  auto added = f.node.ask(f.root, start_child{kid("c")}, 1h);
  f.node.run_until_idle();
  BOOST_TEST(!added.ready());
  BOOST_TEST(f.shows() == "a restarting, b stopping");
  // Who asks for its end gets it, and it does not come back.
  auto ended = f.node.ask(f.root, terminate_child{"b"}, 1h);
  f.node.run_for(10min + 1s);
  BOOST_TEST((added.ready() && ended.ready()));
  BOOST_TEST((added.result().has_value() && ended.result().has_value()));
  BOOST_TEST(f.shows() == "a running (1), b stopped, c running");
}

BOOST_AUTO_TEST_CASE(who_asks_early_is_answered_when_all_stand) {
  family f;
  auto root = f.node.spawn<supervisor>(on_shard(1), sup::one_for_one("top").child(kid("a")).child(kid("b", on_shard(0))).spec());
  auto early = f.node.ask(root, await_started{}, 1h);
  auto added = f.node.ask(root, start_child{kid("c")}, 1h);
  BOOST_TEST(early.result().has_value());
  BOOST_TEST(added.result().has_value());
  BOOST_TEST(f.take() == (journal{"+a", "+b", "+c"}), per_element());
  BOOST_TEST(f.node.ask_result(root, await_started{}).has_value());
}

BOOST_DATA_TEST_CASE(everybody_who_asked_is_answered_when_the_supervisor_ends, places, place) {
  duo f{place, sup::one_for_one("top").intensity(0, 5s)};
  stage::now().stop_takes["b"] = 10min;
  auto stops = f.node.ask(f.root, terminate_child{"b"}, 1h);
  f.node.run_until_idle();
  f.tell("top/a", crash{});
  BOOST_REQUIRE(stops.ready());
  BOOST_TEST((stops.result().error().code == errc::actor_stopped));
  auto late = f.node.ask(f.root, which_children{}, 1h);
  f.node.run_for(11min);
  BOOST_REQUIRE(late.ready());
  BOOST_TEST(!late.result());
  BOOST_TEST(f.ended());
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_AUTO_TEST_CASE(a_supervisor_of_fixed_children_makes_no_dynamic_ones) {
  duo f;
  f.refuses(dynamic_child("x"), errc::invalid_argument, "only a dynamic supervisor has a pattern to start children of", "");
}
