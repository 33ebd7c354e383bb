// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE route_table
#include <boost/test/unit_test.hpp>

#include <actors/router.hpp>
#include <map>

using namespace actors;
using detail::route_table;

namespace {

using counter = std::shared_ptr<std::atomic<std::uint64_t>>;

actor_id id(std::uint32_t i) { return {1 << 16, i, 1}; }

std::vector<counter> fill(route_table& table, std::uint32_t n) {
  std::vector<counter> done;
  for (std::uint32_t i = 0; i < n; ++i) {
    done.push_back(std::make_shared<std::atomic<std::uint64_t>>(0));
    table.add(id(i), done.back());
  }
  return done;
}

} // namespace

BOOST_AUTO_TEST_CASE(round_robin_goes_round) {
  route_table table{routing::round_robin};
  fill(table, 3);
  for (std::uint32_t i = 0; i < 9; ++i) BOOST_TEST((table.choose(0) == id(i % 3)));
}

BOOST_AUTO_TEST_CASE(round_robin_goes_on_when_a_routee_ends) {
  route_table table{routing::round_robin};
  fill(table, 3);
  BOOST_TEST(table.remove(id(1)));
  std::map<actor_id, int> hits;
  for (int i = 0; i < 10; ++i) ++hits[table.choose(0)];
  BOOST_TEST(hits.size() == 2U);
  BOOST_TEST((hits[id(0)] == 5 && hits[id(2)] == 5));
  BOOST_TEST(table.remove(id(0)));
  BOOST_TEST(!table.remove(id(2)));
}

BOOST_AUTO_TEST_CASE(smallest_mailbox_takes_the_one_with_least_left_to_do) {
  route_table table{routing::smallest_mailbox};
  auto done = fill(table, 3);
  for (int i = 0; i < 9; ++i) (void)table.choose(0);
  done[1]->store(3);
  for (int i = 0; i < 3; ++i) BOOST_TEST((table.choose(0) == id(1)));
}

BOOST_AUTO_TEST_CASE(the_same_key_goes_to_the_same_routee_and_all_get_a_share) {
  route_table table{routing::consistent_hash};
  fill(table, 8);
  std::map<actor_id, int> hits;
  for (std::uint64_t key = 0; key < 8000; ++key) {
    actor_id who = table.choose(key);
    BOOST_REQUIRE((table.choose(key) == who));
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
    if (actor_id who = before.choose(key); who != id(3)) BOOST_REQUIRE((after.choose(key) == who));
}
