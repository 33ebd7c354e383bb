// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE cluster_scenarios
#include <boost/test/unit_test.hpp>

#include <actors/actors.hpp>
#include <actors/testing_cluster.hpp>

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct deposit {
  std::int64_t amount = 0;
};
struct withdraw {
  std::uint64_t id = 0;
  std::int64_t amount = 0;
};
struct balance {};
struct transfer {
  std::uint64_t id = 0;
  std::int64_t amount = 0;
};
struct observe {
  any_ref who;
};
struct seen {};

class account : public actor<account> {
public:
  using handles = messages<deposit, withdraw, balance>;
  explicit account(std::int64_t total) : total_{total} {}
  void on(deposit m) { total_ += m.amount; }
  /// Once for each id, however often it is asked for.
  bool on(withdraw m) {
    if (std::exchange(last_, m.id) != m.id) total_ -= m.amount;
    return true;
  }
  std::int64_t on(balance) { return total_; }

private:
  std::int64_t total_;
  std::uint64_t last_ = 0;
};

class teller : public actor<teller> {
public:
  using handles = messages<transfer>;
  teller(ref<account> from, ref<account> to) : from_{from}, to_{to} {}
  task<bool> on(transfer t) {
    for (;;) {
      const auto taken = co_await ask(from_, withdraw{t.id, t.amount}, 50ms);
      if (taken) break;
      co_await sleep(50ms);
    }
    tell(to_, deposit{t.amount});
    co_return true;
  }

private:
  ref<account> from_, to_;
};

struct load {
  std::vector<std::uint8_t> bytes;
};
struct send_loads {
  std::uint32_t count = 0;
};

class depot : public actor<depot> {
public:
  using handles = messages<load, seen>;
  void on(const load&) { ++loads_; }
  int on(seen) { return loads_; }

private:
  int loads_ = 0;
};

class shipper : public actor<shipper> {
public:
  using handles = messages<send_loads>;
  explicit shipper(ref<depot> to) : to_{to} {}
  void on(send_loads what) {
    for (std::uint32_t n = 0; n < what.count; ++n) tell(to_, load{std::vector<std::uint8_t>(2 << 20, 1)});
  }

private:
  ref<depot> to_;
};

class observer : public actor<observer> {
public:
  using handles = messages<observe, down, seen>;
  void on(observe o) { watch(o.who); }
  void on(const down&) { ++downs_; }
  int on(seen) { return downs_; }

private:
  int downs_ = 0;
};

testing::cluster_options of_seed(std::size_t nodes = 3) {
  return {.nodes = nodes, .seed = testing::seed_from_environment()};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_transfer_survives_a_partition) {
  testing::cluster sim{of_seed()};
  auto from = sim[0].spawn<account>(100), to = sim[1].spawn<account>(0);
  auto desk = sim[2].spawn<teller>(from, to);
  sim.partition({0}, {1, 2}).heal_after(1s);
  auto got = sim.ask(desk, transfer{.id = 1, .amount = 40});
  sim.run_for(10s);
  BOOST_TEST(got.value());
  BOOST_TEST(sim.ask(from, balance{}) + sim.ask(to, balance{}) == 100);
}

BOOST_AUTO_TEST_CASE(the_smaller_side_of_a_partition_stops_and_the_other_goes_on) {
  testing::cluster sim{of_seed()};
  auto a = sim[0].spawn<account>(1), b = sim[1].spawn<account>(2);
  sim.partition({0}, {1, 2});
  sim.run_for(8s);
  BOOST_TEST(sim.is_expelled(0));
  BOOST_TEST(sim.is_member(1));
  BOOST_TEST(sim.is_member(2));
  BOOST_TEST(sim.ask(b, balance{}).value() == 2);
  BOOST_TEST(!sim.ask(a, balance{}, 1s).has_value());
}

BOOST_AUTO_TEST_CASE(static_quorum_stops_both_sides_that_lack_it) {
  auto o = of_seed(4);
  o.downing = testing::downing_strategy::static_quorum;
  o.quorum = 3;
  testing::cluster sim{o};
  sim.partition({0, 1}, {2, 3});
  sim.run_for(8s);
  for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(sim.is_expelled(i));
}

BOOST_AUTO_TEST_CASE(keep_oldest_stops_the_side_without_the_oldest) {
  auto o = of_seed(4);
  o.downing = testing::downing_strategy::keep_oldest;
  testing::cluster sim{o};
  std::size_t oldest = 0;
  while (sim.id_of(oldest) != sim.founder_of(0)) ++oldest;
  const std::size_t friend_of_it = (oldest + 1) % 4, x = (oldest + 2) % 4, y = (oldest + 3) % 4;
  sim.partition({oldest, friend_of_it}, {x, y});
  sim.run_for(8s);
  BOOST_TEST(sim.is_member(oldest));
  BOOST_TEST(sim.is_member(friend_of_it));
  BOOST_TEST(sim.is_expelled(x));
  BOOST_TEST(sim.is_expelled(y));
}

BOOST_AUTO_TEST_CASE(the_loss_of_a_node_is_told_once_and_soon) {
  for (const bool is_silent : {false, true}) {
    testing::cluster sim{of_seed()};
    auto watched = sim[1].spawn<account>(0);
    auto watcher = sim[0].spawn<observer>();
    sim[0].tell(watcher, observe{watched});
    sim.run_for(100ms);
    is_silent ? sim.power_off(1) : sim.kill(1);
    sim.run_for(is_silent ? 3s : 100ms);
    BOOST_TEST(sim.ask(watcher, seen{}).value() == 1);
    sim.restart(1);
    BOOST_TEST(sim.run_until_agreed());
    sim.run_for(10s);
    BOOST_TEST(sim.ask(watcher, seen{}).value() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_short_stall_a_jump_of_the_clock_and_a_broken_connection_are_borne) {
  testing::cluster sim{of_seed()};
  auto there = sim[1].spawn<account>(5);
  sim.stall(1, 400ms);
  sim.jump_clock(2, 1h);
  sim.run_for(5s);
  sim.cut(0, 1);
  sim.run_for(5s);
  BOOST_TEST(sim.is_agreed());
  BOOST_TEST(sim[0].ask(there, balance{}).result().value() == 5);
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(sim.counters(i).nodes_lost == 0U);
}

BOOST_AUTO_TEST_CASE(a_history_replays_exactly) {
  const auto run = [] {
    testing::cluster sim{of_seed(5)};
    sim.partition({0, 1}, {2, 3, 4}).heal_after(4s);
    sim.run_for(20s);
    return std::pair{sim.digest(), sim.events()};
  };
  const auto first = run();
  BOOST_TEST((first == run()));
}

BOOST_AUTO_TEST_CASE(large_messages_that_a_broken_connection_did_not_take_are_dead_letters) {
  auto options = of_seed(2);
  options.bytes_per_second = 1 << 20;
  testing::cluster sim{options};
  auto there = sim[1].spawn<depot>();
  auto here = sim[0].spawn<shipper>(there);
  sim[0].tell(here, send_loads{4});
  sim.run_for(1s);
  sim.cut(0, 1);
  sim.run_for(2s);
  std::size_t lost = 0;
  for (const dead_letter& letter : sim[0].dead_letters())
    if (letter.target == there.id() && letter.reason == errc::node_lost) ++lost;
  BOOST_TEST(lost + static_cast<std::size_t>(sim.ask(there, seen{})) == 4U);
  BOOST_TEST(lost >= 3U);
}
