// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE cluster_scenarios
#include <boost/test/unit_test.hpp>

#include <thread>

#include <actors/actors.hpp>
#include <actors/reliable.hpp>
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

struct blob {
  std::string text{};
};
struct send_blob {};
struct taken {};

/// Takes large messages and small ones, and says how many came of each, and which came first.
class porter : public actor<porter> {
public:
  using handles = messages<blob, deposit, balance, taken>;
  void on(const blob& b) { order_ += b.text.size() > 1 << 20 ? "L" : "?"; }
  void on(deposit) { order_ += "s"; }
  std::int64_t on(balance) { return 0; }
  std::string on(taken) { return order_; }

private:
  std::string order_;
};

/// Tells a large message, then a small one.
class packer : public actor<packer> {
public:
  using handles = messages<send_blob>;
  explicit packer(ref<porter> to) : to_{to} {}
  void on(send_blob) {
    tell(to_, blob{std::string(std::size_t{6} << 20, 'x')});
    tell(to_, deposit{1});
  }

private:
  ref<porter> to_;
};

struct bear {};
struct family {
  int born = 0;
  int gone = 0;
};
struct look_at_family {};

class infant : public actor<infant> {
public:
  using handles = messages<balance>;
  infant() { ++alive; }
  infant(const infant&) = delete;
  infant& operator=(const infant&) = delete;
  ~infant() { --alive; }
  std::int64_t on(balance) { return 7; }

  static inline int alive = 0;
};

/// Has a child on another node.
class mother : public actor<mother> {
public:
  using handles = messages<bear, child_stopped, look_at_family>;
  explicit mother(std::string where) : where_{std::move(where)} {}
  void on(bear) {
    const auto child = spawn<infant>(anywhere.placed(placement::on(where_)));
    if (!child) return;
    ++family_.born;
  }
  void on(const child_stopped&) { ++family_.gone; }
  family on(look_at_family) { return family_; }

private:
  const std::string where_;
  family family_;
};

/// Told numbers reliably; what it has heard, in order.
struct numbered {
  std::uint64_t number = 0;
};
struct heard {};
class listener : public actor<listener> {
public:
  using handles = messages<numbered, heard>;
  void on(numbered n) { all_.push_back(n.number); }
  std::vector<std::uint64_t> on(heard) { return all_; }

private:
  std::vector<std::uint64_t> all_;
};

struct tell_numbers {
  std::uint64_t from = 0;
  std::uint64_t count = 0;
};
class teller_of_numbers : public actor<teller_of_numbers> {
public:
  using handles = messages<tell_numbers>;
  explicit teller_of_numbers(ref<listener> to) : to_{to} {}
  void on(tell_numbers t) {
    for (std::uint64_t k = 0; k < t.count; ++k) tell_reliably(to_, numbered{t.from + k});
  }

private:
  ref<listener> to_;
};

std::vector<std::uint64_t> numbers_below(std::uint64_t end) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t k = 0; k < end; ++k) all.push_back(k);
  return all;
}

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

BOOST_AUTO_TEST_CASE(a_cut_in_one_direction_leaves_one_side) {
  for (const bool is_mute : {true, false}) {
    testing::cluster sim{of_seed()};
    is_mute ? sim.silence({0}, {1, 2}) : sim.silence({1, 2}, {0});
    sim.run_for(8s);
    BOOST_TEST(!sim.is_member(0));
    BOOST_TEST(sim.is_member(1));
    BOOST_TEST(sim.is_member(2));
  }
}

BOOST_AUTO_TEST_CASE(a_flood_against_a_stopped_node_is_bounded_and_refused) {
  auto o = of_seed();
  o.queue_bytes = 256 << 10;
  o.pipe_bytes = 16 << 10;
  testing::cluster sim{o};
  const auto there = sim[1].spawn<account>(0);
  sim.stall(1, 400ms);
  constexpr std::int64_t told = 100'000;
  std::size_t most = 0;
  for (std::int64_t k = 0; k < told; ++k) {
    sim[0].tell(there, deposit{1});
    if (k % 1000 != 0) continue;
    sim.run_for(1ms);
    most = std::max(most, sim.counters(0).waiting_bytes);
  }
  const auto refused = sim[0].ask(there, balance{}).result();
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::overloaded));
  BOOST_TEST(most >= o.queue_bytes / 2);
  BOOST_TEST(most <= 2 * o.queue_bytes);
  sim.run_for(5s);
  BOOST_TEST(sim.is_agreed());
  const auto taken = sim[0].ask(there, balance{}).result();
  BOOST_TEST(taken.value() > 0);
  BOOST_TEST(taken.value() < told);
  BOOST_TEST(sim.counters(0).waiting_bytes == 0U);
}

BOOST_AUTO_TEST_CASE(small_messages_of_others_pass_a_large_one_and_its_sender_keeps_its_order) {
  auto o = of_seed();
  o.bytes_per_second = 10'000'000;
  testing::cluster sim{o};
  const auto to = sim[1].spawn<porter>();
  const auto from = sim[0].spawn<packer>(to);
  const auto small = sim[1].spawn<porter>();
  sim[0].tell(from, send_blob{});
  sim.run_for(20ms);
  const duration before = sim.now();
  BOOST_TEST(sim[0].ask(small, balance{}).result().value() == 0);
  BOOST_TEST((sim.now() - before < 150ms));
  BOOST_TEST(sim.ask(to, taken{}).value() == "");
  sim.run_for(3s);
  BOOST_TEST(sim.ask(to, taken{}).value() == "Ls");
}

BOOST_AUTO_TEST_CASE(whenever_the_node_of_a_child_dies_the_parent_hears_once) {
  for (std::size_t steps = 0; steps < 40; ++steps) {
    testing::cluster sim{of_seed()};
    const auto parent = sim[0].spawn<mother>("node-1");
    sim.run_for(100ms);
    sim[0].tell(parent, bear{});
    for (std::size_t k = 0; k < steps; ++k) sim.step();
    steps % 2 == 0 ? sim.kill(1) : sim.power_off(1);
    sim.run_for(6s);
    const auto all = sim.ask(parent, look_at_family{}).value();
    BOOST_TEST(all.gone == all.born, "after " << steps << " steps");
  }
}

BOOST_AUTO_TEST_CASE(whenever_the_node_of_a_parent_dies_the_child_ends) {
  for (std::size_t steps = 0; steps < 40; ++steps) {
    testing::cluster sim{of_seed()};
    const auto parent = sim[0].spawn<mother>("node-1");
    sim.run_for(100ms);
    sim[0].tell(parent, bear{});
    for (std::size_t k = 0; k < steps; ++k) sim.step();
    steps % 2 == 0 ? sim.kill(0) : sim.power_off(0);
    sim.run_for(6s);
    BOOST_TEST(sim.is_member(1));
    BOOST_TEST(infant::alive == 0, "after " << steps << " steps");
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_starts_again_at_its_address_is_another_member) {
  testing::cluster sim{of_seed()};
  const auto before = sim[1].spawn<account>(1);
  const auto old_life = sim.id_of(1);
  sim.restart(1);
  BOOST_TEST(sim.run_until_agreed());
  BOOST_TEST(sim.id_of(1) != old_life);
  BOOST_TEST(sim.members(0).size() >= 3U);
  BOOST_TEST(sim.counters(0).nodes_lost == 1U);
  BOOST_TEST(!sim[0].ask(before, balance{}).result().has_value());
  const auto after = sim[1].spawn<account>(2);
  BOOST_TEST(sim[0].ask(after, balance{}).result().value() == 2);
}

BOOST_AUTO_TEST_CASE(a_watch_between_two_nodes_that_no_cluster_lets_in_ends) {
  auto o = of_seed();
  o.begin = testing::cluster_options::beginning::apart;
  testing::cluster sim{o};
  sim.power_off(2); // a cluster is founded by all its seeds
  sim.run_for(2s);
  BOOST_TEST(!sim.is_member(0));
  const auto there = sim[1].spawn<account>(0);
  const auto watcher = sim[0].spawn<observer>();
  sim[0].tell(watcher, observe{there});
  sim.run_for(1s);
  BOOST_TEST(sim.ask(watcher, seen{}).value() == 1);
}

BOOST_AUTO_TEST_CASE(reliable_tells_survive_connections_that_break) {
  testing::cluster sim{of_seed()};
  const auto to = sim[1].spawn<listener>();
  const auto from = sim[0].spawn<teller_of_numbers>(to);
  for (std::uint64_t k = 0; k < 20; ++k) {
    sim[0].tell(from, tell_numbers{k * 10, 10});
    sim.run_for(duration{std::chrono::microseconds{300 * k}});
    sim.cut(0, 1);
    sim.run_for(50ms);
  }
  sim.run_for(10s);
  BOOST_TEST((sim.ask(to, heard{}).value() == numbers_below(200)));
}

BOOST_AUTO_TEST_CASE(worlds_on_other_threads_do_not_take_couriers_away) {
  const auto tell = [](testing::cluster& sim, const ref<teller_of_numbers>& from, std::uint64_t first) {
    sim[0].tell(from, tell_numbers{first, 10});
    sim.run_for(1s);
  };
  testing::cluster sim{of_seed()};
  const auto to = sim[1].spawn<listener>();
  const auto from = sim[0].spawn<teller_of_numbers>(to);
  tell(sim, from, 0);
  std::thread{[&] {
    testing::cluster other{{.nodes = 2, .seed = 77, .seeds = 2}};
    const auto there = other[1].spawn<listener>();
    tell(other, other[0].spawn<teller_of_numbers>(there), 0);
  }}.join();
  tell(sim, from, 10);
  BOOST_TEST((sim.ask(to, heard{}).value() == numbers_below(20)));
}

BOOST_AUTO_TEST_CASE(the_next_world_of_a_seed_does_not_find_the_couriers_of_the_last) {
  for (int world = 0; world < 2; ++world) {
    testing::cluster sim{of_seed()};
    const auto to = sim[1].spawn<listener>();
    sim[0].tell(sim[0].spawn<teller_of_numbers>(to), tell_numbers{0, 10});
    sim.run_for(1s);
    BOOST_TEST((sim.ask(to, heard{}).value() == numbers_below(10)));
  }
}
