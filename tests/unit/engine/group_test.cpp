// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE group
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

namespace {

struct energy {};
struct meet {
  int rounds;
};
struct name_yourself {};
struct broken {};

class cell_actor : public open_actor<cell_actor> {
public:
  using handles = messages<number, energy, meet, name_yourself, broken>;
  cell_actor(member<cell_actor> me, std::vector<std::vector<int>>* seen) : me_{std::move(me)}, seen_{seen} {}

  void on(number n) { (*seen_)[me_.index()].push_back(n.value); }
  double on(energy) { return static_cast<double>(me_.index()) + 1; }
  std::string on(name_yourself) { return std::to_string(me_.position().row) + std::to_string(me_.position().column); }
  int on(broken) {
    if (me_.index() == 2) throw std::runtime_error{"member 2"};
    return 1;
  }
  task<expected<int>> on(meet m) {
    int sum = 0;
    for (int round = 0; round < m.rounds; ++round) {
      // Members come at different times.
      co_await sleep(std::chrono::milliseconds{static_cast<int>(me_.index() * 7 % 5)});
      if (auto met = co_await me_.barrier(); !met) co_return met.error();
      auto total = co_await me_.all_reduce(static_cast<int>(me_.index()) + round, std::plus<>{});
      if (!total) co_return total.error();
      sum += *total;
    }
    co_return sum;
  }

private:
  member<cell_actor> me_;
  std::vector<std::vector<int>>* seen_;
};

struct fixture {
  testing::node node;
  std::vector<std::vector<int>> seen;
  group<cell_actor> cells;
  fixture(std::uint32_t shards, grid shape, layout how, std::uint64_t seed = 1)
      : node{plain(shards, seed)}, seen(shape.size()) {
    cells = node.spawn_group<cell_actor>(shape, how, &seen);
    node.run_until_idle();
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(members_lie_where_the_layout_says) {
  fixture spread_out{3, {3, 2}, spread};
  fixture dealt_out{3, {3, 2}, dealt};
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(spread_out.cells[i].id().shard() == i / 2);
    BOOST_TEST(dealt_out.cells[i].id().shard() == i % 3);
  }
  BOOST_TEST((spread_out.cells[cell{2, 1}] == spread_out.cells[5]));
}

BOOST_AUTO_TEST_CASE(a_multicast_keeps_its_place_among_what_the_sender_tells_one_by_one) {
  for (std::uint32_t shards = 1; shards <= 4; ++shards)
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
      fixture f{shards, {7, 1}, spread};
      journal log;
      auto sender = f.node.spawn<puppet>(&log);
      perform<puppet>(f.node, sender, [&](puppet& self) {
        for (int i = 0; i < 30; i += 2) {
          for (std::size_t k = 0; k < 7; ++k) self.tell(f.cells[k], number{i});
          f.cells.multicast(number{i + 1});
        }
      });
      for (auto& values : f.seen) {
        BOOST_REQUIRE(values.size() == 30U);
        for (int i = 0; i < 30; ++i) BOOST_TEST(values[static_cast<std::size_t>(i)] == i);
      }
    }
}

BOOST_AUTO_TEST_CASE(a_multicast_from_outside_reaches_everyone) {
  fixture f{3, {10, 1}, dealt};
  f.cells.multicast(number{1});
  f.cells.multicast(number{2});
  f.node.run_until_idle();
  for (auto& values : f.seen) BOOST_TEST(values == (std::vector<int>{1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(reduce_folds_all_replies_in_order) {
  for (std::uint32_t shards = 1; shards <= 4; ++shards)
    for (std::size_t size : {1U, 2U, 3U, 9U}) {
      fixture f{shards, {size, 1}, spread};
      auto n = static_cast<double>(size);
      BOOST_TEST(f.node.ask(f.cells.reduce(energy{}, std::plus<>{}), 1s).result().value() == n * (n + 1) / 2);
      std::string expected;
      for (std::size_t i = 0; i < size; ++i) expected += std::to_string(i) + "0";
      BOOST_TEST(f.node.ask(f.cells.reduce(name_yourself{}, std::plus<>{}), 1s).result().value() == expected);
      f.node.run_until_idle();
      BOOST_TEST(f.node.counters().live_actors >= size);
    }
}

BOOST_AUTO_TEST_CASE(reduce_fails_with_the_failure_of_a_member) {
  fixture f{2, {4, 1}, spread};
  auto r = f.node.ask(f.cells.reduce(broken{}, std::plus<>{}), 1s).result();
  BOOST_REQUIRE(!r.has_value());
  BOOST_TEST((r.error().code == errc::actor_failed));
  BOOST_TEST(r.error().what == "member 2");
}

BOOST_AUTO_TEST_CASE(reducing_an_empty_group_fails_at_once) {
  fixture f{2, {0, 1}, spread};
  auto r = f.node.ask(f.cells.reduce(energy{}, std::plus<>{}), 1h).result();
  BOOST_TEST((r.error().code == errc::invalid_argument));
  BOOST_TEST(f.node.now() < 1s);
  f.cells.multicast(number{1});
}

BOOST_AUTO_TEST_CASE(barriers_and_all_reduce_agree_on_one_to_four_shards) {
  for (std::uint32_t shards = 1; shards <= 4; ++shards)
    for (std::size_t size : {1U, 2U, 5U, 12U})
      for (auto how : {spread, dealt}) {
        fixture f{shards, {size, 1}, how};
        constexpr int rounds = 4;
        std::vector<future<int>> open;
        for (std::size_t i = 0; i < size; ++i) open.push_back(f.node.ask(f.cells[i], meet{rounds}, 1min));
        int expected = 0;
        for (int round = 0; round < rounds; ++round)
          for (std::size_t i = 0; i < size; ++i) expected += static_cast<int>(i) + round;
        for (auto& o : open) {
          auto r = o.result();
          BOOST_REQUIRE_MESSAGE(r.has_value(), "shards " << shards << " size " << size);
          BOOST_TEST(*r == expected);
        }
      }
}

BOOST_AUTO_TEST_CASE(a_barrier_without_one_member_times_out) {
  fixture f{2, {3, 1}, spread};
  std::vector<future<int>> open;
  for (std::size_t i = 0; i < 2; ++i) open.push_back(f.node.ask(f.cells[i], meet{1}, 1min));
  for (auto& o : open) BOOST_TEST((o.result().error().code == errc::timeout));
}

BOOST_AUTO_TEST_CASE(a_group_that_is_stopped_leaves_nobody_behind) {
  for (std::uint32_t shards = 1; shards <= 4; ++shards)
    for (std::size_t size : {0U, 1U, 2U, 9U}) {
      fixture f{shards, {size, 1}, dealt};
      f.cells.stop();
      f.cells.stop();
      f.node.run_until_idle();
      BOOST_TEST(f.node.counters().live_actors == 0U);
      BOOST_TEST(f.node.counters().dead_letters == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_group_is_stopped_where_members_have_ended_already) {
  fixture f{3, {6, 1}, dealt};
  for (std::size_t i = 0; i < 5; ++i) f.node.kill(f.cells[i]);
  f.node.run_until_idle();
  f.cells.stop();
  f.node.run_until_idle();
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_group_was_told_before_its_stop_is_handled_barriers_included) {
  for (std::uint32_t shards = 1; shards <= 4; ++shards)
    for (std::uint64_t seed = 1; seed < 20; ++seed) {
      fixture f{shards, {7, 1}, spread, seed};
      journal log;
      auto sender = f.node.spawn<puppet>(&log);
      int met = 0;
      perform<puppet>(f.node, sender, [&](puppet& self) {
        for (std::size_t k = 0; k < 7; ++k)
          self.ask(f.cells[k], meet{3}, 1min).then([&](expected<int> r) { met += r.has_value(); });
        f.cells.multicast(number{1});
        f.cells.stop();
      });
      f.node.run_for(1s);
      BOOST_TEST(met == 7);
      for (auto& values : f.seen) BOOST_TEST(values == std::vector<int>{1}, boost::test_tools::per_element());
      BOOST_TEST(f.node.counters().live_actors == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_multicast_to_a_stopped_group_becomes_dead_letters) {
  fixture f{3, {7, 1}, spread};
  f.cells.stop();
  f.cells.multicast(number{1});
  f.node.run_until_idle();
  f.cells.multicast(number{2});
  f.node.run_until_idle();
  for (auto& values : f.seen) BOOST_TEST(values.empty());
  BOOST_TEST(f.node.dead_letter_count(errc::actor_stopped) == 14U);
}

BOOST_AUTO_TEST_CASE(reducing_a_stopped_group_fails_and_says_why) {
  fixture f{2, {4, 1}, spread};
  f.cells.stop();
  for (int again = 0; again < 2; ++again) {
    auto r = f.node.ask(f.cells.reduce(energy{}, std::plus<>{}), 1h).result();
    BOOST_REQUIRE(!r.has_value());
    BOOST_TEST((r.error().code == errc::actor_stopped));
    BOOST_TEST(r.error().what == "the group has been stopped");
    f.node.run_until_idle();
  }
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_multicasts_minds_the_bound_of_a_mailbox_as_single_messages_do) {
  auto flood = [](const std::function<void(puppet&, const group<cell_actor>&, number)>& send) {
    auto options = plain(2);
    options.mailbox = {10, overflow_policy::refuse};
    testing::node node{options};
    std::vector<std::vector<int>> seen(3);
    auto cells = node.spawn_group<cell_actor>(3, dealt, &seen);
    journal log;
    auto sender = node.spawn<puppet>(on_shard(0), &log);
    node.run_until_idle();
    // So many turns of one shard before the other has one that its inbox is sorted into mailboxes.
    for (int i = 0; i < 100; ++i) {
      sender.tell(act<puppet>{[&, i](puppet& self) { send(self, cells, number{i}); }});
      node.engine().shard_at(0)->run(0, 1000);
    }
    node.run_until_idle();
    BOOST_TEST(seen[1].size() == 10U);
    BOOST_REQUIRE(node.dead_letter_count(errc::overloaded) == 90U);
    const dead_letter last = node.dead_letters().back();
    BOOST_TEST((last.target == cells[1].id() && last.sender == sender.id()));
    return seen;
  };
  auto told = flood([](puppet& self, const group<cell_actor>& cells, number n) {
    for (std::size_t i = 0; i < 3; ++i) self.tell(cells[i], n);
  });
  auto multicast = flood([](puppet&, const group<cell_actor>& cells, number n) { cells.multicast(n); });
  BOOST_TEST((told == multicast));
}
