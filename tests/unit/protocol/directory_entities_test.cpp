// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE directory_entities
#include <boost/test/unit_test.hpp>

#include "directory_stage.hpp"
#include "protocol/directory/rendezvous.hpp"

using namespace actors;
using namespace actors::protocol;
using namespace actors::protocol::test;

namespace {

struct activation {
  std::uint64_t node = 0;
  activate_entity what;
};

/// The only activation that was ordered, on whichever of the nodes.
activation only_activation(directory_stage& s, std::initializer_list<std::uint64_t> nodes) {
  std::vector<activation> all;
  for (const std::uint64_t node : nodes)
    for (const auto& what : s.take<activate_entity>(node))
      all.push_back({node, what});
  BOOST_REQUIRE(all.size() == 1U);
  return all.front();
}

void activate(directory_stage& s, const activation& a, std::uint32_t slot) {
  s[a.node].activated(s.now(), a.what.key, a.what.ticket, actor_of(a.node, slot));
  s.settle();
}

/// Resolves a key and starts it where that is ordered.
actor_id start(directory_stage& s, std::uint64_t node, const char* key,
               std::initializer_list<std::uint64_t> nodes) {
  (void)s[node].resolve(s.now(), key);
  s.settle();
  activate(s, only_activation(s, nodes), 9);
  const auto found = s.take<entity_at>(node);
  BOOST_REQUIRE(found.size() == 1U);
  return found.front().id;
}

/// A key that lives on that node of 1 to 3.
std::string key_on(std::uint64_t node) {
  for (int i = 0;; ++i) {
    const std::string key = "cart/" + std::to_string(i);
    const auto weight = [&](std::uint64_t n) {
      return rendezvous_weight(hash_of_key(key), node_id{n});
    };
    const std::uint64_t most = std::max({weight(1), weight(2), weight(3)});
    if (weight(node) == most)
      return key;
  }
}

} // namespace

BOOST_AUTO_TEST_CASE(all_that_ask_meet_the_same_instance) {
  directory_stage s{3};
  for (std::uint64_t node = 1; node <= 3; ++node)
    (void)s[node].resolve(s.now(), "cart/1");
  (void)s[2].resolve(s.now(), "cart/1");
  s.settle();
  const activation a = only_activation(s, {1, 2, 3});
  activate(s, a, 9);
  for (std::uint64_t node = 1; node <= 3; ++node) {
    const auto found = s.take<entity_at>(node);
    BOOST_REQUIRE(found.size() == (node == 2 ? 2U : 1U));
    BOOST_CHECK(found.front().id == actor_of(a.node, 9));
  }
  (void)s[1].resolve(s.now(), "cart/1");
  BOOST_CHECK(std::get<entity_at>(s[1].take_orders().front()).id == actor_of(a.node, 9));
}

BOOST_AUTO_TEST_CASE(those_that_know_it_are_told_when_it_ends) {
  directory_stage s{3};
  const std::string key = key_on(2);
  const actor_id first = start(s, 3, key.c_str(), {1, 2, 3});
  s[2].passivated(s.now(), first);
  s.settle();
  BOOST_TEST(s.take<entity_gone>(3).size() == 1U);
  BOOST_TEST(s.take<entity_gone>(1).empty());
  BOOST_CHECK(start(s, 1, key.c_str(), {1, 2, 3}) == actor_of(2, 9));
}

BOOST_AUTO_TEST_CASE(a_failure_to_start_is_the_answer_and_the_next_asks_anew) {
  directory_stage s{2};
  (void)s[1].resolve(s.now(), "cart/1");
  (void)s[2].resolve(s.now(), "cart/1");
  s.settle();
  const activation a = only_activation(s, {1, 2});
  s[a.node].activation_failed(s.now(), a.what.key, a.what.ticket,
                              {errc::actor_failed, {}, "no cart", {}});
  s.settle();
  for (std::uint64_t node = 1; node <= 2; ++node) {
    const auto failed = s.take<request_failed>(node);
    BOOST_REQUIRE(failed.size() == 1U);
    BOOST_CHECK(failed.front().why.code == errc::actor_failed);
    BOOST_TEST(failed.front().why.what == "no cart");
  }
  (void)start(s, 1, "cart/1", {1, 2});
}

BOOST_AUTO_TEST_CASE(when_its_node_is_removed_it_is_gone_and_not_before) {
  directory_stage s{3};
  const std::string key = key_on(3);
  (void)start(s, 2, key.c_str(), {1, 2, 3});
  s.crash(3);
  for (const std::uint64_t node : {1, 2})
    for (const member_event what : {member_event::unreachable, member_event::down})
      s.see(node, 3, what);
  s.settle();
  BOOST_TEST(s.take<entity_gone>(2).empty());
  s.see(1, 3, member_event::removed);
  s.see(2, 3, member_event::removed);
  s.settle();
  BOOST_TEST(s.take<entity_gone>(2).size() == 1U);
  BOOST_TEST((start(s, 2, key.c_str(), {1, 2}).node() < 3U));
}

BOOST_AUTO_TEST_CASE(an_activation_on_a_node_that_is_removed_happens_elsewhere) {
  directory_stage s{3};
  const std::string key = key_on(3);
  (void)s[2].resolve(s.now(), key);
  s.settle();
  BOOST_TEST(only_activation(s, {1, 2, 3}).node == 3U);
  s.crash(3);
  s.remove(3);
  s.settle();
  activate(s, only_activation(s, {1, 2}), 9);
  BOOST_TEST(s.take<entity_at>(2).size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_new_comes_to_nodes_that_leave_or_do_not_answer) {
  directory_stage s{3};
  const std::string key = key_on(3);
  s.see(1, 3, member_event::unreachable);
  BOOST_TEST((start(s, 1, key.c_str(), {1, 2, 3}).node() < 3U));
  s.see(1, 3, member_event::reachable);
  s.see(1, 2, member_event::leaving);
  BOOST_TEST(start(s, 1, (key_on(2)).c_str(), {1, 2, 3}).node() != 2U);
}

BOOST_AUTO_TEST_CASE(a_node_that_has_begun_to_leave_declines) {
  directory_stage s{3};
  s.see(3, 3, member_event::leaving);
  BOOST_TEST((start(s, 1, key_on(3).c_str(), {1, 2, 3}).node() < 3U));
}

BOOST_AUTO_TEST_CASE(entities_of_those_that_remain_keep_their_place) {
  const auto place = [](const std::string& key, std::initializer_list<std::uint64_t> nodes) {
    std::uint64_t best = 0;
    for (const std::uint64_t n : nodes)
      if (best == 0 || rendezvous_weight(hash_of_key(key), node_id{n}) >
                           rendezvous_weight(hash_of_key(key), node_id{best}))
        best = n;
    return best;
  };
  std::map<std::uint64_t, int> count;
  for (int i = 0; i < 8000; ++i) {
    const std::string key = "order/" + std::to_string(i);
    const std::uint64_t before = place(key, {1, 2, 3, 4});
    ++count[before];
    if (before != 3)
      BOOST_REQUIRE(place(key, {1, 2, 4}) == before);
  }
  for (const auto& [node, keys] : count)
    BOOST_TEST((keys > 1800 && keys < 2200), "node " << node << " has " << keys);
}

BOOST_AUTO_TEST_CASE(a_node_forgets_the_oldest_of_too_many) {
  directory_options o;
  o.max_known = 1;
  directory_stage s{2, o};
  std::vector<std::string> keys;
  for (int i = 0; keys.size() < 2; ++i)
    if (const std::string key = "cart/" + std::to_string(i);
        rendezvous_weight(hash_of_key(key), node_id{1}) >
        rendezvous_weight(hash_of_key(key), node_id{2}))
      keys.push_back(key);
  (void)start(s, 2, keys[0].c_str(), {1, 2});
  BOOST_TEST(s.take<entity_gone>(2).empty());
  (void)s[2].resolve(s.now(), keys[1]);
  s.settle();
  activate(s, only_activation(s, {1, 2}), 10);
  const auto gone = s.take<entity_gone>(2);
  BOOST_REQUIRE(gone.size() == 1U);
  BOOST_TEST(gone.front().key == keys[0]);
  BOOST_TEST(s[2].desk().known().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_found_dead_is_asked_anew) {
  directory_stage s{3};
  const std::string key = key_on(2);
  const actor_id id = start(s, 3, key.c_str(), {1, 2, 3});
  s[3].forget(key, id);
  (void)s[3].resolve(s.now(), key);
  BOOST_TEST(s[3].desk().open().size() == 1U);
  s.settle();
  BOOST_TEST(s.take<entity_at>(3).size() == 1U);
}
