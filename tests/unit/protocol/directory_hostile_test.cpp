// SPDX-License-Identifier: BSD-3-Clause
//
// Networks that lose, double and delay, and messages that no node would send.
#define BOOST_TEST_MODULE directory_hostile
#include <boost/test/unit_test.hpp>

#include <actors/archive.hpp>
#include <actors/testing.hpp>

#include "directory_stage.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;

namespace {

directory_item item(item_kind kind, std::string key = {}) {
  directory_item i;
  i.kind = kind;
  i.key = std::move(key);
  i.id = actor_of(2, 1);
  return i;
}

directory_message from_two_to_one(std::vector<directory_item> items = {}) {
  directory_message m;
  m.from = node_id{2};
  m.to = node_id{1};
  m.term = {1, node_id{1}};
  m.items = std::move(items);
  return m;
}

channel::piece piece_of(channel& c, duration now) {
  auto piece = c.take_piece(now);
  BOOST_REQUIRE(piece.has_value());
  return *piece;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_message_is_what_it_was_after_the_archive) {
  auto m = from_two_to_one({item(item_kind::claim, "a"), item(item_kind::resolve, "cart/1")});
  m.items[0].text = "account";
  m.items[0].number = 77;
  m.acknowledged = 5;
  buffer bytes;
  encode(bytes, m);
  BOOST_CHECK(decode<directory_message>(bytes.bytes()) == m);
}

BOOST_AUTO_TEST_CASE(flaws_are_found) {
  const auto flaw = [](auto change) {
    auto m = from_two_to_one({item(item_kind::claim, "a")});
    change(m);
    return flaw_of(m, node_id{1});
  };
  using f = directory_flaw;
  BOOST_CHECK(flaw([](auto&) {}) == f::none);
  BOOST_CHECK(flaw([](auto& m) { m.version = 2; }) == f::version);
  BOOST_CHECK(flaw([](auto& m) { m.from = node_id::none; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.from = node_id{1}; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.term.registrar = node_id{3}; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.term.registrar = node_id{2}; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.term.number = 0; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.first = UINT64_MAX; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.acknowledged = UINT64_MAX; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items.resize(257, m.items[0]); }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].kind = item_kind::granted; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].kind = item_kind{200}; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].code = errc{999}; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].key.clear(); }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].key.resize(5000); }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].text.resize(5000); }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].id = {}; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.items[0].number = UINT64_MAX; }) == f::malformed);
  BOOST_CHECK(flaw([](auto& m) { m.term.registrar = m.to = node_id{9}; }) == f::misaddressed);
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_counted) {
  directory_stage s{2};
  auto m = from_two_to_one();
  m.acknowledged = 1'000'000;
  s[1].receive(s.now(), m);
  m = from_two_to_one();
  m.from = node_id{9};
  s[1].receive(s.now(), m);
  m = from_two_to_one();
  m.version = 7;
  s[1].receive(s.now(), m);
  m = from_two_to_one();
  m.term.number = 0;
  s[1].receive(s.now(), m);
  m = from_two_to_one();
  m.term.registrar = m.to = node_id{9};
  s[1].receive(s.now(), m);
  m = from_two_to_one();
  m.term.number = 8;
  s[1].receive(s.now(), m);
  const auto& refused = s[1].refusals();
  BOOST_TEST(refused.misordered == 1U);
  BOOST_TEST(refused.strangers == 1U);
  BOOST_TEST(refused.version == 1U);
  BOOST_TEST(refused.malformed == 1U);
  BOOST_TEST(refused.misaddressed == 1U);
  BOOST_TEST(refused.terms == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_delivers_once_and_in_order) {
  directory_options o;
  o.window = 8;
  testing::random_source random{testing::seed_from_environment()};
  channel out{o};
  channel in{o};
  std::vector<channel::piece> wires;
  std::uint64_t pushed = 0;
  std::uint64_t taken = 0;
  for (duration now = 1s; taken < 500; now += 5ms) {
    BOOST_REQUIRE(now < 600s);
    while (pushed < 500 && out.has_room()) {
      out.push(item(item_kind::resolve, std::to_string(pushed)));
      ++pushed;
    }
    out.tick(now);
    while (auto piece = out.take_piece(now))
      for (auto copies = random.below(3); copies > 0; --copies)
        wires.push_back(*piece);
    // In any order.
    for (auto n = random.below(4); n > 0 && !wires.empty(); --n) {
      const auto at = random.below(wires.size());
      const channel::piece piece = wires[at];
      wires[at] = wires.back();
      wires.pop_back();
      for (auto i = in.first_new(piece.first, piece.items.size()); i < piece.items.size(); ++i) {
        BOOST_REQUIRE(piece.items[i].key == std::to_string(taken));
        in.taken();
        ++taken;
      }
      if (random.one_in(2))
        BOOST_REQUIRE(out.acknowledged(in.next(), now));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_sent_in_vain_is_sent_less_and_less) {
  directory_options o;
  channel c{o};
  for (int i = 0; i < 600; ++i)
    c.push(item(item_kind::resolve, "a"));
  BOOST_TEST(piece_of(c, 1s).items.size() == 256U);
  BOOST_TEST(piece_of(c, 1s).items.size() == 256U);
  BOOST_TEST(piece_of(c, 1s).items.size() == 88U);
  BOOST_TEST(!c.take_piece(1s).has_value());
  int sent = 0;
  for (duration now = 1s; now < 11s; now += 10ms) {
    c.tick(now);
    while (c.take_piece(now))
      ++sent;
  }
  BOOST_TEST(sent > 9);
  BOOST_TEST(sent < 14);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_waits_for_company) {
  directory_options o;
  channel c{o};
  (void)c.first_new(0, 1);
  c.taken();
  BOOST_TEST(!c.take_piece(1s).has_value());
  c.push(item(item_kind::resolve, "a"));
  BOOST_TEST(piece_of(c, 1s + 1ms).acknowledged == 1U);
  (void)c.first_new(1, 1);
  c.taken();
  BOOST_TEST(!c.take_piece(2s).has_value());
  BOOST_TEST(piece_of(c, 2s + 20ms).acknowledged == 2U);
}

BOOST_AUTO_TEST_CASE(random_items_break_nothing) {
  testing::random_source random{testing::seed_from_environment()};
  directory_stage s{3};
  const auto key = [&] {
    return random.one_in(4) ? std::string{} : std::to_string(random.below(4));
  };
  for (int i = 0; i < 20'000; ++i) {
    directory_message m;
    const std::uint64_t to = 1 + random.below(3);
    m.from = node_id{1 + random.below(4)};
    m.to = node_id{to};
    m.term = {static_cast<std::uint32_t>(random.below(5)), node_id{1 + random.below(3)}};
    m.first = random.below(12);
    m.acknowledged = random.below(6);
    for (auto n = random.below(4); n > 0; --n) {
      directory_item& it = m.items.emplace_back(item(item_kind(random.below(26)), key()));
      it.id = actor_of(random.below(4), static_cast<std::uint32_t>(random.below(4)));
      it.where = node_id{random.below(4)};
      it.number = random.below(8);
    }
    s[to].receive(s.now(), std::move(m));
    if (random.one_in(50))
      s.settle();
  }
  s.run(1s);
  for (std::uint64_t id = 1; id <= 3; ++id)
    BOOST_TEST(s[id].refusals().malformed > 100U);
}
