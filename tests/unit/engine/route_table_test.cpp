// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE route_table
#include <boost/test/unit_test.hpp>

#include <actors/router.hpp>
#include <map>
#include <vector>

using namespace actors;
using detail::route_table;

namespace {

actor_id id(std::uint32_t i) { return {1 << 16, i, 1}; }

void fill(route_table& table, std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i) table.add(id(i));
}

} // namespace

BOOST_AUTO_TEST_CASE(round_robin_goes_round) {
  route_table table{routing::round_robin};
  fill(table, 3);
  for (std::uint32_t i = 0; i < 9; ++i) BOOST_TEST((table.choose(0).id == id(i % 3)));
}

BOOST_AUTO_TEST_CASE(round_robin_goes_on_when_a_routee_ends) {
  route_table table{routing::round_robin};
  fill(table, 3);
  BOOST_TEST(table.remove(id(1)));
  std::map<actor_id, int> hits;
  for (int i = 0; i < 10; ++i) ++hits[table.choose(0).id];
  BOOST_TEST(hits.size() == 2U);
  BOOST_TEST((hits[id(0)] == 5 && hits[id(2)] == 5));
  BOOST_TEST(table.remove(id(0)));
  BOOST_TEST(!table.remove(id(2)));
}

BOOST_AUTO_TEST_CASE(smallest_mailbox_takes_the_one_with_least_left_to_do) {
  route_table table{routing::smallest_mailbox};
  fill(table, 3);
  std::map<actor_id, std::vector<detail::routed_count*>> under_way;
  auto send = [&] {
    const auto& chosen = table.choose(0);
    chosen.count->begin();
    under_way[chosen.id].push_back(chosen.count.get());
    return chosen.id;
  };
  for (int i = 0; i < 9; ++i) (void)send();
  for (auto& [who, messages] : under_way) BOOST_TEST(messages.size() == 3U);
  for (auto* each : std::exchange(under_way[id(1)], {})) each->end();
  for (int i = 0; i < 3; ++i) BOOST_TEST((send() == id(1)));
  // The rest may end after the router has gone.
  table = route_table{routing::round_robin};
  for (auto& [who, messages] : under_way)
    for (auto* each : messages) each->end();
}

BOOST_AUTO_TEST_CASE(the_same_key_goes_to_the_same_routee_and_all_get_a_share) {
  route_table table{routing::consistent_hash};
  fill(table, 8);
  std::map<actor_id, int> hits;
  for (std::uint64_t key = 0; key < 8000; ++key) {
    actor_id who = table.choose(key).id;
    BOOST_REQUIRE((table.choose(key).id == who));
    ++hits[who];
  }
  BOOST_TEST(hits.size() == 8U);
  for (auto& [who, n] : hits) BOOST_TEST((n > 700 && n < 1300));
}

BOOST_AUTO_TEST_CASE(when_a_routee_ends_only_its_keys_move) {
  route_table before{routing::consistent_hash};
  route_table after{routing::consistent_hash};
  fill(before, 8);
  fill(after, 8);
  after.remove(id(3));
  for (std::uint64_t key = 0; key < 4000; ++key)
    if (actor_id who = before.choose(key).id; who != id(3)) BOOST_REQUIRE((after.choose(key).id == who));
}
