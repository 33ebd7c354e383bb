// SPDX-License-Identifier: BSD-3-Clause
//
// Messages that no node would send.
#define BOOST_TEST_MODULE migration_hostile
#include <boost/test/unit_test.hpp>

#include <actors/archive.hpp>
#include <actors/testing.hpp>

#include "migration_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;
using kind = migration_kind;

namespace {

migration_message offer() {
  migration_message m;
  m.kind = kind::offer;
  m.from = source;
  m.to = target;
  m.move = {source, 1};
  m.target = target;
  m.parcels = {parcel_of(1, 5)};
  return m;
}

migration_message settled() {
  migration_message m = offer();
  m.kind = kind::settled;
  m.from = target;
  m.to = kin_node;
  m.parcels.clear();
  m.items = {item_of(1, 5)};
  return m;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_message_is_what_it_was_after_the_archive) {
  for (const migration_message& m : {offer(), settled()}) {
    buffer bytes;
    encode(bytes, m);
    const auto read = decode_migration(bytes.bytes());
    BOOST_REQUIRE(read.has_value());
    BOOST_CHECK(*read == m);
    for (std::size_t n = 0; n < bytes.size(); ++n)
      BOOST_TEST(!decode_migration(bytes.bytes().first(n)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(flaws_are_found) {
  const auto flaw = [](migration_message m, auto change) {
    const node_id to = m.to;
    change(m);
    return flaw_of(m, to);
  };
  using f = migration_flaw;
  BOOST_CHECK(flaw(offer(), [](auto&) {}) == f::none);
  BOOST_CHECK(flaw(settled(), [](auto&) {}) == f::none);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.version = 2; }) == f::version);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.kind = kind{99}; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.kind = kind::prepared; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.from = node_id::none; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.from = kin_node; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.target = source; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.move.number = 0; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.oldest = UINT64_MAX; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.parcels.clear(); }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.parcels[0].id = {}; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.parcels[0].epoch = UINT64_MAX; }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.parcels[0].type.resize(5000); }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.parcels[0].kin.resize(5000, source); }) ==
              f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.parcels.resize(1025, m.parcels[0]); }) == f::malformed);
  BOOST_CHECK(flaw(offer(), [](auto& m) { m.items = {item_of(1, 5)}; }) == f::malformed);
  BOOST_CHECK(flaw(settled(), [](auto& m) { m.items[0].address = {}; }) == f::malformed);
  BOOST_CHECK(flaw(settled(), [](auto& m) { m.items[0].code = errc{999}; }) == f::malformed);
  BOOST_CHECK(flaw(settled(), [](auto& m) { m.items[0].text.resize(5000); }) == f::malformed);
  BOOST_CHECK(flaw(settled(), [](auto& m) { m.items.resize(1025, m.items[0]); }) == f::malformed);
  BOOST_CHECK(flaw(settled(), [](auto& m) { m.to = source; }) == f::malformed);
  BOOST_CHECK(flaw(settled(), [](auto& m) { m.to = node_id{9}; }) == f::misaddressed);
}

BOOST_AUTO_TEST_CASE(who_speaks_for_another_is_refused) {
  migration_stage s{target};
  s.machine.message(s.now, kin_node, offer());
  BOOST_TEST(s.take<install_actors>().empty());
  BOOST_TEST(s.machine.refusals().misaddressed == 1U);
}

BOOST_AUTO_TEST_CASE(a_stranger_cannot_answer_for_the_target) {
  migration_stage s{source};
  const move_id m = s.machine.move(s.now, {actor_of(1)}, target);
  parcel p = parcel_of(1, 4);
  p.kin.clear();
  s.machine.frozen(s.now, m, {p}, {});
  migration_message text = settled();
  text.kind = kind::prepared;
  text.from = text.target = node_id{9};
  text.to = source;
  text.items[0].hash = p.hash;
  s.machine.message(s.now, node_id{9}, text);
  BOOST_TEST(s.take<hand_over_actors>().empty());
  text.kind = kind::refused;
  s.machine.message(s.now, node_id{9}, text);
  BOOST_TEST(s.take<thaw_actors>().empty());
}

BOOST_AUTO_TEST_CASE(options_are_checked) {
  const auto refuses = [](auto change) {
    migration_options o;
    change(o);
    return !check(o).has_value();
  };
  BOOST_TEST(check(migration_options{}).has_value());
  BOOST_TEST(refuses([](auto& o) { o.offer_window = 0; }));
  BOOST_TEST(refuses([](auto& o) { o.offer_actors = 2000; }));
  BOOST_TEST(refuses([](auto& o) { o.max_actor_bytes = std::uint64_t{1} << 40; }));
  BOOST_TEST(refuses([](auto& o) { o.resend_at_most = 1ms; }));
  BOOST_TEST(refuses([](auto& o) { o.patience = 1ms; }));
}

BOOST_AUTO_TEST_CASE(random_messages_break_nothing) {
  testing::random_source random{testing::seed_from_environment()};
  migration_options o;
  o.max_moves = o.max_departing = o.max_arriving = o.max_intents = o.max_notices = 20;
  o.max_epochs = o.max_nodes = 3;
  std::vector<std::unique_ptr<migration_stage>> nodes;
  for (std::uint64_t id = 1; id <= 3; ++id)
    nodes.push_back(std::make_unique<migration_stage>(node_id{id}, o));
  for (int i = 0; i < 50'000; ++i) {
    migration_stage& s = *nodes[random.below(3)];
    migration_message m;
    m.kind = kind(random.below(16));
    m.about = kind(random.below(16));
    m.from = node_id{1 + random.below(5)};
    m.to = s.machine.self();
    m.move = {node_id{1 + random.below(5)}, random.below(6)};
    m.target = node_id{1 + random.below(5)};
    m.oldest = random.below(4);
    if (m.kind == kind::offer)
      m.parcels = {parcel_of(static_cast<std::uint32_t>(random.below(40)), random.below(5))};
    else
      m.items = {item_of(static_cast<std::uint32_t>(random.below(40)), random.below(5),
                         parcel_of(1, 1).hash)};
    s.machine.message(s.now, m.from, m);
    if (random.one_in(10))
      s.wait(100ms);
    if (random.one_in(20)) {
      const auto slot = static_cast<std::uint32_t>(1 + random.below(40));
      const move_id move = s.machine.move(s.now, {actor_of(slot)}, node_id{1 + random.below(5)});
      s.machine.frozen(s.now, move, {parcel_of(slot, random.below(4))}, {});
    }
    if (random.one_in(20))
      s.machine.installed(s.now, m.move, {{actor_of(1), address_of(1)}});
    (void)s.take<send_migration>();
    const migration_load l = s.machine.load();
    BOOST_REQUIRE(l.moves <= 20 && l.departing <= 20 && l.arriving <= 20 && l.intents <= 20);
    BOOST_REQUIRE(l.notices <= 4 * 60);
  }
}
