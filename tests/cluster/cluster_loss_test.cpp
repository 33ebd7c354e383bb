// SPDX-License-Identifier: BSD-3-Clause
//
// Processes that are killed and stopped: who has to know is told in time, and the others go on.
#define BOOST_TEST_MODULE cluster_loss
#include <boost/test/unit_test.hpp>

#include <sstream>

#include <sys/prctl.h>
#include <sys/wait.h>

#include "our_node.hpp"

using namespace actors;
using namespace cluster_test;

namespace {

/// A watch that the other node knows of.
ref<observer> watch(our_node& a, const ref<ledger>& whom) {
  auto watching = a.spawn<observer>(any_ref{whom});
  (void)a.counters(watching);
  BOOST_REQUIRE(a.ask(whom, total{}, 5s).result().has_value());
  return watching;
}

std::vector<pid_t> numbers_in(const std::string& line) {
  std::istringstream words{line};
  std::string first;
  words >> first;
  std::vector<pid_t> all;
  for (pid_t each = 0; words >> each;) all.push_back(each);
  return all;
}

/// Whether a process whose parent has died, and which so is ours now, ends in time.
bool ends(pid_t process, std::chrono::milliseconds within) {
  const bool ended = waiting::eventually([&] { return ::waitpid(process, nullptr, WNOHANG) == process; }, within);
  if (!ended) ::kill(process, SIGKILL);
  return ended;
}

} // namespace

BOOST_AUTO_TEST_CASE(watchers_of_a_killed_node_are_told_within_100_ms) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()}, d{"d", a.seed()};
  node_process* victims[] = {&d, &c};
  BOOST_REQUIRE(a.wait_for_members(4));
  double best = 1;
  // Twice, as the machine may be at something else just then.
  for (node_process* victim : victims) {
    auto there = a.born_at<ledger>(victim == &c ? "c" : "d");
    auto end = a.ask(watch(a, there), heard{}, 10s);
    const double took = seconds_of([&] {
      victim->signal(SIGKILL);
      BOOST_TEST((end.value() == errc::node_lost));
    });
    BOOST_TEST_MESSAGE("told after " << took * 1e3 << " ms");
    best = std::min(best, took);
    BOOST_TEST(waiting::eventually([&] { return !a.wait_for_members(victim == &d ? 4 : 3, 1ms); }, 5s));
  }
  BOOST_TEST(best < 0.1);
}

BOOST_AUTO_TEST_CASE(asks_under_way_to_a_killed_node_end_with_node_lost) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto there = a.born_at<ledger>("c");
  auto stays = a.born_at<ledger>("b");
  auto unanswered = a.ask(there, silence{}, 30s);
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  c.signal(SIGKILL);
  auto outcome = unanswered.result();
  BOOST_REQUIRE(!outcome.has_value());
  BOOST_TEST((outcome.error().code == errc::node_lost));
  for (int k = 0; k < 100; ++k) BOOST_TEST(a.ask(stays, total{}, 5s).value() == 0);
  auto late = a.ask(there, total{}, 5s).result();
  BOOST_REQUIRE(!late.has_value());
  BOOST_TEST((late.error().code == errc::node_lost));
}

BOOST_AUTO_TEST_CASE(the_names_of_a_killed_node_are_free_after_the_takeover) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  const auto there = a.spawn<ledger>(on_node("c").named("held"));
  BOOST_REQUIRE(waiting::eventually([&] { return a.find<ledger>("held") == there; }, 5s));
  c.signal(SIGKILL);
  auto next = a.spawn<ledger>();
  const double took = seconds_of([&] {
    BOOST_TEST(waiting::eventually([&] { return a.register_name("held", next, 2s).has_value(); }, 5s));
  });
  BOOST_TEST_MESSAGE("free after " << took << " s");
  BOOST_TEST((a.find<ledger>("held").value() == next));
}

BOOST_AUTO_TEST_CASE(the_registrar_may_be_the_one_that_is_killed) {
  node_process b{"b"};
  our_node a{[&] {
    cluster_options o;
    o.seeds = {b.address()};
    return o;
  }()};
  node_process c{"c", {"--seed", b.address()}};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto kept = a.spawn<ledger>();
  BOOST_REQUIRE(a.register_name("kept", kept).has_value());
  b.signal(SIGKILL);
  auto other = a.spawn<ledger>();
  BOOST_TEST(waiting::eventually([&] { return a.register_name("new", other, 2s).has_value(); }, 10s));
  BOOST_TEST((a.find<ledger>("kept").value() == kept));
  auto refused = a.register_name("kept", other);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::name_taken));
}

BOOST_AUTO_TEST_CASE(a_stopped_node_is_lost_within_3_s_and_ends_when_it_goes_on) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto there = a.born_at<ledger>("c");
  auto end = a.ask(watch(a, there), heard{}, 10s);
  c.signal(SIGUSR1);
  BOOST_TEST(c.says("actors 2"));
  const double took = seconds_of([&] {
    c.signal(SIGSTOP);
    BOOST_TEST((end.value() == errc::node_lost));
  });
  BOOST_TEST_MESSAGE("lost after " << took << " s");
  BOOST_TEST(took < 3.0);
  // Until the others have given it up for good.
  BOOST_TEST(waiting::eventually([&] { return a.members().size() == 2; }, 15s));
  c.signal(SIGCONT);
  BOOST_TEST(c.says("not a member of the cluster any more", 10s));
  BOOST_TEST(waiting::eventually([&] {
    c.signal(SIGUSR1);
    return c.says("actors 0", 200ms);
  }, 5s), c.all());
}

BOOST_AUTO_TEST_CASE(a_short_stop_costs_nothing) {
  our_node a;
  node_process b{"b", a.seed()}, c{"c", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(3));
  auto there = a.born_at<ledger>("c");
  c.signal(SIGSTOP);
  std::this_thread::sleep_for(300ms);
  c.signal(SIGCONT);
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  BOOST_TEST(a.members().size() == 3u);
}

BOOST_AUTO_TEST_CASE(local_nodes_end_with_the_first_however_it_ends) {
  BOOST_REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  for (const int how : {SIGKILL, SIGTERM}) {
    node_process first{"first", {"--local-nodes", "3"}};
    BOOST_REQUIRE(first.says("others"));
    const auto others = numbers_in(first.found());
    BOOST_REQUIRE(others.size() == 2u);
    first.signal(how);
    BOOST_TEST(first.status().has_value());
    // In order it waits for them itself.
    if (how == SIGKILL)
      for (const pid_t each : others) BOOST_TEST(ends(each, 10s));
    else
      for (const pid_t each : others) BOOST_TEST(::kill(each, 0) != 0);
  }
}
