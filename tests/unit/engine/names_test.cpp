// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE names
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

BOOST_AUTO_TEST_CASE(a_registered_actor_is_found_by_its_name_until_it_ends) {
  testing::node node{plain(2)};
  journal log;
  auto a = node.spawn<puppet>(on_shard(1), &log, "a");
  BOOST_TEST(node.register_name("db", a).has_value());
  BOOST_TEST((node.find<puppet>("db").value() == a));
  node.run_until_idle();
  node.stop(a);
  node.run_until_idle();
  BOOST_TEST((node.find<puppet>("db").error().code == errc::name_unknown));
}

BOOST_AUTO_TEST_CASE(a_name_belongs_to_one_living_actor) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  auto b = node.spawn<puppet>(&log, "b");
  BOOST_TEST(node.register_name("db", a).has_value());
  BOOST_TEST(node.register_name("db", a).has_value());
  auto taken = node.register_name("db", b);
  BOOST_TEST((taken.error().code == errc::name_taken));
  BOOST_TEST(taken.error().value == "db");
  node.run_until_idle();
  node.kill(a);
  node.run_until_idle();
  BOOST_TEST(node.register_name("db", b).has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_name_is_refused) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  BOOST_TEST((node.register_name("", a).error().code == errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE(a_name_of_another_type_of_actor_is_refused_with_both_types) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(here.named("db"), &log, "a");
  node.run_until_idle();
  BOOST_TEST((node.find<puppet>("db").value() == a));
  auto wrong = node.find<guardian>("db");
  BOOST_TEST((wrong.error().code == errc::wrong_type));
  BOOST_TEST(wrong.error().what.find("puppet") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_actor_may_have_several_names_and_register_itself) {
  testing::node node{plain()};
  journal log;
  auto a = node.spawn<puppet>(&log, "a");
  perform<puppet>(node, a, [](puppet& self) {
    BOOST_TEST(self.register_name("one").has_value());
    BOOST_TEST(self.register_name("two").has_value());
  });
  BOOST_TEST((node.find<puppet>("one").value() == a && node.find<puppet>("two").value() == a));
  node.stop(a);
  node.run_until_idle();
  BOOST_TEST(!node.find<puppet>("one").has_value());
  BOOST_TEST(!node.find<puppet>("two").has_value());
}

BOOST_AUTO_TEST_CASE(the_name_of_an_actor_that_was_never_born_is_free_again) {
  class unborn : public open_actor<unborn> {
  public:
    using handles = messages<note>;
    unborn() { throw std::runtime_error{"no"}; }
    void on(note) {}
  };
  testing::node node{plain(2)};
  node.spawn<unborn>(on_shard(1).named("db"));
  node.run_until_idle();
  BOOST_TEST((node.find<unborn>("db").error().code == errc::name_unknown));
}

BOOST_AUTO_TEST_CASE(a_restart_keeps_the_name) {
  testing::node node{plain()};
  journal log;
  auto guard = node.spawn<guardian>(&log, [](guardian& g, const child_failed& f) {
    g.restart_child(ref<puppet>{f.child}, g.log(), std::string{"again"});
  });
  ref<puppet> child;
  perform<guardian>(node, guard, [&](guardian& g) { child = g.spawn<puppet>(here.named("db"), &log, "child"); });
  perform<puppet>(node, child, fails());
  BOOST_TEST((node.find<puppet>("db").value() == child));
}

BOOST_AUTO_TEST_CASE(ten_thousand_named_actors_end_in_linear_time) {
  testing::node node{plain()};
  journal log;
  auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 20'000; ++i) node.spawn<puppet>(here.named("name " + std::to_string(i)), &log);
  node.run_until_idle();
  BOOST_TEST(node.shutdown());
  BOOST_TEST((std::chrono::steady_clock::now() - before < 10s));
}
