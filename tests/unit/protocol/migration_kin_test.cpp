// SPDX-License-Identifier: BSD-3-Clause
//
// A node that knows an actor which moves between two others.
#define BOOST_TEST_MODULE migration_kin
#include <boost/test/unit_test.hpp>

#include "migration_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;
using kind = migration_kind;
using kinds = std::vector<kind>;

namespace {

constexpr move_id first{source, 1};
constexpr move_id second{source, 2};

struct at_kin : migration_stage {
  explicit at_kin(migration_options o = {}) : migration_stage{kin_node, o} {}

  void intent(move_id m = first, std::uint64_t epoch = 5) {
    hear(kind::intent, source, m, {item_of(1, epoch)});
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(it_hears_where_the_actor_is) {
  at_kin s;
  s.intent();
  BOOST_TEST((s.said() == kinds{kind::noted}));
  s.hear(kind::settled, target, first, {item_of(1, 5)});
  BOOST_CHECK((s.take<actor_moved>().at(0).actor == placed_actor{actor_of(1), address_of(1), 5}));
  BOOST_TEST((s.said() == kinds{kind::noted}));
  s.intent(); // late
  s.hear(kind::settled, target, first, {item_of(1, 5)});
  BOOST_TEST(s.take<actor_moved>().empty());
  BOOST_TEST((s.said() == kinds{kind::noted, kind::noted}));
  BOOST_CHECK(s.machine.load() == migration_load{});
}

BOOST_AUTO_TEST_CASE(what_is_withdrawn_is_as_before) {
  at_kin s;
  s.intent();
  s.hear(kind::withdrawn, source, first, {item_of(1, 5)});
  s.intent(); // late
  BOOST_CHECK(s.machine.load() == migration_load{});
  s.intent(second);
  BOOST_TEST(s.machine.load().intents == 1U);
  s.hear(kind::withdrawn, source, first, {item_of(1, 5)}); // late
  BOOST_TEST(s.machine.load().intents == 1U);
}

BOOST_AUTO_TEST_CASE(a_later_word_covers_earlier_moves) {
  at_kin s;
  s.intent(first);
  s.hear(kind::withdrawn, source, second, {item_of(1, 5)});
  BOOST_CHECK(s.machine.load() == migration_load{});
}

BOOST_AUTO_TEST_CASE(when_the_source_is_lost_it_asks_the_target) {
  at_kin s;
  s.intent();
  (void)s.said();
  s.machine.node_lost(s.now, source);
  BOOST_TEST(s.take<actor_gone>().empty());
  const auto asked = s.take<send_migration>();
  BOOST_REQUIRE(asked.size() == 1U);
  BOOST_CHECK(asked[0].what.kind == kind::where && asked[0].to == target);
  s.wait(200ms);
  BOOST_TEST((s.said() == kinds{kind::where}));
  s.machine.link_opened(s.now, target);
  BOOST_TEST((s.said() == kinds{kind::where}));
  s.hear(kind::not_here, target, first, {item_of(1, 5)});
  BOOST_TEST(s.take<actor_gone>().size() == 1U);
}

BOOST_AUTO_TEST_CASE(not_here_counts_only_when_the_source_is_lost) {
  at_kin s;
  s.intent();
  s.hear(kind::not_here, target, first, {item_of(1, 5)});
  BOOST_TEST(s.take<actor_gone>().empty());
  BOOST_TEST(s.machine.load().intents == 1U);
}

BOOST_AUTO_TEST_CASE(when_the_target_is_lost_the_source_decides) {
  at_kin s;
  s.intent();
  (void)s.said();
  s.machine.node_lost(s.now, target);
  BOOST_TEST((s.said() == kinds{kind::where}));
  BOOST_TEST(s.take<actor_gone>().empty());
  s.hear(kind::handed_over, source, first, {item_of(1, 5)});
  BOOST_TEST(s.take<actor_gone>().size() == 1U);
}

BOOST_AUTO_TEST_CASE(when_both_are_lost_the_actor_is_gone) {
  for (const bool is_source_first : {true, false}) {
    at_kin s;
    s.intent();
    s.machine.node_lost(s.now, is_source_first ? source : target);
    BOOST_TEST(s.take<actor_gone>().empty());
    s.machine.node_lost(s.now, is_source_first ? target : source);
    BOOST_TEST(s.take<actor_gone>().size() == 1U);
    BOOST_CHECK(s.machine.load() == migration_load{});
  }
}

BOOST_AUTO_TEST_CASE(old_news_do_not_count) {
  at_kin s;
  s.hear(kind::settled, target, second, {item_of(1, 6)});
  s.hear(kind::settled, target, first, {item_of(1, 5)});
  s.hear(kind::gone, source, first, {item_of(1, 5)});
  BOOST_TEST(s.take<actor_moved>().size() == 1U);
  BOOST_TEST(s.take<actor_gone>().empty());
}

BOOST_AUTO_TEST_CASE(who_hears_nothing_for_long_asks_the_source) {
  at_kin s;
  s.intent();
  (void)s.said();
  s.wait(14s);
  BOOST_TEST(s.is_silent());
  s.wait(1s);
  BOOST_TEST((s.said() == kinds{kind::where}));
}

BOOST_AUTO_TEST_CASE(intents_have_a_limit) {
  migration_options o;
  o.max_intents = 1;
  at_kin s{o};
  s.intent();
  (void)s.said();
  s.hear(kind::intent, source, first, {item_of(2, 5)});
  BOOST_TEST(s.is_silent());
  BOOST_TEST(s.machine.refusals().overloaded == 1U);
}
