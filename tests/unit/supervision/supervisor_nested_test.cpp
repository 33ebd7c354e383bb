// SPDX-License-Identifier: BSD-3-Clause
//
// Trees of supervisors: one that gives up is restarted by the one above, with its children behind their
// old ids; and so on, up to the root.
#define BOOST_TEST_MODULE supervisor_nested
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

/// top: a, sub: (x, y, z), c. `sub` gives up at its first failure.
struct clan : family {
  explicit clan(lies place, strategy below = strategy::one_for_one, testing::simulation_options o = quiet()) : family{o} {
    tree sub{"sub", below};
    sub.intensity(0, 5s);
    // Some of them near, some far, in all orders.
    sub.child(kid("x", at(place))).child(kid("y")).child(kid("z", at(place)));
    auto started = start(sup::one_for_one("top").intensity(3, 5s).child(kid("a")).child(sub, place == lies::far ? on_shard(2) : here).child(kid("c")));
    BOOST_REQUIRE_MESSAGE(started, why(started));
    if (place == lies::moved)
      for (const char* path : {"top/sub/z", "top/sub/x"}) move(path);
    take();
  }
  supervisor_ref sub() { return node.find<supervisor>("top/sub").value(); }
};

} // namespace

BOOST_DATA_TEST_CASE(a_sub_tree_that_gives_up_is_restarted_by_its_parent, places* data::make({strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one}),
                     place, how) {
  clan f{place, how};
  const auto sub = f.sub();
  const std::vector ids{f.child("top/sub/x"), f.child("top/sub/y"), f.child("top/sub/z")};
  f.tell("top/sub/y", crash{});
  BOOST_TEST(f.take() == (journal{"-z", "-x", "+x", "+y", "+z"}), per_element());
  BOOST_TEST((f.sub() == sub));
  BOOST_TEST(f.shows() == "a running, sub running (1), c running");
  BOOST_TEST(f.shows_below(sub) == "x running, y running, z running");
  // Those that ran keep their ids; the one that made it give up was let go.
  BOOST_TEST((f.child("top/sub/x") == ids[0]));
  BOOST_TEST((f.child("top/sub/z") == ids[2]));
  BOOST_TEST(f.node.ask_result(f.child("top/sub/y"), count{}).value() == 1);
  BOOST_TEST(!stage::now().two_alive);
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-c", "-z", "-y", "-x", "-a"}), per_element());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(grandchildren_keep_ids_and_waiting_messages_when_their_supervisor_is_restarted, places, place) {
  clan f{place};
  const auto x = f.child("top/sub/x"), z = f.child("top/sub/z");
  for (const auto& who : {x, z}) BOOST_TEST(f.node.ask_result(who, count{}).value() == 1);
  // They take a while to stop, and messages come meanwhile.
  stage::now().stop_takes = {{"x", 10ms}, {"z", 10ms}};
  f.child("top/sub/y").tell(crash{});
  f.node.run_until_idle();
  auto asked = f.node.ask(z, count{}, 1h);
  for (int k = 0; k < 3; ++k) z.tell(work{});
  f.node.run_for(15ms); // now x stops
  x.tell(work{});
  f.node.run_for(1s);
  BOOST_REQUIRE(asked.ready());
  BOOST_TEST(asked.result().value() == 1);
  const journal lines = f.take();
  BOOST_TEST(std::count(lines.begin(), lines.end(), "z works") == 3);
  BOOST_TEST(std::count(lines.begin(), lines.end(), "x works") == 1);
  BOOST_TEST(f.node.ask_result(x, count{}).value() == 1);
  BOOST_TEST((f.child("top/sub/x") == x));
  BOOST_TEST((f.child("top/sub/z") == z));
  BOOST_TEST(f.node.dead_letter_count(errc::actor_stopped) == 0U);
}

BOOST_DATA_TEST_CASE(a_killed_supervisor_takes_its_children_along_and_comes_back_with_them, places, place) {
  clan f{place};
  const auto sub = f.sub();
  const auto x = f.child("top/sub/x"), y = f.child("top/sub/y"), z = f.child("top/sub/z");
  f.node.kill(sub);
  y.tell(work{});
  f.node.run_for(2s);
  journal lines = f.take();
  std::erase(lines, "y works");
  std::erase_if(lines, [](const std::string& l) { return l[0] == '-'; });
  BOOST_TEST(lines == (journal{"+x", "+y", "+z"}), per_element());
  BOOST_TEST((f.sub() == sub));
  BOOST_TEST((f.child("top/sub/x") == x && f.child("top/sub/y") == y && f.child("top/sub/z") == z));
  BOOST_TEST(!stage::now().two_alive);
  for (const auto& who : {x, y, z}) BOOST_TEST(f.node.ask_result(who, count{}).value() == 1);
  BOOST_REQUIRE(f.heard.size() >= 1U);
  BOOST_TEST(f.heard.back().path == "top/sub");
  BOOST_TEST((f.heard.back().kind == exit_kind::killed));
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-c", "-z", "-y", "-x", "-a"}), per_element());
}

BOOST_DATA_TEST_CASE(a_stopped_supervisor_is_restarted_with_its_children_if_it_is_permanent, places, place) {
  clan f{place};
  const auto x = f.child("top/sub/x");
  f.node.stop(f.sub());
  BOOST_TEST(f.take() == (journal{"-z", "-y", "-x", "+x", "+y", "+z"}), per_element());
  BOOST_TEST((f.child("top/sub/x") == x));
}

BOOST_DATA_TEST_CASE(restarted_over_and_over_a_sub_tree_keeps_its_order, places, place) {
  clan f{place};
  for (int k = 0; k < 10; ++k) {
    f.tell(k % 2 ? "top/sub/x" : "top/sub/z", crash{});
    BOOST_TEST(f.take() == (k % 2 ? journal{"-z", "-y", "+x", "+y", "+z"} : journal{"-y", "-x", "+x", "+y", "+z"}), per_element());
    f.node.run_for(3s);
  }
  BOOST_TEST(f.node.ask_result(f.root, terminate_child{"sub"}).has_value());
  BOOST_TEST(f.take() == (journal{"-z", "-y", "-x"}), per_element());
  BOOST_TEST(!f.node.find<child_actor>("top/sub/y"));
  BOOST_TEST(f.node.ask_result(f.root, sup::restart_child{"sub"}).has_value());
  BOOST_TEST(f.take() == (journal{"+x", "+y", "+z"}), per_element());
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(what_a_restarted_supervisor_had_added_at_run_time_ends_with_its_instance, places, place) {
  clan f{place};
  auto added = f.node.ask_result(f.sub(), start_child{kid("more", at(place))});
  BOOST_REQUIRE_MESSAGE(added, why(added));
  if (place == lies::moved) f.move("top/sub/more");
  f.take();
  f.tell("top/sub/y", crash{});
  BOOST_TEST(f.take() == (journal{"-more", "-z", "-x", "+x", "+y", "+z"}), per_element());
  BOOST_TEST(!f.node.find<child_actor>("top/sub/more"));
  BOOST_TEST(f.shows_below(f.sub()) == "x running, y running, z running");
  f.node.run_until_idle();
  const auto alive = f.node.counters().live_actors;
  BOOST_TEST(alive == 9U); // top, a, sub, x, y, z, c, listener, witness
}

BOOST_DATA_TEST_CASE(a_restarted_sub_tree_that_cannot_start_is_a_failed_restart_above, places, place) {
  clan f{place};
  stage::now().start_fails["z"] = 1;
  f.tell("top/sub/y", crash{});
  f.node.run_for(1s);
  BOOST_TEST(f.shows() == "a running, sub running (1), c running");
  BOOST_TEST(f.shows_below(f.sub()) == "x running, y running, z running");
  BOOST_TEST(!stage::now().two_alive);
  stage::now().start_fails["x"] = 100;
  f.tell("top/sub/y", crash{});
  f.node.run_for(1s);
  BOOST_TEST(f.ended());
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_DATA_TEST_CASE(failures_that_go_on_escalate_to_the_root_whose_watchers_learn_which_child_it_was, places, place) {
  family f;
  const auto lonely = [&](const tree& t) {
    tree above{"up-" + t.spec().id, strategy::one_for_one};
    above.intensity(1, 5s).child(t);
    return above;
  };
  auto bottom = sup::one_for_one("bottom").intensity(1, 5s).child(kid("x", at(place))).child(kid("y"));
  auto started = f.start(lonely(lonely(bottom)));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  const std::string path = "up-up-bottom/up-bottom/bottom/x";
  if (place == lies::moved) f.move(path);
  int deaths = 0;
  while (!f.ended() && deaths < 20) {
    f.tell(path, crash{"death " + std::to_string(++deaths)});
    f.node.run_for(1ms);
  }
  BOOST_TEST(deaths == 8); // (1 + 1) at each of three levels
  BOOST_REQUIRE(f.ended());
  const std::string& reason = f.downs[0].reason.what;
  for (const char* part : {"'up-bottom'", "'bottom'", "'x'", "death 8"})
    BOOST_TEST(reason.find(part) != std::string::npos, reason);
  BOOST_TEST((f.downs[0].kind == exit_kind::shutdown));
  BOOST_TEST(f.node.counters().live_actors == 2U);
  for (const char* gone : {"up-up-bottom", "up-up-bottom/up-bottom", "up-up-bottom/up-bottom/bottom"})
    BOOST_TEST(!f.node.find<supervisor>(gone));
}

BOOST_AUTO_TEST_CASE(an_actor_may_have_a_tree_of_its_own) {
  struct grow {};
  class owner : public actor<owner> {
  public:
    using handles = messages<grow, end_normally>;
    void on(grow) { spawn<supervisor>(sup::one_for_one("own").child(kid("x")).child(kid("y")).spec()); }
    void on(end_normally) { stop(); }
  };
  family f;
  auto o = f.node.spawn<owner>();
  o.tell(grow{});
  BOOST_TEST(f.take() == (journal{"+x", "+y"}), per_element());
  f.tell("own/x", crash{});
  BOOST_TEST(f.take() == journal{"+x"}, per_element());
  o.tell(end_normally{});
  BOOST_TEST(f.take() == (journal{"-y", "-x"}), per_element());
  BOOST_TEST(f.node.counters().live_actors == 1U);
}

BOOST_DATA_TEST_CASE(a_root_that_is_killed_leaves_nothing_behind, places, place) {
  clan f{place};
  f.node.kill(f.root);
  f.node.run_for(10s);
  BOOST_TEST(f.ended());
  BOOST_TEST(f.node.counters().live_actors == 2U);
  for (const char* path : {"top", "top/a", "top/sub", "top/sub/x", "top/sub/y", "top/sub/z"})
    BOOST_TEST(!f.node.find<child_actor>(path), path);
}
