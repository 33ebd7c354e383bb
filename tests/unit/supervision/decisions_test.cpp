// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE decisions
#include <boost/test/unit_test.hpp>

#include "decisions.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::detail;

namespace {

constexpr exit_kind orderly[] = {exit_kind::normal, exit_kind::shutdown};
constexpr exit_kind abnormal[] = {exit_kind::killed, exit_kind::failed, exit_kind::unknown};

} // namespace

BOOST_AUTO_TEST_CASE(permanent_children_restart_after_every_end) {
  for (auto kind : orderly)
    BOOST_TEST((after(permanent, kind) == decision::restart));
  for (auto kind : abnormal)
    BOOST_TEST((after(permanent, kind) == decision::restart));
}

BOOST_AUTO_TEST_CASE(transient_children_restart_after_abnormal_ends_only) {
  for (auto kind : orderly)
    BOOST_TEST((after(transient, kind) == decision::leave));
  for (auto kind : abnormal)
    BOOST_TEST((after(transient, kind) == decision::restart));
}

BOOST_AUTO_TEST_CASE(temporary_children_never_restart_and_are_forgotten) {
  for (auto kind : orderly)
    BOOST_TEST((after(temporary, kind) == decision::remove));
  for (auto kind : abnormal)
    BOOST_TEST((after(temporary, kind) == decision::remove));
}

BOOST_AUTO_TEST_CASE(throwing_being_killed_and_being_lost_are_abnormal) {
  for (auto kind : orderly)
    BOOST_TEST(!is_abnormal(kind));
  for (auto kind : abnormal)
    BOOST_TEST(is_abnormal(kind));
}

BOOST_AUTO_TEST_CASE(an_orderly_end_is_a_failure_of_permanent_children_only) {
  for (auto kind : orderly) {
    BOOST_TEST(is_failure(permanent, kind));
    BOOST_TEST(!is_failure(transient, kind));
    BOOST_TEST(!is_failure(temporary, kind));
  }
  for (auto kind : abnormal)
    for (auto restart : {permanent, transient, temporary})
      BOOST_TEST(is_failure(restart, kind));
}

BOOST_AUTO_TEST_CASE(a_kill_is_an_orderly_stop_only_where_it_was_asked_for) {
  for (auto how : {brutal_kill, infinity, supervision::shutdown{}}) {
    for (auto kind : orderly)
      BOOST_TEST(is_orderly_stop(how, kind));
    BOOST_TEST(is_orderly_stop(how, exit_kind::killed) == (how == brutal_kill));
    BOOST_TEST(!is_orderly_stop(how, exit_kind::failed));
    BOOST_TEST(!is_orderly_stop(how, exit_kind::unknown));
  }
}

BOOST_AUTO_TEST_CASE(a_strategy_concerns_the_child_all_or_the_rest) {
  constexpr std::uint64_t failed = 5;
  for (std::uint64_t other = 4; other <= 6; ++other) {
    BOOST_TEST(concerns(strategy::one_for_one, failed, other) == (other == failed));
    BOOST_TEST(concerns(strategy::dynamic, failed, other) == (other == failed));
    BOOST_TEST(concerns(strategy::one_for_all, failed, other));
    BOOST_TEST(concerns(strategy::rest_for_one, failed, other) == (other >= failed));
  }
}

BOOST_AUTO_TEST_CASE(automatic_shutdown_follows_its_truth_table) {
  struct row {
    supervision::auto_shutdown rule;
    bool significant;
    std::size_t left;
    bool due;
  };
  constexpr row table[] = {
      {auto_shutdown::never, false, 0, false},
      {auto_shutdown::never, true, 0, false},
      {auto_shutdown::never, true, 1, false},
      {auto_shutdown::any_significant, false, 0, false},
      {auto_shutdown::any_significant, false, 1, false},
      {auto_shutdown::any_significant, true, 0, true},
      {auto_shutdown::any_significant, true, 1, true},
      {auto_shutdown::all_significant, false, 0, false},
      {auto_shutdown::all_significant, false, 1, false},
      {auto_shutdown::all_significant, true, 0, true},
      {auto_shutdown::all_significant, true, 1, false},
  };
  for (const row& r : table)
    BOOST_TEST(is_auto_shutdown_due(r.rule, r.significant, r.left) == r.due);
}
