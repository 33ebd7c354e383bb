// SPDX-License-Identifier: BSD-3-Clause
//
// Supervisors that end with their significant children: OTP's truth table.
#define BOOST_TEST_MODULE supervisor_auto_shutdown
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

/// s1, a permanent bystander p, s2, a transient bystander t.
struct house : family {
  house(auto_shutdown when, supervision::restart type, lies place = lies::near,
        strategy how = strategy::one_for_one) {
    tree all{"top", how};
    all.ends_with(when)
        .intensity(5, 5s)
        .child(kid("s1", type, sup::significant, at(place)))
        .child(kid("p"))
        .child(kid("s2", type, sup::significant, at(place)))
        .child(kid("t", transient, at(place)));
    auto started = start(all);
    BOOST_REQUIRE_MESSAGE(started, why(started));
    if (place == lies::moved)
      for (const char* path : {"top/s2", "top/t", "top/s1"}) move(path);
    take();
  }
};

struct row {
  auto_shutdown when;
  supervision::restart type;
  bool crashes;
  bool ends_after_first;
  bool ends_after_both;
};
std::ostream& operator<<(std::ostream& to, const row& r) {
  return to << r.when << " " << r.type << (r.crashes ? " crashes" : " ends");
}
const row rows[] = {
    {auto_shutdown::any_significant, transient, false, true, true},
    {auto_shutdown::any_significant, temporary, false, true, true},
    {auto_shutdown::any_significant, transient, true, false, false}, // it is restarted
    {auto_shutdown::any_significant, temporary, true, true, true},
    {auto_shutdown::all_significant, transient, false, false, true},
    {auto_shutdown::all_significant, temporary, false, false, true},
    {auto_shutdown::all_significant, transient, true, false, false},
    {auto_shutdown::all_significant, temporary, true, false, true},
};

} // namespace

BOOST_DATA_TEST_CASE(the_truth_table_of_significant_children, data::make(rows) * places, r, place) {
  house f{r.when, r.type, place};
  auto end = [&](const std::string& path) {
    if (!f.child(path)) return;
    r.crashes ? f.tell(path, crash{}) : f.tell(path, end_normally{});
  };
  end("top/s1");
  BOOST_TEST(f.ended() == r.ends_after_first);
  end("top/s2");
  BOOST_TEST(f.ended() == r.ends_after_both);
  if (!f.ended()) return;
  BOOST_TEST((f.downs[0].kind == exit_kind::shutdown));
  BOOST_TEST(f.downs[0].reason.what == (r.ends_after_first ? "auto shutdown: 's1' has ended" : "auto shutdown: 's2' has ended"));
  journal lines = f.take();
  if (!r.ends_after_first) lines.erase(lines.begin(), lines.end() - 2);
  if (r.ends_after_first && !r.crashes) lines.erase(lines.begin());
  BOOST_TEST(lines == (r.ends_after_first ? journal{"-t", "-s2", "-p"} : journal{"-t", "-p"}), per_element());
  BOOST_TEST(f.node.counters().live_actors == 2U);
}

BOOST_DATA_TEST_CASE(the_end_of_a_bystander_ends_nothing,
                     data::make({auto_shutdown::any_significant, auto_shutdown::all_significant}) * places, when, place) {
  house f{when, transient, place};
  f.tell("top/t", end_normally{});
  f.tell("top/p", end_normally{});
  BOOST_TEST(!f.ended());
  BOOST_TEST(f.shows() == "s1 running, p running (1), s2 running, t stopped");
}

BOOST_DATA_TEST_CASE(an_end_that_was_asked_for_does_not_count,
                     data::make({auto_shutdown::any_significant, auto_shutdown::all_significant}) * places, when, place) {
  house f{when, transient, place};
  BOOST_TEST(f.ask(terminate_child{"s1"}).has_value());
  BOOST_TEST(f.ask(terminate_child{"s2"}).has_value());
  BOOST_TEST(!f.ended());
  BOOST_TEST(f.ask(sup::restart_child{"s1"}).has_value());
  f.tell("top/s1", end_normally{});
  BOOST_TEST(f.ended());
}

BOOST_AUTO_TEST_CASE(a_terminated_significant_child_does_not_hold_up_the_end_of_all) {
  house f{auto_shutdown::all_significant, transient};
  BOOST_TEST(f.ask(terminate_child{"s1"}).has_value());
  f.tell("top/s2", end_normally{});
  BOOST_TEST(f.ended());
}

BOOST_DATA_TEST_CASE(a_group_restart_of_significant_children_ends_nothing,
                     data::make({strategy::one_for_all, strategy::rest_for_one}) * places, how, place) {
  house f{auto_shutdown::any_significant, transient, place, how};
  f.tell("top/s1", crash{});
  BOOST_TEST(!f.ended());
  BOOST_TEST(f.shows() == "s1 running (1), p running (1), s2 running (1), t running (1)");
  f.tell("top/s2", end_normally{});
  BOOST_TEST(f.ended());
}

BOOST_AUTO_TEST_CASE(significant_children_added_later_count) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").ends_with(auto_shutdown::all_significant)));
  BOOST_TEST(f.ask(start_child{kid("a", sup::significant, temporary)}).has_value());
  BOOST_TEST(f.ask(start_child{kid("b", sup::significant, transient)}).has_value());
  auto refused = f.ask(start_child{kid("c", sup::significant)});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().what == "top: child 'c': significant: expected false, as the child is permanent");
  f.tell("top/a", end_normally{});
  BOOST_TEST(!f.ended());
  f.tell("top/b", end_shutdown{});
  BOOST_TEST(f.ended());
}

BOOST_DATA_TEST_CASE(the_parent_treats_an_automatic_end_as_the_orderly_one_it_is,
                     data::make({permanent, transient, temporary}) * data::make({lies::near, lies::far}), type, place) {
  family f;
  tree below = sup::one_for_one("below").ends_with(auto_shutdown::any_significant);
  below.child(kid("x")).child(kid("s", transient, sup::significant));
  auto started = f.start(sup::one_for_one("top").child(below, type, at(place)).child(kid("b")));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  f.take();
  f.tell("top/below/s", end_normally{});
  BOOST_TEST(!f.ended());
  if (type == permanent) {
    BOOST_TEST(f.take() == (journal{"-s", "-x", "+x", "+s"}), per_element());
    BOOST_TEST(f.shows() == "below running (1), b running");
  } else {
    BOOST_TEST(f.take() == (journal{"-s", "-x"}), per_element());
    BOOST_TEST(f.shows() == (type == transient ? "below stopped, b running" : "b running"));
    BOOST_TEST(!f.node.find<child_actor>("top/below/x"));
  }
}

BOOST_DATA_TEST_CASE(a_significant_sub_tree_that_ends_takes_the_whole_tree_with_it, data::make({lies::near, lies::far}), place) {
  family f;
  tree below = sup::one_for_one("below").ends_with(auto_shutdown::any_significant);
  below.child(kid("x")).child(kid("s", transient, sup::significant));
  auto started = f.start(sup::one_for_one("top")
                             .ends_with(auto_shutdown::all_significant)
                             .child(kid("a"))
                             .child(below, transient, sup::significant, at(place)));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  f.take();
  f.tell("top/below/s", end_normally{});
  BOOST_TEST(f.ended());
  BOOST_TEST(f.take() == (journal{"-s", "-x", "-a"}), per_element());
  BOOST_TEST(f.downs.at(0).reason.what == "auto shutdown: 'below' has ended");
}
