// SPDX-License-Identifier: BSD-3-Clause
//
// Before and while a tree starts: what is wrong with a specification, and a child that cannot start.
#define BOOST_TEST_MODULE supervisor_start
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

tree shop() {
  return sup::one_for_one("shop").child(kid("a")).child(kid("b"));
}

/// Nothing has run, and nothing is left.
void leaves_nothing(family& f) {
  BOOST_TEST(f.node.counters().live_actors == 1U); // the listener
  for (const char* path : {"shop", "shop/a", "shop/b", "shop/c", "shop/below", "shop/below/x", "shop/below/y"})
    BOOST_TEST(!f.node.find<child_actor>(path), path);
}

void refuses(const tree& t, const std::string& what, const std::string& value) {
  family f;
  auto started = sup::start(f.node, t);
  BOOST_REQUIRE(!started);
  BOOST_TEST((started.error().code == errc::invalid_argument));
  BOOST_TEST(started.error().what == what);
  BOOST_TEST(started.error().value == value);
  BOOST_TEST(f.take().empty());
  leaves_nothing(f);
}

class needs_number : public actor<needs_number> {
public:
  using handles = messages<nothing>;
  explicit needs_number(int) {}
  void on(nothing) {}
};
void give_number(needs_number&, const restart_info&) {}

} // namespace

BOOST_AUTO_TEST_CASE(faulty_flags_and_children_are_refused_with_field_and_value) {
  refuses(shop().intensity(3, 0s), "shop: period: expected more than 0", "0 ns");
  refuses(shop().restart_with({.factor = 0.5}), "shop: backoff.factor: expected at least 1", "0.5");
  refuses(shop().child(kid("a")), "shop: children: expected each id once", "a");
  refuses(shop().child<child_actor>("x/y", sup::args("a")), "shop: child 'x/y': id: expected a name without '/'", "x/y");
  refuses(shop().child<child_actor>("", sup::args("a")), "shop: child '': id: expected a name", "");
  refuses(shop().child(kid("c", sup::shutdown{-1s})),
          "shop: child 'c': shutdown: expected 0 or more", "-1000000000 ns");
  refuses(shop().child(kid("c", sup::significant, transient)),
          "shop: child 'c': significant: expected false, as auto_shutdown is never", "true");
  refuses(shop().ends_with(auto_shutdown::any_significant).child(kid("c", sup::significant)),
          "shop: child 'c': significant: expected false, as the child is permanent", "true");
  refuses(shop().child(sup::one_for_all("below").intensity(1, -1s)), "shop/below: period: expected more than 0",
          "-1000000000 ns");
  refuses(sup::one_for_one(""), "supervisor: id: expected a name", "");
}

BOOST_AUTO_TEST_CASE(children_that_this_program_cannot_make_are_refused) {
  auto unknown = kid("c");
  unknown.start.maker = "ghost(int)";
  refuses(shop().child(unknown), "shop/c: maker: expected one that this program knows", "ghost(int)");

  auto other = sup::child<needs_number>("c", sup::args(1));
  const std::string type = other.start.maker.substr(0, other.start.maker.rfind('('));
  other.start.maker = type + "(double)";
  refuses(shop().child(other), "shop/c: maker: expected one that this program knows, such as " + type + "(int)",
          type + "(double)");

  auto short_of_bytes = sup::child<needs_number>("c", sup::args(1));
  short_of_bytes.start.arguments.pop_back();
  family f;
  auto started = sup::start(f.node, shop().child(short_of_bytes));
  BOOST_REQUIRE(!started);
  BOOST_TEST(started.error().what.starts_with("shop/c: arguments: expected (int): "));
  BOOST_TEST(started.error().value == std::to_string(short_of_bytes.start.arguments.size()) + " bytes");

  auto no_restore = sup::child<needs_number>("c", sup::args(1), sup::restore<&give_number>);
  no_restore.start.restore = "ghost";
  refuses(shop().child(no_restore), "shop/c: restore: expected a function that this program knows", "ghost");

  auto wrong_restore = kid("c");
  wrong_restore.start.restore = sup::child<needs_number>("c", sup::args(1), sup::restore<&give_number>).start.restore;
  family g;
  started = sup::start(g.node, shop().child(wrong_restore));
  BOOST_REQUIRE(!started);
  BOOST_TEST(started.error().what.starts_with("shop/c: restore: expected a function for "));
  BOOST_TEST(started.error().value == wrong_restore.start.restore);
}

BOOST_DATA_TEST_CASE(a_start_that_fails_stops_in_reverse_what_was_started_and_leaves_nothing,
                     data::xrange(4) * data::make({lies::near, lies::far}), position, place) {
  family f;
  const journal ids{"a", "b", "c", "d"};
  tree t = sup::one_for_one("shop");
  journal expected;
  for (const auto& id : ids) t.child(kid(id, at(place)));
  for (int i = 0; i < position; ++i) expected.push_back("+" + ids[static_cast<std::size_t>(i)]);
  for (int i = position; i-- > 0;) expected.push_back("-" + ids[static_cast<std::size_t>(i)]);
  const std::string& failing = ids[static_cast<std::size_t>(position)];
  stage::now().start_fails[failing] = 1;

  auto started = sup::start(f.node, t);
  BOOST_REQUIRE(!started);
  BOOST_TEST((started.error().code == errc::actor_failed));
  BOOST_TEST(started.error().what == "cannot start child '" + failing + "': no start");
  BOOST_TEST(started.error().value == "std::runtime_error");
  BOOST_TEST(f.take() == expected, per_element());
  leaves_nothing(f);
  BOOST_REQUIRE(f.heard.size() == 1U);
  BOOST_TEST(f.heard[0].path == "shop/" + failing);
  BOOST_TEST((f.heard[0].when == failed_in::start));
  BOOST_TEST((f.heard[0].response == response::give_up));
  // The next try finds everything free.
  BOOST_TEST(f.start(t).has_value());
}

BOOST_DATA_TEST_CASE(a_start_that_fails_below_is_a_failed_start_above, data::make({lies::near, lies::far}), place) {
  family f;
  stage::now().start_fails["y"] = 1;
  auto started = sup::start(f.node, sup::one_for_one("shop")
                                        .child(kid("a"))
                                        .child(sup::one_for_one("below")
                                                   .child(kid("x"))
                                                   .child(kid("y", at(place))),
                                               at(place))
                                        .child(kid("b")));
  BOOST_REQUIRE(!started);
  BOOST_TEST((started.error().code == errc::actor_failed));
  BOOST_TEST(started.error().what == "cannot start child 'below': cannot start child 'y': no start");
  BOOST_TEST(f.take() == (journal{"+a", "+x", "-x", "-a"}), per_element());
  leaves_nothing(f);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_a_failed_start_and_its_owner_keeps_it) {
  family f;
  auto other = f.node.spawn<ballast>();
  BOOST_REQUIRE(f.node.register_name("shop", other));
  auto started = sup::start(f.node, shop());
  f.node.run_until_idle();
  BOOST_REQUIRE(!started);
  BOOST_TEST((started.error().code == errc::name_taken));
  BOOST_TEST((f.node.find<ballast>("shop").value() == other));
  BOOST_TEST(f.node.counters().live_actors == 2U);

  BOOST_REQUIRE(f.node.register_name("store/b", other));
  stage::now().lines.clear();
  started = sup::start(f.node, sup::one_for_one("store").child(kid("a")).child(kid("b")));
  f.node.run_until_idle();
  BOOST_REQUIRE(!started);
  BOOST_TEST(started.error().what.starts_with("cannot start child 'b': "), started.error().what);
  BOOST_TEST((f.node.find<ballast>("store/b").value() == other));
  BOOST_TEST(!f.node.find<child_actor>("store/a"));
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_AUTO_TEST_CASE(one_name_names_one_tree_and_is_free_again_after_its_end) {
  family f;
  BOOST_REQUIRE(f.start(shop()));
  auto second = sup::start(f.node, shop());
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().code == errc::name_taken));
  BOOST_TEST(f.is_alive("a"));
  f.node.stop(f.root);
  f.node.run_until_idle();
  BOOST_TEST(f.start(shop()).has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_tree_stands_at_once) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_all("shop")));
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{}));
  BOOST_TEST(f.ask(which_children{}).value().empty());
  BOOST_TEST(f.ask(await_started{}).has_value());
}

BOOST_AUTO_TEST_CASE(a_child_that_ends_while_the_others_start_is_seen_to_when_all_stand) {
  family f;
  class hasty : public actor<hasty> {
  public:
    using handles = messages<nothing>;
    hasty() {
      stage::now().note("+hasty");
      if (std::count(stage::now().lines.begin(), stage::now().lines.end(), "+hasty") < 3) stop();
    }
    void on(nothing) {}
  };
  auto started = f.start(sup::one_for_one("shop").intensity(5, 5s).child<hasty>("hasty").child(kid("b", on_shard(0))));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  f.node.run_for(1s);
  BOOST_TEST(f.shows() == "hasty running (2), b running");
}

BOOST_AUTO_TEST_CASE(who_waits_for_the_start_is_answered_when_the_supervisor_is_stopped_first) {
  family f;
  auto root = f.node.spawn<supervisor>(shop().spec());
  f.node.stop(root);
  auto waits = f.node.ask(root, await_started{}, 1h);
  f.node.run_until_idle();
  BOOST_REQUIRE(waits.ready());
  BOOST_TEST(!waits.result());
  leaves_nothing(f);
}
