// SPDX-License-Identifier: BSD-3-Clause
//
// Whom the end of one child concerns: each strategy plain, until it gives up, and with more going wrong
// meanwhile; wherever the children lie.
#define BOOST_TEST_MODULE supervisor_strategies
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

struct chat {};
/// Gives the children work from their own shard, so that the engine may move them.
class chatter : public actor<chatter> {
public:
  using handles = messages<chat>;
  explicit chatter(std::vector<ref<child_actor>> to) : to_{std::move(to)} {}
  void on(chat) {
    for (int k = 0; k < 60; ++k)
      for (const auto& c : to_) c.tell(nothing{});
  }

private:
  std::vector<ref<child_actor>> to_;
};

struct plan {
  strategy how;
  /// What follows when b of a, b and c crashes.
  journal crash_of_b;
  /// The same if that is one too many.
  journal last_crash_of_b{"-c", "-a"};
};
std::ostream& operator<<(std::ostream& to, const plan& p) {
  return to << p.how;
}
const plan plans[] = {
    {strategy::one_for_one, {"+b"}},
    {strategy::one_for_all, {"-c", "-a", "+a", "+b", "+c"}},
    {strategy::rest_for_one, {"-c", "+b", "+c"}},
};
const auto strategies = data::make(plans);
const auto places = data::make({lies::near, lies::far, lies::moved});

struct trio : family {
  explicit trio(strategy how, lies place = lies::near, std::uint32_t restarts = 2,
                testing::simulation_options o = quiet())
      : family{o} {
    tree t{"top", how};
    t.intensity(restarts, 5s);
    for (const char* id : {"a", "b", "c"}) t.child(kid(id, at(place)));
    auto started = start(t);
    BOOST_REQUIRE_MESSAGE(started, why(started));
    if (place == lies::moved)
      for (const char* id : {"top/c", "top/a", "top/b"}) move(id);
    take();
  }
  void runs_on() {
    const auto all = node.ask_result(root, which_children{}).value();
    for (const auto& c : all) BOOST_TEST((c.status == child_status::running));
    for (const char* id : {"a", "b", "c"}) {
      BOOST_TEST(node.ask_result(child(std::string{"top/"} + id), count{}).has_value());
      BOOST_TEST(is_alive(id));
    }
    BOOST_TEST(!stage::now().two_alive);
  }
};

} // namespace

BOOST_DATA_TEST_CASE(a_crash_concerns_whom_the_strategy_says, strategies* places, p, place) {
  trio f{p.how, place};
  f.tell("top/b", crash{});
  BOOST_TEST(f.take() == p.crash_of_b, per_element());
  f.runs_on();
}

BOOST_DATA_TEST_CASE(two_deaths_survive_and_the_third_ends_all_in_reverse_order, strategies* places, p, place) {
  trio f{p.how, place};
  for (int k = 0; k < 2; ++k) {
    f.tell("top/b", crash{});
    BOOST_TEST(f.take() == p.crash_of_b, per_element());
  }
  f.tell("top/b", crash{});
  BOOST_TEST(f.take() == p.last_crash_of_b, per_element());
  BOOST_REQUIRE(f.ended());
  BOOST_TEST((f.downs[0].kind == exit_kind::shutdown));
  BOOST_TEST(f.downs[0].reason.what == "restart intensity exceeded: more than 2 restarts within 5 s (last: 'b': broken)");
  for (const char* path : {"top", "top/a", "top/b", "top/c"}) BOOST_TEST(!f.node.find<child_actor>(path));
  BOOST_TEST(f.node.counters().live_actors == 2U); // the listener and the witness
}

BOOST_DATA_TEST_CASE(without_any_restart_allowed_the_first_death_ends_all, strategies, p) {
  trio f{p.how, lies::near, 0};
  f.tell("top/b", crash{});
  BOOST_TEST(f.take() == p.last_crash_of_b, per_element());
  BOOST_TEST(f.ended());
}

BOOST_DATA_TEST_CASE(deaths_of_different_children_share_one_budget, strategies, p) {
  trio f{p.how};
  f.tell("top/a", crash{});
  f.tell("top/b", crash{});
  BOOST_TEST(!f.ended());
  f.tell("top/c", crash{});
  BOOST_TEST(f.ended());
}

BOOST_DATA_TEST_CASE(restarts_paced_below_the_intensity_never_trip, strategies* places, p, place) {
  trio f{p.how, place};
  for (int k = 0; k < 20; ++k) {
    f.tell("top/b", crash{});
    BOOST_TEST(f.take() == p.crash_of_b, per_element());
    f.node.run_for(2600ms);
  }
  f.runs_on();
}

BOOST_DATA_TEST_CASE(a_child_that_fails_while_the_group_stops_takes_part_in_the_same_restart,
                     data::make({strategy::one_for_all, strategy::rest_for_one}) * places, how, place) {
  trio f{how, place, 1};
  stage::now().stop_takes["c"] = 10ms;
  const auto b = f.child("top/b");
  f.tell("top/a", crash{});
  BOOST_TEST(f.take() == journal{"-c"}, per_element());
  b.tell(crash{"meanwhile"});
  b.tell(work{});
  f.node.run_for(1ms);
  BOOST_TEST(f.take() == journal{}, per_element());
  BOOST_TEST(f.shows() == "a restarting, b restarting, c stopping");
  f.node.run_for(20ms);
  journal lines = f.take();
  std::erase(lines, "b works");
  BOOST_TEST(lines == (journal{"+a", "+b", "+c"}), per_element());
  f.runs_on();
  // One restart has been spent, though two have failed: the next is the first too many.
  f.tell("top/a", crash{});
  f.node.run_for(20ms);
  BOOST_TEST(f.ended());
  BOOST_TEST(f.heard.size() == 3U);
}

BOOST_DATA_TEST_CASE(a_child_that_cannot_stop_in_order_takes_part_in_the_restart_all_the_same,
                     data::make({strategy::one_for_all, strategy::rest_for_one}) * places, how, place) {
  trio f{how, place};
  stage::now().throws_in_stop = {"b"};
  f.tell("top/a", crash{});
  BOOST_TEST(f.take() == (journal{"-c", "-b", "+a", "+b", "+c"}), per_element());
  f.runs_on();
  BOOST_REQUIRE(f.heard.size() == 2U);
  BOOST_TEST(f.heard[1].path == "top/b");
  BOOST_TEST((f.heard[1].when == failed_in::stop));
  BOOST_TEST(f.heard[1].text == "bad stop");
}

BOOST_DATA_TEST_CASE(a_child_that_cannot_start_begins_the_restart_of_the_group_anew, places, place) {
  {
    trio f{strategy::one_for_all, place, 3};
    stage::now().start_fails["b"] = 2;
    f.tell("top/a", crash{});
    BOOST_TEST(f.take() == (journal{"-c", "-b", "+a", "-a", "+a", "-a", "+a", "+b", "+c"}), per_element());
    f.runs_on();
    BOOST_TEST(f.heard.size() == 3U);
  }
  trio f{strategy::rest_for_one, place, 3};
  stage::now().start_fails["b"] = 2;
  f.tell("top/a", crash{});
  BOOST_TEST(f.take() == (journal{"-c", "-b", "+a", "+b", "+c"}), per_element());
  f.runs_on();
}

BOOST_DATA_TEST_CASE(one_that_can_never_start_again_exhausts_the_budget, strategies* places, p, place) {
  trio f{p.how, place};
  stage::now().start_fails["b"] = 1000;
  f.tell("top/b", crash{});
  BOOST_REQUIRE(f.ended());
  BOOST_TEST(f.downs[0].reason.what == "restart intensity exceeded: more than 2 restarts within 5 s (last: 'b': no start)");
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_DATA_TEST_CASE(crashes_that_wait_in_mailboxes_strike_in_the_middle_of_a_group_restart, strategies* data::xrange(100),
                     p, seed) {
  trio f{p.how, lies::far, 1000, quiet(static_cast<std::uint64_t>(seed) + 1)};
  const journal ids{"top/a", "top/b", "top/c"};
  for (const auto& id : ids)
    for (int k = 0; k < 5; ++k) f.child(id).tell(crash{});
  f.node.run_until_idle();
  f.node.run_for(1s);
  f.runs_on();
  BOOST_TEST(f.node.dead_letter_count(errc::actor_failed) == 15U);
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(the_order_is_kept_while_the_engine_moves_children_between_shards) {
  std::uint64_t moves = 0;
  const std::uint64_t first = testing::seed_from_environment(1);
  for (std::uint64_t seed = first; seed < first + 60; ++seed)
    for (const plan& p : plans) {
      auto o = quiet(seed);
      o.moves = true;
      trio f{p.how, lies::near, 1000, o};
      auto talks = f.node.spawn<chatter>(on_shard(f.root.id().shard()),
                                         std::vector{f.child("top/a"), f.child("top/b"), f.child("top/c")});
      for (int round = 0; round < 4; ++round) {
        talks.tell(chat{});
        f.tell("top/b", crash{});
        const journal lines = f.take();
        BOOST_REQUIRE_MESSAGE(lines == p.crash_of_b, "seed " << seed << ", " << p);
      }
      f.runs_on();
      BOOST_REQUIRE_MESSAGE(f.node.shutdown(), "seed " << seed);
      const journal lines = f.take();
      BOOST_REQUIRE_MESSAGE(lines == (journal{"-c", "-b", "-a"}), "seed " << seed << ", " << p);
      BOOST_REQUIRE(f.node.counters().live_actors == 0U);
      moves += f.node.counters().moves;
    }
  BOOST_TEST(moves > 100U);
}

BOOST_DATA_TEST_CASE(a_group_restart_takes_sub_trees_along_in_order, places, place) {
  family f;
  tree below = sup::rest_for_one("sub");
  below.child(kid("x", at(place))).child(kid("y", at(place)));
  auto started = f.start(sup::one_for_all("top")
                             .intensity(10, 5s)
                             .child(kid("a", at(place)))
                             .child(below, at(place).stop_within(1h))
                             .child(kid("c", at(place))));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  BOOST_TEST(f.take() == (journal{"+a", "+x", "+y", "+c"}), per_element());
  if (place == lies::moved)
    for (const char* path : {"top/a", "top/sub/x", "top/sub/y"}) f.move(path);
  f.tell("top/a", crash{});
  BOOST_TEST(f.take() == (journal{"-c", "-y", "-x", "+a", "+x", "+y", "+c"}), per_element());
  f.tell("top/sub/x", crash{});
  BOOST_TEST(f.take() == (journal{"-y", "+x", "+y"}), per_element());
  f.tell("top/c", crash{});
  BOOST_TEST(f.take() == (journal{"-y", "-x", "-a", "+a", "+x", "+y", "+c"}), per_element());
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-c", "-y", "-x", "-a"}), per_element());
}

BOOST_DATA_TEST_CASE(temporary_bystanders_of_a_group_restart_stop_and_do_not_come_back,
                     data::make({strategy::one_for_all, strategy::rest_for_one}) * places, how, place) {
  family f;
  tree t{"top", how};
  t.intensity(5, 5s)
      .child(kid("a"))
      .child(kid("b", temporary, at(place)))
      .child(kid("c", transient));
  BOOST_REQUIRE(f.start(t));
  if (place == lies::moved) f.move("top/b");
  f.take();
  f.tell("top/a", crash{});
  BOOST_TEST(f.take() == (journal{"-c", "-b", "+a", "+c"}), per_element());
  BOOST_TEST(f.shows() == "a running (1), c running (1)");
  BOOST_TEST(!f.node.find<child_actor>("top/b"));
}

BOOST_AUTO_TEST_CASE(children_on_all_shards_stop_in_the_exact_reverse_of_their_start) {
  family f;
  tree t = sup::one_for_all("top");
  journal starts;
  for (std::uint32_t i = 0; i < 60; ++i) {
    const std::string id = "child-" + std::to_string(i);
    t.child(kid(id, on_shard(i * i % 5)));
    starts.push_back("+" + id);
  }
  journal stops{starts.rbegin(), starts.rend()};
  for (std::string& line : stops) line[0] = '-';
  BOOST_REQUIRE(f.start(t));
  BOOST_TEST(f.take() == starts, per_element());
  for (std::size_t i = 0; i < 60; i += 7) f.move("top/child-" + std::to_string(i));
  f.take();
  f.tell("top/child-59", crash{});
  journal both{stops.begin() + 1, stops.end()};
  both.insert(both.end(), starts.begin(), starts.end());
  BOOST_TEST(f.take() == both, per_element());
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == stops, per_element());
}

BOOST_AUTO_TEST_CASE(a_child_elsewhere_keeps_its_place_when_the_one_before_it_has_gone) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").child(kid("a")).child(kid("b", on_shard(0))).child(kid("c")).child(kid("d", on_shard(2)))));
  BOOST_REQUIRE(f.ask(terminate_child{"a"}));
  BOOST_REQUIRE(f.ask(terminate_child{"c"}));
  f.take();
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-d", "-b"}), per_element());
}

BOOST_DATA_TEST_CASE(a_child_that_starts_again_has_its_old_place, places, place) {
  trio f{strategy::one_for_one, place};
  BOOST_REQUIRE(f.ask(start_child{kid("d", at(place))}));
  for (const char* id : {"b", "a"}) {
    BOOST_REQUIRE(f.ask(terminate_child{id}));
    BOOST_REQUIRE(f.ask(sup::restart_child{id}));
  }
  f.take();
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-d", "-c", "-b", "-a"}), per_element());
}
