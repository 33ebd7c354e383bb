// SPDX-License-Identifier: BSD-3-Clause
//
// Groups spread over nodes, over real links.
#define BOOST_TEST_MODULE cluster_group
#include <boost/test/unit_test.hpp>

#include <functional>

#include <actors/actors.hpp>

#include "two_nodes.hpp"
#include "waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct add {
  std::int64_t amount;
};
struct total {};
struct meet {};
struct sum_all {};
struct next {
  std::uint32_t number;
};
struct wrong {};

struct largest {
  std::int64_t operator()(std::int64_t a, std::int64_t b) const { return std::max(a, b); }
};

class cell_actor : public actor<cell_actor> {
public:
  using handles = messages<add, total, meet, sum_all, next, wrong>;
  cell_actor(member<cell_actor> me, std::int64_t start) : me_{std::move(me)}, total_{start} {}

  void on(add m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }
  task<expected<bool>> on(meet) {
    auto met = co_await me_.barrier(5s);
    if (!met) co_return tl::make_unexpected(met.error());
    co_return true;
  }
  task<expected<std::int64_t>> on(sum_all) {
    auto sum = co_await me_.all_reduce(static_cast<std::int64_t>(me_.index()), std::plus<>{}, 5s);
    if (!sum) co_return tl::make_unexpected(sum.error());
    co_return *sum;
  }
  void on(next n) {
    if (n.number != expected_++) ++wrong_;
  }
  std::uint32_t on(wrong) const { return wrong_ + (expected_ == 0 ? 1 : 0); }

private:
  member<cell_actor> me_;
  std::int64_t total_;
  std::uint32_t expected_ = 0, wrong_ = 0;
};

struct tell_all {
  group<cell_actor> all;
  std::uint32_t count;
};
/// Multicasts and tells in turn.
class teller : public actor<teller> {
public:
  using handles = messages<tell_all>;
  bool on(const tell_all& t) {
    for (std::uint32_t i = 0; i < t.count; ++i) {
      if (i % 2 == 0)
        t.all.multicast(next{i});
      else
        for (std::size_t k = 0; k < t.all.size(); ++k) tell(t.all[k], next{i});
    }
    return true;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(groups_over_two_nodes, two_nodes)

BOOST_AUTO_TEST_CASE(members_are_spread_over_both_nodes) {
  auto all = a.spawn_group<cell_actor>(100, spread, std::int64_t{1});
  BOOST_REQUIRE(all.size() == 100u);
  std::size_t here = 0;
  for (std::size_t i = 0; i < 100; ++i) here += all[i].id().node() == a.engine().node();
  BOOST_TEST(here == 50u);
  for (std::size_t i = 0; i < 100; i += 7) BOOST_TEST(a.ask(all[i], total{}, 5s).value() == 1);
}

BOOST_AUTO_TEST_CASE(a_multicast_reaches_all_and_a_reduction_folds_them) {
  auto all = a.spawn_group<cell_actor>(grid{10, 10}, spread, std::int64_t{0});
  all.multicast(add{3});
  BOOST_TEST(a.ask(all.reduce(total{}, std::plus<>{}), 5s).value() == 300);
  BOOST_TEST(b.ask(all.reduce(total{}, largest{}), 5s).value() == 3);
}

BOOST_AUTO_TEST_CASE(an_operation_that_cannot_travel_is_refused_in_words) {
  auto all = a.spawn_group<cell_actor>(4, spread, std::int64_t{0});
  std::int64_t by = 1;
  auto refused = a.ask(all.reduce(total{}, [by](std::int64_t x, std::int64_t y) { return x + y * by; }), 5s).result();
  BOOST_REQUIRE(!refused.has_value());
}

BOOST_AUTO_TEST_CASE(members_meet_across_nodes) {
  auto all = a.spawn_group<cell_actor>(40, dealt, std::int64_t{0});
  std::vector<future<bool>> met;
  for (std::size_t i = 0; i < all.size(); ++i) met.push_back(a.ask(all[i], meet{}, 10s));
  for (auto& each : met) BOOST_TEST(each.value());
}

BOOST_AUTO_TEST_CASE(every_member_gets_the_sum_of_all) {
  auto all = a.spawn_group<cell_actor>(40, spread, std::int64_t{0});
  for (int round = 0; round < 3; ++round) {
    std::vector<future<std::int64_t>> sums;
    for (std::size_t i = 0; i < all.size(); ++i) sums.push_back(a.ask(all[i], sum_all{}, 10s));
    for (auto& each : sums) BOOST_TEST(each.value() == 40 * 39 / 2);
  }
}

BOOST_AUTO_TEST_CASE(multicasts_and_tells_of_one_sender_keep_their_order) {
  auto all = a.spawn_group<cell_actor>(20, spread, std::int64_t{0});
  auto t = a.spawn<teller>();
  BOOST_REQUIRE(a.ask(t, tell_all{all, 2000}, 20s).value());
  for (std::size_t i = 0; i < all.size(); ++i) {
    // Another sender: it may come before the last of them.
    std::uint32_t bad = 1;
    BOOST_TEST(waiting::eventually([&] { return (bad = a.ask(all[i], wrong{}, 5s).value()) == 0; }, 1s), "member " << i << ": " << bad);
  }
}

BOOST_AUTO_TEST_CASE(a_handle_travels_and_works_on_the_other_node) {
  auto all = a.spawn_group<cell_actor>(10, spread, std::int64_t{0});
  auto there = a.spawn<teller>(on_node("b"));
  BOOST_REQUIRE(a.ask(there, tell_all{all, 100}, 20s).value());
  for (std::size_t i = 0; i < all.size(); ++i)
    BOOST_TEST(waiting::eventually([&] { return a.ask(all[i], wrong{}, 5s).value() == 0; }, 10s));
}

BOOST_AUTO_TEST_CASE(a_stopped_group_has_no_members_anywhere) {
  auto all = a.spawn_group<cell_actor>(10, spread, std::int64_t{0});
  BOOST_TEST(a.ask(all.reduce(total{}, std::plus<>{}), 5s).value() == 0);
  all.stop();
  for (std::size_t i = 0; i < all.size(); ++i)
    BOOST_TEST(waiting::eventually([&] { return !a.ask(all[i], total{}, 5s).result().has_value(); }, 10s));
  // The groups' own actors end as well.
  BOOST_TEST(waiting::eventually([&] { return b.counters().live_actors == 0; }, 10s));
}

BOOST_AUTO_TEST_SUITE_END()
