// SPDX-License-Identifier: BSD-3-Clause
//
// When a supervisor ends with its significant children.
#define BOOST_TEST_MODULE auto_shutdown
#include <boost/test/unit_test.hpp>

#include "core_stage.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail::test;

namespace {

struct row {
  supervision::auto_shutdown rule;
  supervision::restart type;
  exit_kind kind;
  bool significant;
  bool ends;
};

} // namespace

BOOST_AUTO_TEST_CASE(it_is_due_with_significant_children_that_end_for_good) {
  constexpr auto any = auto_shutdown::any_significant;
  constexpr auto all = auto_shutdown::all_significant;
  const row table[] = {
      {auto_shutdown::never, temporary, exit_kind::normal, false, false},
      {any, temporary, exit_kind::normal, true, true},
      {any, temporary, exit_kind::failed, true, true},
      {any, temporary, exit_kind::normal, false, false},
      {any, transient, exit_kind::normal, true, true},
      {any, transient, exit_kind::shutdown, true, true},
      {any, transient, exit_kind::failed, true, false},
      {any, transient, exit_kind::normal, false, false},
      {all, temporary, exit_kind::normal, true, true},
      {all, temporary, exit_kind::failed, true, true},
      {all, transient, exit_kind::normal, true, true},
      {all, transient, exit_kind::failed, true, false},
      {all, transient, exit_kind::normal, false, false},
  };
  for (const row& r : table) {
    auto spec = supervisor(strategy::one_for_one, {child("bystander"), child("a", r.type)});
    spec.auto_shutdown = r.rule;
    spec.children[1].significant = r.significant;
    stage s{spec};
    s.up();
    const std::string orders = s.ends("a", r.kind);
    BOOST_TEST(s.core.is_finished() == r.ends);
    if (r.ends)
      BOOST_TEST(orders.ends_with("release a, finish shutdown: auto shutdown: 'a' has ended"));
  }
}

BOOST_AUTO_TEST_CASE(all_means_the_last_of_them) {
  auto spec = supervisor(strategy::one_for_one,
                         {significant(child("a", transient)), significant(child("b", temporary)),
                          significant(child("c", transient)), child("d")});
  spec.auto_shutdown = auto_shutdown::all_significant;
  stage s{spec};
  s.up();
  BOOST_TEST(s.ends("a", exit_kind::normal) == "release a");
  BOOST_TEST(s.ends("b") == "report b run failed leave, release b");
  BOOST_TEST(s.ends("c") == "report c run failed restart, restart c");
  s.started("c");
  BOOST_TEST(s.restart("a") == "start a");
  BOOST_TEST(s.ends("c", exit_kind::normal) == "release c");
  BOOST_TEST(s.started("a") == "reply 1");
  BOOST_TEST(s.ends("a", exit_kind::normal) ==
             "release a, finish shutdown: auto shutdown: 'a' has ended");
}

BOOST_AUTO_TEST_CASE(ends_on_request_do_not_count) {
  for (auto rule : {auto_shutdown::any_significant, auto_shutdown::all_significant}) {
    auto spec = supervisor(strategy::one_for_one, {significant(child("a", transient)),
                                                   significant(child("b", temporary)), child("c")});
    spec.auto_shutdown = rule;
    stage s{spec};
    s.up();
    for (const char* name : {"a", "b"}) {
      s.terminate(name);
      s.stops(name);
    }
    BOOST_TEST(s.phases() == "a stopped, c running");
    BOOST_TEST(!s.core.is_finished());
  }
}

BOOST_AUTO_TEST_CASE(one_that_was_stopped_by_hand_is_not_waited_for) {
  auto spec = supervisor(strategy::one_for_one,
                         {significant(child("a", transient)), significant(child("b", transient))});
  spec.auto_shutdown = auto_shutdown::all_significant;
  stage s{spec};
  s.up();
  s.terminate("a");
  s.stops("a");
  s.ends("b", exit_kind::normal);
  BOOST_TEST(s.core.is_finished());
}

BOOST_AUTO_TEST_CASE(an_end_with_the_group_does_not_count) {
  auto spec = supervisor(strategy::one_for_all,
                         {significant(child("a", transient)), significant(child("b", temporary)),
                          child("c"), child("d")});
  spec.auto_shutdown = auto_shutdown::any_significant;
  stage s{spec};
  s.up();
  BOOST_TEST(s.ends("c") == "report c run failed restart_group, halt d");
  BOOST_TEST(s.ends("a", exit_kind::normal) == "");
  BOOST_TEST(s.stops("d") == "halt b");
  BOOST_TEST(s.stops("b") == "release b, restart a");
}
