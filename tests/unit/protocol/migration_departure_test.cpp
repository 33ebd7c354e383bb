// SPDX-License-Identifier: BSD-3-Clause
//
// The node from which actors go.
#define BOOST_TEST_MODULE migration_departure
#include <boost/test/unit_test.hpp>

#include "migration_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;
using kind = migration_kind;
using kinds = std::vector<kind>;

namespace {

struct at_source : migration_stage {
  explicit at_source(migration_options o = {}) : migration_stage{source, o} {}

  move_id begin(std::uint32_t count = 1, std::size_t bytes = 8) {
    std::vector<actor_id> ids;
    std::vector<parcel> parcels;
    for (std::uint32_t i = 1; i <= count; ++i) {
      ids.push_back(actor_of(i));
      parcels.push_back(parcel_of(i, 4, bytes));
    }
    const move_id m = machine.move(now, ids, target);
    BOOST_TEST(take<freeze_actors>().at(0).ids.size() == count);
    machine.frozen(now, m, parcels, {});
    return m;
  }
  void prepared(move_id m, std::uint32_t slot = 1) {
    hear(kind::prepared, target, m, {item_of(slot, 5, parcel_of(slot, 5).hash)});
  }
  void intent_noted(move_id m, std::uint32_t slot = 1) {
    hear(kind::noted, kin_node, m, {item_of(slot, 5)}, kind::intent);
  }
  moved_actor only_result() {
    const auto reports = take<report_move>();
    BOOST_REQUIRE(reports.size() == 1U);
    BOOST_REQUIRE(reports[0].results.size() == 1U);
    return reports[0].results[0];
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_move_goes_its_way) {
  at_source s;
  const move_id m = s.begin();
  BOOST_TEST((s.said() == kinds{kind::offer, kind::intent}));
  s.prepared(m);
  BOOST_TEST(s.take<hand_over_actors>().empty());
  s.intent_noted(m);
  const auto over = s.take<hand_over_actors>();
  BOOST_REQUIRE(over.size() == 1U);
  BOOST_CHECK((over[0].actors[0] == placed_actor{actor_of(1), address_of(1), 5}));
  BOOST_TEST((s.said() == kinds{kind::commit}));
  s.hear(kind::started, target, m, {item_of(1, 5)});
  BOOST_TEST(s.take<release_actors>().size() == 1U);
  BOOST_CHECK(s.only_result().outcome == move_outcome::moved);
  BOOST_TEST((s.said() == kinds{kind::done}));
  BOOST_CHECK(s.machine.load() == migration_load{});
  BOOST_CHECK(s.machine.wake_at() == duration::max());
}

BOOST_AUTO_TEST_CASE(a_lost_kin_is_not_waited_for) {
  at_source s;
  const move_id m = s.begin();
  s.prepared(m);
  s.machine.node_lost(s.now, kin_node);
  BOOST_TEST(s.take<hand_over_actors>().size() == 1U);
}

BOOST_AUTO_TEST_CASE(whoever_has_no_patience_left_stays) {
  at_source s;
  const move_id m = s.begin();
  s.prepared(m);
  (void)s.said();
  s.wait(10s);
  BOOST_TEST(s.take<thaw_actors>().size() == 1U);
  BOOST_CHECK(s.only_result().why.code == errc::timeout);
  BOOST_CHECK(s.machine.load() == (migration_load{0, 0, 0, 0, 1}));
  // Whatever comes now is answered by no.
  (void)s.said();
  s.intent_noted(m);
  s.prepared(m);
  BOOST_TEST((s.said() == kinds{kind::drop}));
  s.hear(kind::noted, kin_node, m, {item_of(1, 5)}, kind::withdrawn);
  BOOST_CHECK(s.machine.load() == migration_load{});
}

BOOST_AUTO_TEST_CASE(nothing_thaws_after_it_was_handed_over) {
  at_source s;
  const move_id m = s.begin();
  s.prepared(m);
  s.intent_noted(m);
  (void)s.said();
  for (int i = 0; i < 100; ++i)
    s.wait(1s);
  s.machine.ended(s.now, m, actor_of(1));
  s.hear(kind::refused, target, m, {item_of(1, 5)});
  BOOST_TEST(s.take<thaw_actors>().empty());
  BOOST_TEST(s.take<report_move>().empty());
  const auto said = s.said();
  BOOST_TEST(said.size() > 40U);
  BOOST_TEST((said == kinds(said.size(), kind::commit)));
}

BOOST_AUTO_TEST_CASE(a_target_lost_before_keeps_the_actor_here) {
  at_source s;
  (void)s.begin();
  s.machine.node_lost(s.now, target);
  BOOST_TEST(s.take<thaw_actors>().size() == 1U);
  BOOST_CHECK(s.only_result().why.code == errc::node_lost);
}

BOOST_AUTO_TEST_CASE(a_target_lost_after_takes_the_actor_with_it) {
  at_source s;
  const move_id m = s.begin();
  s.prepared(m);
  s.intent_noted(m);
  (void)s.said();
  s.machine.node_lost(s.now, target);
  BOOST_TEST(s.take<lost_with_target>().size() == 1U);
  BOOST_CHECK(s.only_result().outcome == move_outcome::lost);
  BOOST_TEST((s.said() == kinds{kind::gone}));
}

BOOST_AUTO_TEST_CASE(one_that_is_refused_does_not_hold_the_others) {
  at_source s;
  const move_id m = s.begin(2);
  s.hear(kind::refused, target, m,
         {{actor_of(1), 5, {}, 0, errc::not_serializable, "unknown type"}});
  BOOST_TEST(s.take<thaw_actors>().at(0).why.what == "unknown type");
  s.prepared(m, 2);
  s.intent_noted(m, 2);
  s.hear(kind::started, target, m, {item_of(2, 5)});
  const auto reports = s.take<report_move>();
  BOOST_REQUIRE(reports.size() == 1U);
  BOOST_CHECK(reports[0].results[0].outcome == move_outcome::stayed);
  BOOST_CHECK(reports[0].results[1].outcome == move_outcome::moved);
}

BOOST_AUTO_TEST_CASE(an_actor_moves_once_at_a_time) {
  at_source s;
  (void)s.begin();
  const move_id second = s.machine.move(s.now, {actor_of(1)}, node_id{9});
  const auto reports = s.take<report_move>();
  BOOST_REQUIRE(reports.size() == 1U);
  BOOST_CHECK(reports[0].move == second);
  BOOST_TEST(reports[0].results[0].why.what == "it is moving already");
}

BOOST_AUTO_TEST_CASE(what_cannot_move_says_why) {
  at_source s;
  const move_id m = s.machine.move(s.now, {actor_of(1), actor_of(2)}, target);
  s.machine.frozen(s.now, m, {}, {{errc::overloaded, actor_of(1), "a task is waiting", {}}});
  s.machine.ended(s.now, m, actor_of(2));
  const auto reports = s.take<report_move>();
  BOOST_REQUIRE(reports.size() == 1U);
  BOOST_TEST(reports[0].results[0].why.what == "a task is waiting");
  BOOST_CHECK(reports[0].results[1].outcome == move_outcome::ended);
  BOOST_TEST(s.take<thaw_actors>().empty());
}

BOOST_AUTO_TEST_CASE(offers_keep_to_their_window) {
  migration_options o;
  o.offer_actors = 2;
  o.offer_window = 2;
  at_source s{o};
  const move_id m = s.begin(7);
  std::size_t sent = 0;
  for (const kind k : s.said())
    sent += k == kind::offer ? 1 : 0;
  BOOST_TEST(sent == 2U);
  s.prepared(m, 1);
  BOOST_TEST(s.is_silent());
  s.prepared(m, 2);
  BOOST_TEST((s.said() == kinds{kind::offer}));
}

BOOST_AUTO_TEST_CASE(a_large_actor_goes_alone_and_a_larger_one_stays) {
  migration_options o;
  o.offer_bytes = 100;
  o.max_actor_bytes = 1000;
  at_source s{o};
  const move_id m = s.machine.move(s.now, {actor_of(1), actor_of(2), actor_of(3)}, target);
  s.machine.frozen(s.now, m, {parcel_of(1, 4, 60), parcel_of(2, 4, 900), parcel_of(3, 4, 2000)},
                   {});
  std::vector<std::size_t> sizes;
  for (const send_migration& out : s.take<send_migration>())
    if (out.what.kind == kind::offer)
      sizes.push_back(out.what.parcels.size());
  BOOST_TEST((sizes == std::vector<std::size_t>{1, 1}));
  BOOST_TEST(s.take<thaw_actors>().at(0).why.value == "2000");
}

BOOST_AUTO_TEST_CASE(other_bytes_at_the_target_keep_the_actor_here) {
  at_source s;
  const move_id m = s.begin();
  s.hear(kind::prepared, target, m, {item_of(1, 5, 1234)});
  BOOST_TEST(s.take<thaw_actors>().size() == 1U);
  BOOST_TEST(s.machine.refusals().hashes == 1U);
}

BOOST_AUTO_TEST_CASE(all_is_said_again_when_the_link_opens) {
  at_source s;
  const move_id m = s.begin();
  (void)s.said();
  s.machine.link_opened(s.now, target);
  BOOST_TEST((s.said() == kinds{kind::offer}));
  s.machine.link_opened(s.now, kin_node);
  BOOST_TEST((s.said() == kinds{kind::intent}));
  s.prepared(m);
  s.intent_noted(m);
  (void)s.said();
  s.machine.link_opened(s.now, target);
  BOOST_TEST((s.said() == kinds{kind::commit}));
}

BOOST_AUTO_TEST_CASE(moves_have_a_limit) {
  migration_options o;
  o.max_moves = 1;
  o.max_departing = 2;
  at_source s{o};
  (void)s.machine.move(s.now, {actor_of(1), actor_of(2), actor_of(3)}, target);
  BOOST_TEST(s.take<freeze_actors>().at(0).ids.size() == 2U);
  (void)s.machine.move(s.now, {actor_of(4)}, target);
  BOOST_CHECK(s.only_result().why.code == errc::overloaded);
}
