// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE gossip
#include <boost/test/unit_test.hpp>

#include <set>

#include <actors/archive.hpp>
#include <actors/testing.hpp>

#include "protocol/membership/message.hpp"
#include "protocol/membership/rumours.hpp"
#include "protocol/membership/seen_set.hpp"

using actors::archive_error;
using actors::buffer;
using actors::decode;
using actors::encode;
namespace testing = actors::testing;
using namespace actors::protocol;

namespace {

member named(std::uint64_t id, member_state state = member_state::up) {
  member m;
  m.id = node_id{id};
  m.name = m.address = "n" + std::to_string(id);
  m.labels = {{"gpu", "1"}, {"region", "eu"}};
  m.state = state;
  m.up_number = state == member_state::joining ? 0 : static_cast<std::uint32_t>(id);
  return m;
}

member_table table_of(std::uint64_t count) {
  member_table table;
  for (std::uint64_t id = 1; id <= count; ++id)
    (void)table.merge(named(id));
  return table;
}

message full_message() {
  message m;
  m.kind = message_kind::sync;
  m.from = node_id{1};
  m.to = node_id{2};
  m.cluster = node_id{1};
  m.sequence = 17;
  m.digest = 99;
  m.seen = {true, false, true};
  m.members = {named(1), named(2), tombstone(node_id{3})};
  return m;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_message_survives_the_archive) {
  buffer bytes;
  encode(bytes, full_message());
  BOOST_TEST((decode<message>({bytes.data(), bytes.size()}) == full_message()));
}

BOOST_AUTO_TEST_CASE(a_ping_is_small) {
  buffer bytes;
  encode(bytes, message{});
  BOOST_TEST(bytes.size() <= 64U);
}

BOOST_AUTO_TEST_CASE(altered_bytes_are_refused_or_checked) {
  testing::random_source random{testing::seed_from_environment(1)};
  buffer good;
  encode(good, full_message());
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> bytes(good.data(), good.data() + good.size());
    for (auto n = 1 + random.below(3); n > 0; --n)
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    bytes.resize(random.one_in(4) ? random.below(bytes.size()) : bytes.size());
    try {
      const auto m = decode<message>(bytes);
      if (flaw_of(m, node_id{2}, node_id{1}) == flaw::none)
        for (const member& record : m.members)
          BOOST_REQUIRE(m.kind == message_kind::join_request || check(record).has_value());
    } catch (const archive_error&) {
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_for_this_node_is_told_apart) {
  const auto flaw_with = [](auto&& change) {
    message m = full_message();
    change(m);
    return flaw_of(m, node_id{2}, node_id{1});
  };
  BOOST_CHECK(flaw_with([](message&) {}) == flaw::none);
  BOOST_CHECK(flaw_with([](message& m) { ++m.version; }) == flaw::version);
  BOOST_CHECK(flaw_with([](message& m) { m.to = node_id{9}; }) == flaw::misaddressed);
  BOOST_CHECK(flaw_with([](message& m) { m.to = node_id::none; }) == flaw::misaddressed);
  BOOST_CHECK(flaw_with([](message& m) { m.from = node_id{2}; }) == flaw::misaddressed);
  BOOST_CHECK(flaw_with([](message& m) { m.cluster = node_id{9}; }) == flaw::other_cluster);
  BOOST_CHECK(flaw_with([](message& m) { m.from = node_id::none; }) == flaw::malformed);
  BOOST_CHECK(flaw_with([](message& m) { m.kind = static_cast<message_kind>(99); }) ==
              flaw::malformed);
  BOOST_CHECK(flaw_with([](message& m) { m.members[0].address.clear(); }) == flaw::malformed);
  BOOST_CHECK(flaw_with([](message& m) { m.kind = message_kind::join_hint; }) == flaw::malformed);
}

BOOST_AUTO_TEST_CASE(a_rumour_is_told_a_bounded_number_of_times_and_as_it_stands) {
  member_table table = table_of(4);
  rumours r;
  r.add(node_id{2}, table.size());
  (void)table.merge(named(2, member_state::leaving));
  std::size_t told = 0;
  while (!r.empty()) {
    const auto news = r.take(table, 10);
    BOOST_REQUIRE(news.size() == 1U);
    BOOST_TEST((news.front().state == member_state::leaving));
    ++told;
  }
  BOOST_TEST(told == 9U);
}

BOOST_AUTO_TEST_CASE(the_least_told_goes_first) {
  const member_table table = table_of(40);
  rumours r;
  std::set<node_id> heard;
  for (std::uint64_t id = 1; id <= 40; ++id)
    r.add(node_id{id}, table.size());
  for (int i = 0; i < 4; ++i)
    for (const member& m : r.take(table, 10))
      heard.insert(m.id);
  BOOST_TEST(heard.size() == 40U);
}

BOOST_AUTO_TEST_CASE(only_voters_must_have_seen_a_step) {
  member_table table = table_of(3);
  (void)table.merge(named(4, member_state::joining));
  seen_set seen;
  seen.reset(table, node_id{1});
  BOOST_TEST(!seen.has_voters(table));
  seen.merge({false, true, true, false});
  BOOST_TEST(seen.has_voters(table));
  BOOST_TEST(!seen.has_reachable(table));
  seen.merge({true, true});
  seen.add(table, node_id{9});
  BOOST_TEST(seen.count() == 3U);
  seen.add(table, node_id{4});
  BOOST_TEST(seen.has_reachable(table));
}
