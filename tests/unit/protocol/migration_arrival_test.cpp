// SPDX-License-Identifier: BSD-3-Clause
//
// The node to which actors come.
#define BOOST_TEST_MODULE migration_arrival
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

struct at_target : migration_stage {
  explicit at_target(migration_options o = {}) : migration_stage{target, o} {}

  void install(move_id m, std::uint32_t slot = 1) {
    machine.installed(now, m, {{actor_of(slot), address_of(slot)}});
  }
  void make_ready(move_id m = first) {
    hear_offer(m, {parcel_of(1, 5)});
    install(m);
    BOOST_TEST((said() == kinds{kind::prepared}));
  }
  void ask() { hear(kind::where, kin_node, first, {item_of(1, 5)}); }
};

} // namespace

BOOST_AUTO_TEST_CASE(an_actor_arrives) {
  at_target s;
  s.hear_offer(first, {parcel_of(1, 5)});
  BOOST_TEST(s.take<install_actors>().at(0).parcels.size() == 1U);
  BOOST_TEST(s.is_silent());
  s.install(first);
  BOOST_TEST((s.said() == kinds{kind::prepared}));
  BOOST_TEST(s.take<start_actors>().empty());
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  BOOST_CHECK(
      (s.take<start_actors>().at(0).actors[0] == placed_actor{actor_of(1), address_of(1), 5}));
  BOOST_TEST((s.said() == kinds{kind::started, kind::settled}));
  s.hear(kind::done, source, first, {item_of(1, 5)});
  s.hear(kind::noted, kin_node, first, {item_of(1, 5)}, kind::settled);
  BOOST_CHECK(s.machine.load() == migration_load{});
  BOOST_CHECK(s.machine.wake_at() == duration::max());
}

BOOST_AUTO_TEST_CASE(it_says_again_what_it_has_until_it_hears) {
  at_target s;
  s.make_ready();
  s.wait(200ms);
  BOOST_TEST((s.said() == kinds{kind::prepared}));
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  (void)s.said();
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  BOOST_TEST((s.said() == kinds{kind::started}));
  BOOST_TEST(s.take<start_actors>().size() == 1U);
  s.machine.link_opened(s.now, source);
  BOOST_TEST((s.said() == kinds{kind::started}));
  s.machine.link_opened(s.now, kin_node);
  BOOST_TEST((s.said() == kinds{kind::settled}));
}

BOOST_AUTO_TEST_CASE(an_offer_twice_is_one) {
  at_target s;
  s.hear_offer(first, {parcel_of(1, 5)});
  s.hear_offer(first, {parcel_of(1, 5)});
  BOOST_TEST(s.take<install_actors>().size() == 1U);
  s.install(first);
  s.hear_offer(first, {parcel_of(1, 5)});
  BOOST_TEST((s.said() == kinds{kind::prepared, kind::prepared}));
}

BOOST_AUTO_TEST_CASE(what_is_dropped_is_discarded) {
  at_target s;
  s.hear_offer(first, {parcel_of(1, 5)});
  s.hear(kind::drop, source, first, {item_of(1, 5)});
  BOOST_TEST(s.take<discard_actors>().size() == 1U);
  s.install(first); // its answer was on its way
  BOOST_TEST(s.is_silent());
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  BOOST_TEST(s.take<start_actors>().empty());
  BOOST_CHECK(s.machine.load() == migration_load{});
}

BOOST_AUTO_TEST_CASE(what_has_started_is_not_dropped) {
  at_target s;
  s.make_ready();
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  s.hear(kind::drop, source, first, {item_of(1, 5)});
  BOOST_TEST(s.take<discard_actors>().empty());
  BOOST_TEST(s.machine.refusals().unknown == 1U);
}

BOOST_AUTO_TEST_CASE(a_lost_source_takes_what_is_not_committed_with_it) {
  at_target s;
  s.make_ready();
  s.machine.node_lost(s.now, source);
  BOOST_TEST(s.take<discard_actors>().size() == 1U);
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  BOOST_TEST(s.take<start_actors>().empty());
  BOOST_TEST(s.machine.refusals().lost_nodes == 1U);
  s.ask();
  BOOST_TEST((s.said() == kinds{kind::not_here}));
}

BOOST_AUTO_TEST_CASE(who_is_undecided_does_not_answer) {
  at_target s;
  s.make_ready();
  s.ask();
  BOOST_TEST(s.is_silent());
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  (void)s.said();
  s.machine.node_lost(s.now, source);
  s.ask();
  BOOST_TEST((s.said() == kinds{kind::settled}));
}

BOOST_AUTO_TEST_CASE(bytes_with_another_hash_are_refused) {
  at_target s;
  parcel p = parcel_of(1, 5);
  p.bytes[3] = std::byte{1};
  s.hear_offer(first, {p, parcel_of(2, 5)});
  BOOST_TEST(s.take<install_actors>().at(0).parcels.size() == 1U);
  BOOST_TEST((s.said() == kinds{kind::refused}));
  BOOST_TEST(s.machine.refusals().hashes == 1U);
}

BOOST_AUTO_TEST_CASE(an_epoch_that_was_seen_is_refused) {
  at_target s;
  s.make_ready();
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  s.hear(kind::done, source, first, {item_of(1, 5)});
  (void)s.take<install_actors>();
  (void)s.said();
  s.hear_offer(first, {parcel_of(1, 5)});
  s.hear_offer(second, {parcel_of(1, 4)});
  BOOST_TEST(s.take<install_actors>().empty());
  BOOST_TEST((s.said() == kinds{kind::refused, kind::refused}));
  BOOST_TEST(s.machine.refusals().epochs == 2U);
}

BOOST_AUTO_TEST_CASE(a_later_offer_replaces_an_earlier_one) {
  at_target s;
  s.make_ready(first);
  s.hear_offer(second, {parcel_of(1, 5)});
  BOOST_CHECK(s.take<discard_actors>().at(0).move == first);
  s.install(first); // late
  BOOST_TEST(s.is_silent());
  s.hear_offer(first, {parcel_of(1, 5)}); // late
  BOOST_TEST((s.said() == kinds{kind::refused}));
  s.install(second);
  BOOST_TEST((s.said() == kinds{kind::prepared}));
}

BOOST_AUTO_TEST_CASE(a_move_that_is_over_at_its_source_is_late) {
  at_target s;
  s.oldest = 2;
  s.hear_offer(first, {parcel_of(1, 5)});
  BOOST_TEST(s.take<install_actors>().empty());
  BOOST_TEST(s.machine.refusals().late == 1U);
}

BOOST_AUTO_TEST_CASE(it_moves_on_when_its_source_has_heard) {
  at_target s;
  s.make_ready();
  s.hear(kind::commit, source, first, {item_of(1, 5)});
  (void)s.machine.move(s.now, {actor_of(1)}, node_id{4});
  BOOST_CHECK(s.take<report_move>().at(0).results[0].why.code == errc::overloaded);
  s.hear(kind::done, source, first, {item_of(1, 5)});
  const move_id on = s.machine.move(s.now, {actor_of(1)}, node_id{4});
  BOOST_TEST(s.take<freeze_actors>().size() == 1U);
  // Its kin has not acknowledged yet, so it is told, also when it does not watch any more.
  (void)s.said();
  parcel p = parcel_of(1, 5);
  p.kin.clear();
  s.machine.frozen(s.now, on, {p}, {});
  BOOST_TEST((s.said() == kinds{kind::offer, kind::intent}));
}

BOOST_AUTO_TEST_CASE(arrivals_have_a_limit) {
  migration_options o;
  o.max_arriving = 1;
  at_target s{o};
  s.hear_offer(first, {parcel_of(1, 5), parcel_of(2, 5)});
  BOOST_TEST(s.take<install_actors>().at(0).parcels.size() == 1U);
  BOOST_TEST(s.machine.refusals().overloaded == 1U);
}
