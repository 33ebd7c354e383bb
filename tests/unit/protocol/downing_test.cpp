// SPDX-License-Identifier: BSD-3-Clause
//
// The split-brain table: what each side of a cut does, by strategy and sizes.
#define BOOST_TEST_MODULE downing
#include <boost/test/unit_test.hpp>

#include <tuple>

#include <actors/testing.hpp>

#include "protocol/membership/downing.hpp"
#include "protocol/membership/options.hpp"

namespace testing = actors::testing;
using namespace actors::protocol;

namespace {

constexpr downing_rule majority{};
constexpr downing_rule quorum_5{downing_strategy::static_quorum, 5, alone::goes_down};
constexpr downing_rule oldest{downing_strategy::keep_oldest, 0, alone::goes_down};
constexpr downing_rule oldest_stays{downing_strategy::keep_oldest, 0, alone::stays};

/// Ages and addresses grow with the place. Of each member: its state, and on which side it is.
struct place {
  member_state state;
  bool is_here;
};

member_table seen_from(const std::vector<place>& places, bool here) {
  member_table table;
  for (std::size_t i = 0; i < places.size(); ++i) {
    member m;
    m.id = node_id{i + 1};
    m.address = "h" + std::to_string(1000 + i);
    m.state = places[i].state;
    m.up_number = is_voter(m) ? static_cast<std::uint32_t>(i + 1) : 0;
    m.live = places[i].is_here == here ? liveness::alive : liveness::unreachable;
    (void)table.merge(m);
  }
  return table;
}

/// The first `a` members on one side, the other `b` on the other: who survives?
std::pair<bool, bool> survivors(const downing_rule& rule, std::size_t a, std::size_t b) {
  std::vector<place> places;
  for (std::size_t i = 0; i < a + b; ++i)
    places.push_back({member_state::up, i < a});
  const auto of = [&](bool here) {
    return decide(rule, divide(seen_from(places, here))) == verdict::survive;
  };
  return {of(true), of(false)};
}

constexpr std::pair first{true, false}, second{false, true}, nobody{false, false};

} // namespace

BOOST_AUTO_TEST_CASE(static_quorum) {
  BOOST_CHECK(survivors(quorum_5, 1, 2) == nobody);
  BOOST_CHECK(survivors(quorum_5, 4, 4) == nobody);
  BOOST_CHECK(survivors(quorum_5, 5, 4) == first);
  BOOST_CHECK(survivors(quorum_5, 4, 5) == second);
  // More members than the quorum is for: 5|5 would both survive.
  BOOST_CHECK(survivors(quorum_5, 5, 5) == nobody);
  BOOST_CHECK(survivors(quorum_5, 9, 1) == nobody);
}

BOOST_AUTO_TEST_CASE(keep_majority) {
  BOOST_CHECK(survivors(majority, 4, 4) == first);
  BOOST_CHECK(survivors(majority, 1, 1) == first);
  BOOST_CHECK(survivors(majority, 2, 1) == first);
  BOOST_CHECK(survivors(majority, 1, 2) == second);
  BOOST_CHECK(survivors(majority, 5, 4) == first);
  BOOST_CHECK(survivors(majority, 4, 5) == second);
}

BOOST_AUTO_TEST_CASE(keep_oldest) {
  BOOST_CHECK(survivors(oldest, 3, 3) == first);
  BOOST_CHECK(survivors(oldest, 2, 5) == first);
  BOOST_CHECK(survivors(oldest, 1, 5) == second);
  BOOST_CHECK(survivors(oldest, 1, 2) == second);
  // Two members: one survives whatever the rule, and it is the oldest.
  BOOST_CHECK(survivors(oldest, 1, 1) == first);
  BOOST_CHECK(survivors(oldest_stays, 1, 5) == first);
  BOOST_CHECK(survivors(oldest_stays, 3, 3) == first);
}

BOOST_AUTO_TEST_CASE(a_dead_joiner_stops_nobody) {
  const std::vector<place> places{{member_state::joining, false}, {member_state::up, true}};
  for (const auto& rule : {majority, oldest, oldest_stays})
    BOOST_CHECK(decide(rule, divide(seen_from(places, true))) == verdict::survive);
  BOOST_CHECK(decide(majority, divide(seen_from(places, false))) == verdict::stop);
}

/// Two sides whose tables differ by what was under way when the cut came: each member one step
/// further on one side or not. Every such pair of up to 7 members, at random.
BOOST_AUTO_TEST_CASE(never_both_survive_even_if_tables_differ_by_a_step) {
  testing::random_source random{testing::seed_from_environment(1)};
  for (int i = 0; i < 200'000; ++i) {
    const auto n = 2 + random.below(6);
    std::vector<place> here, there;
    // A member is promoted by a voter, and a whole side knows what its leader did.
    const bool promotes_here = random.one_in(2);
    for (std::uint64_t k = 0; k < n; ++k) {
      const bool is_here = random.one_in(2);
      const bool joins = k > 0 && random.one_in(4);
      const bool leaves = !joins && random.one_in(5);
      const auto step = [&](bool side) {
        if (joins)
          return side == promotes_here && random.one_in(2) ? member_state::up
                                                           : member_state::joining;
        return leaves && random.one_in(2) ? member_state::leaving : member_state::up;
      };
      here.push_back({step(true), is_here});
      there.push_back({step(false), is_here});
    }
    const auto votes = [](const std::vector<place>& all, bool side) {
      return std::any_of(all.begin(), all.end(), [&](const place& p) {
        return p.is_here == side && p.state == member_state::up;
      });
    };
    // Who promotes is up in both tables, on its side.
    bool is_possible = false;
    for (std::size_t k = 0; k < here.size(); ++k)
      is_possible |= here[k].is_here == promotes_here && here[k].state == member_state::up &&
                     there[k].state == member_state::up;
    if (!is_possible || !votes(here, true) || !votes(there, false))
      continue;
    for (const auto& rule : {majority, quorum_5, oldest, oldest_stays,
                             downing_rule{downing_strategy::static_quorum, 2, alone::stays}}) {
      const bool a = decide(rule, divide(seen_from(here, true))) == verdict::survive;
      const bool b = decide(rule, divide(seen_from(there, false))) == verdict::survive;
      BOOST_REQUIRE_MESSAGE(!(a && b), to_string(rule.strategy) << " at " << i);
    }
  }
}

BOOST_AUTO_TEST_CASE(options_that_break_the_guarantee_are_refused) {
  BOOST_TEST(check(membership_options{}).has_value());
  const auto refusal = [](auto&& change) {
    membership_options o;
    change(o);
    const auto result = check(o);
    return result ? std::string{} : result.error().what;
  };
  const auto names = [](const std::string& text, const char* field) {
    return text.find(field) != std::string::npos;
  };
  BOOST_TEST(names(refusal([](auto& o) { o.downing.take_over_after = 1s; }), "take_over_after"));
  BOOST_TEST(names(refusal([](auto& o) { o.downing.stable_after = 400ms; }), "stable_after"));
  BOOST_TEST(
      names(refusal([](auto& o) { o.downing.stable_after_gone = 50ms; }), "stable_after_gone"));
  BOOST_TEST(names(refusal([](auto& o) {
                     o.downing.rule = {downing_strategy::static_quorum, 0, alone::stays};
                   }),
                   "quorum"));
  BOOST_TEST(names(refusal([](auto& o) { o.joining.found_quorum = 1; }), "found_quorum"));
  BOOST_TEST(names(refusal([](auto& o) { o.detector.suspicion = 100ms; }), "suspicion"));
}
