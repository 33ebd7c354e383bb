// SPDX-License-Identifier: BSD-3-Clause
//
// Supervisors at work on the engine, under virtual time: the matrix of OTP's supervisor suite.
#define BOOST_TEST_MODULE supervisor
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_CASE(children_start_in_order_and_are_found_by_their_paths) {
  family f;
  auto started = f.start(sup::one_for_one("shop")
                             .child<child_actor>("a", sup::args("a"))
                             .child(sup::rest_for_one("below").child<child_actor>("b", sup::args("b")).child<child_actor>(
                                 "c", sup::args("c"), on_shard(1)))
                             .child<child_actor>("d", sup::args("d"), on_shard(1)));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  BOOST_TEST(f.take() == (journal{"+a", "+b", "+c", "+d"}), per_element());
  BOOST_TEST(f.node.ask_result(f.child("shop/below/c"), count{}).value() == 1);
  BOOST_TEST(bool(f.node.find<supervisor>("shop/below")));
  auto n = f.node.ask_result(f.root, count_children{}).value();
  BOOST_TEST((n == child_counts{3, 3, 1, 2}));
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.take() == (journal{"-d", "-c", "-b", "-a"}), per_element());
}
