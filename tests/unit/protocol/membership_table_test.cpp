// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE membership_table
#include <boost/test/unit_test.hpp>

#include <actors/testing.hpp>

#include "protocol/membership/member_table.hpp"

namespace testing = actors::testing;
using namespace actors::protocol;

namespace {

member some_member(testing::random_source& random, node_id id) {
  member m;
  m.id = id;
  m.state = static_cast<member_state>(random.below(5));
  if (m.state == member_state::removed)
    return tombstone(id);
  m.name = random.one_in(9) ? "liar" : "node";
  m.address = random.one_in(9) ? "elsewhere" : "here";
  m.up_number = static_cast<std::uint32_t>(random.below(3)) + (is_voter(m) ? 1 : 0);
  m.incarnation = random.below(3);
  m.live = static_cast<liveness>(random.below(4));
  return m;
}

member both(member a, const member& b) {
  merge(a, b);
  return a;
}

member named(std::uint64_t id, member_state state = member_state::up) {
  member m;
  m.id = node_id{id};
  m.name = m.address = "n" + std::to_string(id);
  m.state = state;
  m.up_number = static_cast<std::uint32_t>(id);
  return m;
}

member_table table_of(const std::vector<member>& members, std::vector<std::size_t> order) {
  member_table table;
  for (const std::size_t i : order)
    (void)table.merge(members[i]);
  return table;
}

} // namespace

BOOST_AUTO_TEST_CASE(merge_is_commutative_associative_idempotent) {
  testing::random_source random{testing::seed_from_environment(1)};
  for (int i = 0; i < 100'000; ++i) {
    const auto a = some_member(random, node_id{1});
    const auto b = some_member(random, node_id{1});
    const auto c = some_member(random, node_id{1});
    BOOST_REQUIRE(both(a, a) == a);
    BOOST_REQUIRE(both(a, b) == both(b, a));
    BOOST_REQUIRE(both(both(a, b), c) == both(a, both(b, c)));
  }
}

BOOST_AUTO_TEST_CASE(tables_converge_in_any_order_and_so_do_their_digests) {
  testing::random_source random{testing::seed_from_environment(1)};
  for (int i = 0; i < 2'000; ++i) {
    std::vector<member> news;
    for (int n = 0; n < 12; ++n)
      news.push_back(some_member(random, node_id{1 + random.below(4)}));
    std::vector<std::size_t> order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const auto first = table_of(news, order);
    for (std::size_t at = order.size(); at > 1; --at)
      std::swap(order[at - 1], order[random.below(at)]);
    order.push_back(order.front());
    const auto second = table_of(news, order);
    BOOST_REQUIRE(first.members() == second.members());
    BOOST_REQUIRE(first.digest() == second.digest());
    BOOST_REQUIRE(first.ailing() == second.ailing());
  }
}

BOOST_AUTO_TEST_CASE(a_higher_incarnation_refutes_and_a_lower_one_does_not) {
  member suspected = named(1);
  suspected.live = liveness::suspect;
  suspected.incarnation = 3;
  member alive = named(1);
  alive.incarnation = 3;
  BOOST_CHECK(both(suspected, alive).live == liveness::suspect);
  alive.incarnation = 4;
  BOOST_CHECK(both(suspected, alive).live == liveness::alive);
}

BOOST_AUTO_TEST_CASE(the_digest_tells_states_and_numbers_apart_but_not_liveness) {
  member_table a, b;
  (void)a.merge(named(1));
  (void)b.merge(named(1, member_state::leaving));
  BOOST_TEST(a.digest() != b.digest());
  (void)a.merge(named(1, member_state::leaving));
  BOOST_TEST(a.digest() == b.digest());
  member ill = named(1);
  ill.live = liveness::suspect;
  (void)a.merge(ill);
  BOOST_TEST(a.digest() == b.digest());
  BOOST_TEST(a.ailing() == 1U);
}

BOOST_AUTO_TEST_CASE(who_is_removed_never_returns) {
  member_table table;
  (void)table.merge(named(1));
  (void)table.merge(tombstone(node_id{1}));
  BOOST_TEST(table.size() == 0U);
  BOOST_TEST(table.digest() == 0U);
  BOOST_CHECK(table.merge(named(1)) == member_table::outcome::unchanged);
  BOOST_TEST(table.is_removed(node_id{1}));
}

BOOST_AUTO_TEST_CASE(a_table_is_bounded) {
  member_table table;
  for (std::uint64_t id = 1; id <= max_members; ++id)
    BOOST_REQUIRE(table.merge(named(id)) == member_table::outcome::changed);
  BOOST_CHECK(table.merge(named(max_members + 1)) == member_table::outcome::full);
  BOOST_TEST(table.size() == max_members);
  for (std::uint64_t id = 1; id <= max_tombstones + 10; ++id)
    (void)table.merge(tombstone(node_id{1'000'000 + id}));
  BOOST_TEST(table.tombstones(100'000).size() == max_tombstones);
  BOOST_TEST(!table.is_removed(node_id{1'000'001}));
  BOOST_TEST(table.is_removed(node_id{1'000'000 + max_tombstones}));
}

BOOST_AUTO_TEST_CASE(records_that_no_node_would_write_are_refused) {
  const auto refused = [](auto&& change) {
    member m = named(1);
    change(m);
    return !check(m).has_value();
  };
  BOOST_TEST(!refused([](member&) {}));
  BOOST_TEST(refused([](member& m) { m.id = node_id::none; }));
  BOOST_TEST(refused([](member& m) { m.id = node_id{max_node_number + 1}; }));
  BOOST_TEST(refused([](member& m) { m.address.clear(); }));
  BOOST_TEST(refused([](member& m) { m.address.assign(max_address_bytes + 1, 'a'); }));
  BOOST_TEST(refused([](member& m) { m.name.assign(max_name_bytes + 1, 'a'); }));
  BOOST_TEST(refused([](member& m) { m.labels["key"].assign(max_label_bytes, 'a'); }));
  BOOST_TEST(refused([](member& m) { m.state = static_cast<member_state>(9); }));
  BOOST_TEST(refused([](member& m) { m.live = static_cast<liveness>(9); }));
  BOOST_TEST(refused([](member& m) { m.up_number = 0; }));
  BOOST_TEST(refused([](member& m) { m.incarnation = max_incarnation + 1; }));
  BOOST_TEST(refused([](member& m) { m.state = member_state::removed; }));
  BOOST_TEST(refused([](member& m) {
    for (std::size_t i = 0; i <= max_labels; ++i)
      m.labels[std::to_string(i)] = "x";
  }));
}
