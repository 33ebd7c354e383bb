// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE topics
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

const topic<note> news{"news"};
const topic<note> sports{"sports"};
const topic<number> numbers{"news"};

} // namespace

BOOST_AUTO_TEST_CASE(every_subscriber_gets_a_copy_and_others_none) {
  testing::node node{plain(2)};
  journal log;
  auto a = node.spawn<puppet>(on_shard(0), &log, "a");
  auto b = node.spawn<puppet>(on_shard(1), &log, "b");
  auto c = node.spawn<puppet>(on_shard(1), &log, "c");
  perform<puppet>(node, a, [](puppet& self) {
    self.subscribe(news);
    self.subscribe(news);
  });
  perform<puppet>(node, b, [](puppet& self) {
    self.subscribe(news);
    self.subscribe(numbers);
  });
  perform<puppet>(node, c, [](puppet& self) { self.subscribe(sports); });
  node.publish(news, note{"rain"});
  node.run_until_idle();
  std::sort(log.begin(), log.end());
  BOOST_TEST(log == (journal{"a: rain", "b: rain"}), boost::test_tools::per_element());
  log.clear();
  perform<puppet>(node, c, [](puppet& self) {
    self.publish(numbers, number{5});
    self.publish(sports, note{"goal"});
  });
  std::sort(log.begin(), log.end());
  BOOST_TEST(log == (journal{"b: 5", "c: goal"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_unsubscribes_or_ends_gets_nothing_more) {
  testing::node node{plain(2)};
  journal log;
  auto a = node.spawn<puppet>(on_shard(0), &log, "a");
  auto b = node.spawn<puppet>(on_shard(1), &log, "b");
  for (auto& who : {a, b}) perform<puppet>(node, who, [](puppet& self) { self.subscribe(news); });
  perform<puppet>(node, a, [](puppet& self) { self.unsubscribe(news); });
  node.kill(b);
  node.run_until_idle();
  node.publish(news, note{"rain"});
  node.run_until_idle();
  BOOST_TEST(log.empty());
  BOOST_TEST(node.counters().dead_letters == 0U);
}

BOOST_AUTO_TEST_CASE(what_one_publishes_arrives_in_order) {
  testing::node node{plain(2)};
  journal log;
  auto a = node.spawn<puppet>(on_shard(0), &log, "a");
  auto b = node.spawn<puppet>(on_shard(1), &log, "b");
  perform<puppet>(node, a, [](puppet& self) { self.subscribe(numbers); });
  perform<puppet>(node, b, [&](puppet& self) {
    for (int i = 0; i < 100; ++i) {
      self.publish(numbers, number{2 * i});
      self.tell(a, number{2 * i + 1});
    }
  });
  BOOST_REQUIRE(log.size() == 200U);
  for (int i = 0; i < 200; ++i) BOOST_TEST(log[static_cast<std::size_t>(i)] == "a: " + std::to_string(i));
}
