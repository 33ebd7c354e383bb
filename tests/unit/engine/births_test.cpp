// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE births
#include <boost/test/unit_test.hpp>

#include "support.hpp"
#include <unordered_set>

using namespace actors;
using namespace actors::test;

namespace {

struct tiny : open_actor<tiny> {
  using handles = messages<act<tiny>>;
  void on(act<tiny> a) { a.body(*this); }
};

} // namespace

BOOST_AUTO_TEST_CASE(slots_are_used_again_and_ids_are_not) {
  testing::node node{plain()};
  std::unordered_set<actor_id> ids;
  std::uint32_t highest = 0;
  for (int i = 0; i < 10'000; ++i) {
    auto a = node.spawn<tiny>();
    BOOST_REQUIRE(ids.insert(a.id()).second);
    highest = std::max(highest, a.id().slot);
    node.kill(a);
    node.run_until_idle();
  }
  BOOST_TEST(node.counters().live_actors == 0U);
  BOOST_TEST(highest < 1000U);
}

BOOST_AUTO_TEST_CASE(a_million_lives_from_outside_in_batches_do_not_take_new_slots) {
  testing::node node{plain()};
  std::uint32_t highest = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<ref<tiny>> batch;
    for (int i = 0; i < 5'000; ++i) {
      batch.push_back(node.spawn<tiny>());
      highest = std::max(highest, batch.back().id().slot);
    }
    for (auto& a : batch) node.stop(a);
    node.run_until_idle();
  }
  BOOST_TEST(node.counters().live_actors == 0U);
  BOOST_TEST(highest < 12'000U);
}

BOOST_AUTO_TEST_CASE(lives_made_from_another_shard_do_not_take_new_slots) {
  testing::node node{plain(2)};
  journal log;
  auto parent = node.spawn<puppet>(on_shard(0), &log);
  std::uint32_t highest = 0;
  for (int round = 0; round < 100; ++round)
    perform<puppet>(node, parent, [&](puppet& self) {
      for (int i = 0; i < 1'000; ++i) {
        auto a = self.spawn<tiny>(on_shard(1));
        highest = std::max(highest, a.id().slot);
        self.kill(a);
      }
    });
  BOOST_TEST(node.counters().live_actors == 1U);
  BOOST_TEST(highest < 3'000U);
}

BOOST_AUTO_TEST_CASE(slots_freed_by_outsiders_serve_the_shard_itself_and_the_other_way_round) {
  testing::node node{plain()};
  journal log;
  auto parent = node.spawn<puppet>(&log);
  std::uint32_t highest = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<ref<tiny>> batch;
    for (int i = 0; i < 1'000; ++i) batch.push_back(node.spawn<tiny>());
    for (auto& a : batch) node.kill(a);
    node.run_until_idle();
    perform<puppet>(node, parent, [&](puppet& self) {
      for (int i = 0; i < 1'000; ++i) batch[static_cast<std::size_t>(i)] = self.spawn<tiny>();
      for (auto& a : batch) self.kill(a);
    });
    for (auto& a : batch) highest = std::max(highest, a.id().slot);
  }
  BOOST_TEST(node.counters().live_actors == 1U);
  BOOST_TEST(highest < 5'000U);
}

BOOST_AUTO_TEST_CASE(an_old_reference_never_reaches_a_newer_actor) {
  testing::node node{plain()};
  auto old = node.spawn<tiny>();
  node.kill(old);
  node.run_until_idle();
  for (int i = 0; i < 1000; ++i) node.spawn<tiny>();
  node.run_until_idle();
  old.tell(act<tiny>{[](tiny&) { BOOST_ERROR("the wrong actor"); }});
  node.run_until_idle();
  BOOST_TEST(node.dead_letter_count(errc::no_such_actor) == 1U);
}

BOOST_AUTO_TEST_CASE(messages_that_come_before_the_birth_wait_for_it) {
  testing::node node{plain()};
  journal log;
  actor_id id = node.engine().shard_at(0)->reserve();
  ref<puppet> early{id};
  early.tell(note{"one"});
  early.tell(note{"two"});
  auto asked = node.ask(early, question{4});
  node.run_until_idle();
  BOOST_TEST(log.empty());
  node.engine().post_call(id, detail::creation<puppet>({}, detail::birth{}, &log, std::string{"late"}));
  early.tell(note{"three"});
  node.run_until_idle();
  BOOST_TEST(log == (journal{"late: one", "late: two", "late: three"}), boost::test_tools::per_element());
  BOOST_TEST(asked.result().value() == 8);
  BOOST_TEST(node.counters().live_actors == 1U);
}
