// SPDX-License-Identifier: BSD-3-Clause
//
// Dynamic supervisors, and supervisors of a hundred thousand children.
#define BOOST_TEST_MODULE many_children
#include <boost/test/unit_test.hpp>

#include "core_stage.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail::test;
using namespace std::chrono_literals;
using supervision::detail::child_key;
using supervision::detail::order;
using supervision::detail::supervisor_core;

namespace {

stage dynamic(supervision::restart restart = permanent, std::string id = "") {
  stage s{supervisor(strategy::dynamic, {child(std::move(id), restart)}, 100)};
  s.begin();
  return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dynamic_children)

BOOST_AUTO_TEST_CASE(each_is_alone_and_forgotten_after_its_last_end) {
  auto s = dynamic(transient);
  BOOST_TEST(s.start_dynamic() == "start #1");
  BOOST_TEST(s.started("#1") == "reply 1");
  s.start_dynamic();
  s.started("#2");
  BOOST_TEST(s.ends("#1") == "report #1 run failed restart, restart #1");
  BOOST_TEST(s.news.path == "root/#1");
  s.started("#1");
  BOOST_TEST(s.ends("#1", exit_kind::normal) == "release #1");
  BOOST_TEST(s.phases() == "#2 running");
  BOOST_TEST(s.terminate("#2") == "halt #2");
  BOOST_TEST(s.stops("#2") == "release #2, reply 3");
  BOOST_TEST(s.phases() == "");
}

BOOST_AUTO_TEST_CASE(arguments_take_the_place_of_the_patterns) {
  auto s = dynamic();
  s.start_dynamic();
  s.start_dynamic({std::byte{1}, std::byte{2}});
  BOOST_TEST(s.core.children().at(1).spec->start.arguments.size() == 0U);
  BOOST_TEST(s.core.children().at(2).spec->start.arguments.size() == 2U);
  BOOST_TEST(s.core.children().at(2).spec->start.maker == "child()");
}

BOOST_AUTO_TEST_CASE(they_have_no_names_and_their_reports_number_them) {
  auto s = dynamic(permanent, "worker");
  s.start_dynamic();
  s.core.child_started(1, {1, 1, 1}, 0s);
  s.core.child_ended(1, {}, 0s);
  std::string path;
  for (const order& o : s.core.take_orders())
    if (o.kind == order::what::report)
      path = o.news->path;
  BOOST_TEST(path == "root/worker#1");
  BOOST_TEST(!s.core.find("worker").has_value());
}

BOOST_AUTO_TEST_CASE(a_failed_start_is_told_and_not_kept_but_a_failed_restart_is_tried_again) {
  auto s = dynamic();
  s.start_dynamic();
  BOOST_TEST(s.not_started("#1") == "report #1 start failed leave, reply 1: no");
  s.start_dynamic();
  s.started("#2");
  s.ends("#2");
  BOOST_TEST(s.not_started("#2") == "report #2 start failed restart, wake in 0 ms");
  BOOST_TEST(s.phases() == "#2 restarting");
}

BOOST_AUTO_TEST_CASE(requests_of_the_other_kind_are_refused) {
  auto s = dynamic();
  s.start_dynamic();
  s.started("#1");
  BOOST_TEST(s.start(child("a")) ==
             "reply 2: a dynamic supervisor starts children of its pattern only");
  BOOST_TEST(s.restart("#1") == "reply 3: a dynamic supervisor keeps no children that are stopped");
  BOOST_TEST(s.erase("#1") == "reply 4: a dynamic supervisor keeps no children that are stopped");
  stage o{supervisor(strategy::one_for_one, three())};
  BOOST_TEST(o.start_dynamic() ==
             "reply 1: only a dynamic supervisor has a pattern to start children of");
}

BOOST_AUTO_TEST_CASE(all_significant_counts_them_all) {
  auto spec = supervisor(strategy::dynamic, {significant(child("", temporary))});
  spec.auto_shutdown = auto_shutdown::all_significant;
  stage s{spec};
  s.begin();
  for (const char* name : {"#1", "#2"}) {
    s.start_dynamic();
    s.started(name);
  }
  BOOST_TEST(s.ends("#1", exit_kind::normal) == "release #1");
  BOOST_TEST(s.ends("#2", exit_kind::normal) ==
             "release #2, finish shutdown: auto shutdown: '#2' has ended");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(many)

/// Answers every order at once until there are none, and counts them. A core that scanned its
/// children at each event would not come to its end here.
struct prompt_world {
  supervisor_core& core;
  std::map<order::what, std::size_t> counts{};

  void answer() {
    for (auto orders = core.take_orders(); !orders.empty(); orders = core.take_orders())
      for (const order& o : orders) {
        ++counts[o.kind];
        if (o.kind == order::what::start || o.kind == order::what::restart)
          core.child_started(o.child,
                             o.id ? o.id : actor_id{1, static_cast<std::uint32_t>(o.child), 1}, 0s);
        if (o.kind == order::what::halt)
          core.child_ended(o.child, {.kind = exit_kind::shutdown}, 0s);
      }
  }
};

constexpr std::size_t n = 100'000;

std::vector<child_spec> many_children() {
  std::vector<child_spec> children(n, child("x", transient));
  for (std::size_t i = 0; i < n; ++i)
    children[i].id = std::to_string(i);
  return children;
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_children_start_restart_and_stop_with_one_order_each) {
  supervisor_core core{supervisor(strategy::one_for_all, many_children()), "root", 1};
  prompt_world w{core};
  core.begin(0s);
  w.answer();
  BOOST_TEST(w.counts[order::what::start] == n);
  BOOST_TEST(w.counts[order::what::ready] == 1U);
  core.child_ended(n / 2, {.kind = exit_kind::failed}, 0s);
  w.answer();
  BOOST_TEST(w.counts[order::what::halt] == n - 1);
  BOOST_TEST(w.counts[order::what::restart] == n);
  for (child_key key = 1; key <= n; ++key)
    core.terminate_child(key, key, 0s);
  w.answer();
  BOOST_TEST(w.counts[order::what::reply] == n);
  BOOST_TEST(w.counts[order::what::release] == n);
  for (child_key key = 1; key <= n; ++key)
    core.delete_child(key, key, 0s);
  BOOST_TEST(core.children().empty());
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_ends_that_wait_for_the_group_are_decided_in_one_go) {
  auto children = many_children();
  children.push_back(child("last"));
  supervisor_core core{supervisor(strategy::one_for_one, std::move(children), n), "root", 1};
  core.begin(0s);
  for (child_key key = 1; key <= n; ++key)
    core.child_started(key, {1, static_cast<std::uint32_t>(key), 1}, 0s);
  for (child_key key = 1; key <= n; ++key)
    core.child_ended(key, {.kind = exit_kind::failed}, 0s);
  (void)core.take_orders();
  core.child_started(n + 1, {2, 1, 1}, 0s);
  prompt_world w{core};
  w.answer();
  BOOST_TEST(w.counts[order::what::restart] == n);
  BOOST_TEST(w.counts[order::what::report] == n);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_dynamic_children_share_one_specification) {
  supervisor_core core{supervisor(strategy::dynamic, {child("")}), "root", 1};
  prompt_world w{core};
  core.begin(0s);
  for (std::size_t i = 1; i <= n; ++i)
    core.start_dynamic({}, i, 0s);
  w.answer();
  BOOST_TEST(w.counts[order::what::reply] == n);
  BOOST_TEST(core.children().begin()->second.spec.use_count() > static_cast<long>(n));
  for (std::size_t i = 1; i <= n; ++i)
    core.terminate_child(i, n + i, 0s);
  w.answer();
  BOOST_TEST(w.counts[order::what::release] == n);
  BOOST_TEST(core.children().empty());
}

BOOST_AUTO_TEST_SUITE_END()
