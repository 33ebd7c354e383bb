// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE balance
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <vector>

#include <actors/actors.hpp>

#include "orderly_node.hpp"

using namespace std::chrono_literals;

namespace {

struct work {
  std::uint64_t left;
};
struct sum {};

/// Sends itself numbers and checks that they come back in order.
class counter : public actors::actor<counter> {
public:
  using handles = actors::messages<work, sum>;

  void on(work w) {
    if (w.left != next_) ++wrong_;
    for (int i = 0; i < 2000; ++i) spin_ = spin_ + i;
    if (w.left == 0) return;
    next_ = w.left - 1;
    tell(self(), work{next_});
  }
  std::uint64_t on(sum) const { return next_ + wrong_ * 1'000'000; }

private:
  std::uint64_t next_ = rounds;
  std::uint64_t wrong_ = 0;
  volatile std::uint64_t spin_ = 0;

public:
  static constexpr std::uint64_t rounds = 3000;
};

} // namespace

BOOST_AUTO_TEST_CASE(an_idle_shard_takes_actors_from_a_busy_one_and_no_message_is_lost) {
  orderly_node node{{.shards = 2, .workers = 2, .level = actors::log_level::error}};
  std::vector<actors::ref<counter>> all;
  for (int i = 0; i < 100; ++i) all.push_back(node.spawn<counter>(actors::on_shard(0)));
  for (auto& each : all) each.tell(work{counter::rounds});
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  for (auto& each : all)
    while (node.ask(each, sum{}, 30s).value() != 0) BOOST_REQUIRE(std::chrono::steady_clock::now() < deadline);
  BOOST_TEST(node.counters().moves > 0);
  std::uint64_t handled = 0;
  for (auto& each : all) {
    auto counted = node.counters(each);
    BOOST_REQUIRE(counted.has_value());
    BOOST_TEST(counted->handled > counter::rounds);
    handled += counted->handled;
  }
  BOOST_TEST(handled > all.size() * counter::rounds);
}
