// SPDX-License-Identifier: BSD-3-Clause
//
// The programming model between nodes, over real links: two nodes in this process.
#define BOOST_TEST_MODULE cluster
#include <boost/test/unit_test.hpp>

#include <numeric>

#include <actors/actors.hpp>

#include "two_nodes.hpp"

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct add {
  std::int64_t amount;
};
struct total {};
struct trip {
  std::string text;
};
struct ignored {};
struct numbers {
  std::vector<std::uint64_t> values;
};
struct cannot_leave {
  std::shared_ptr<int> shared_with_nobody_else;
};

class account : public actor<account> {
public:
  using handles = messages<add, total, trip, ignored, numbers, cannot_leave>;
  account() = default;
  explicit account(std::int64_t start) : total_{start} {}

  void on(add m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }
  void on(const trip& t) { throw std::runtime_error{t.text}; }
  promise<int> on(ignored) {
    waiting_ = make_promise<int>();
    return waiting_;
  }
  std::uint64_t on(const numbers& n) const {
    return std::accumulate(n.values.begin(), n.values.end(), std::uint64_t{0});
  }
  int on(const cannot_leave&) { return 1; }

private:
  std::int64_t total_ = 0;
  promise<int> waiting_;
};

struct next {
  std::uint32_t number;
};
struct seen {};

/// Counts what does not come in order.
/// Too large to travel with others.
struct heavy_next {
  std::uint32_t number = 0;
  std::vector<std::uint8_t> bytes;
};

/// Does not like what it reads.
struct heavy_and_wrong {
  std::vector<std::uint8_t> bytes;

  template <class Archive>
  void save(Archive& out) const { out(bytes); }
  template <class Archive>
  void load(Archive& in) {
    in(bytes);
    throw std::runtime_error("not as it should be");
  }
};

class in_order : public actor<in_order> {
public:
  using handles = messages<next, heavy_next, heavy_and_wrong, seen>;
  void on(next n) {
    if (n.number != count_++) ++wrong_;
  }
  void on(const heavy_next& n) { on(next{n.number}); }
  bool on(const heavy_and_wrong&) { return true; }
  std::pair<std::uint32_t, std::uint32_t> on(seen) const { return {count_, wrong_}; }

private:
  std::uint32_t count_ = 0, wrong_ = 0;
};

struct send_all {
  ref<in_order> to;
  std::uint32_t count;
};
/// Every fourth is heavy.
struct send_mixed {
  ref<in_order> to;
  std::uint32_t count;
};
struct ask_total {
  ref<account> of;
};

/// Works on actors of another node from inside a handler.
class client : public actor<client> {
public:
  using handles = messages<send_all, send_mixed, ask_total>;
  void on(send_all s) {
    for (std::uint32_t i = 0; i < s.count; ++i) tell(s.to, next{i});
  }
  void on(send_mixed s) {
    for (std::uint32_t i = 0; i < s.count; ++i) {
      if (i % 4 == 0)
        tell(s.to, heavy_next{i, std::vector<std::uint8_t>(3 << 19)});
      else
        tell(s.to, next{i});
    }
  }
  task<expected<std::int64_t>> on(ask_total a) { co_return co_await ask(a.of, total{}, 5s); }
};

struct last_end {};
class watcher : public actor<watcher> {
public:
  using handles = messages<down, last_end>;
  explicit watcher(any_ref whom) { watch(whom); }
  void on(const down& d) {
    end_ = d;
    if (waiting_) waiting_->set(end_->kind);
  }
  promise<exit_kind> on(last_end) {
    auto p = make_promise<exit_kind>();
    if (end_)
      p.set(end_->kind);
    else
      waiting_ = p;
    return p;
  }

private:
  std::optional<down> end_;
  std::optional<promise<exit_kind>> waiting_;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(between_two_nodes, two_nodes)

BOOST_AUTO_TEST_CASE(tells_and_asks_reach_an_actor_of_another_node) {
  auto there = b.spawn<account>(100);
  for (int i = 1; i <= 100; ++i) a.tell(there, add{i});
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 5150);
}

BOOST_AUTO_TEST_CASE(a_handler_asks_an_actor_of_another_node) {
  auto there = b.spawn<account>(7);
  auto here = a.spawn<client>();
  auto result = a.ask(here, ask_total{there}, 5s).result();
  BOOST_REQUIRE(result.has_value());
  BOOST_TEST(*result == 7);
}

BOOST_AUTO_TEST_CASE(a_failure_comes_back_with_type_and_text) {
  auto there = b.spawn<account>();
  auto result = a.ask(there, trip{"over the edge"}, 5s).result();
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == errc::actor_failed));
  BOOST_TEST(result.error().what == "over the edge");
  BOOST_TEST(result.error().value == "std::runtime_error");
}

BOOST_AUTO_TEST_CASE(an_ask_without_answer_times_out) {
  auto there = b.spawn<account>();
  auto result = a.ask(there, ignored{}, 50ms).result();
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == errc::timeout));
}

BOOST_AUTO_TEST_CASE(an_ended_actor_of_another_node_refuses) {
  auto there = b.spawn<account>();
  b.stop(there);
  auto watching = b.spawn<watcher>(any_ref{there});
  (void)b.ask(watching, last_end{}, 5s).value();
  auto result = a.ask(there, total{}, 5s).result();
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_archived_stays_here) {
  auto there = b.spawn<account>();
  auto result = a.ask(there, cannot_leave{}, 5s).result();
  BOOST_REQUIRE(!result.has_value());
  BOOST_TEST((result.error().code == errc::not_serializable));
  BOOST_TEST(result.error().value.find("cannot_leave") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(two_hundred_thousand_messages_keep_their_order) {
  constexpr std::uint32_t count = 200'000;
  auto there = b.spawn<in_order>();
  auto here = a.spawn<client>();
  a.tell(here, send_all{there, count});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  std::pair<std::uint32_t, std::uint32_t> got{};
  while (got.first < count && std::chrono::steady_clock::now() < deadline) got = a.ask(there, seen{}, 5s).value();
  BOOST_TEST(got.first == count);
  BOOST_TEST(got.second == 0u);
}

BOOST_AUTO_TEST_CASE(large_messages_keep_their_place_among_small_ones) {
  constexpr std::uint32_t count = 100;
  auto there = b.spawn<in_order>();
  a.tell(a.spawn<client>(), send_mixed{there, count});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  std::pair<std::uint32_t, std::uint32_t> got{};
  while (got.first < count && std::chrono::steady_clock::now() < deadline) got = a.ask(there, seen{}, 5s).value();
  BOOST_TEST(got.first == count);
  BOOST_TEST(got.second == 0u);
}

BOOST_AUTO_TEST_CASE(a_large_message_that_cannot_be_read_is_refused) {
  auto there = b.spawn<in_order>();
  const auto answer = a.ask(there, heavy_and_wrong{std::vector<std::uint8_t>(3 << 19)}, 10s).result();
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.error().code == errc::wrong_type));
}

BOOST_AUTO_TEST_CASE(large_messages_arrive_whole) {
  auto there = b.spawn<account>();
  for (const std::size_t size : {10'000u, 200'000u, 2'000'000u}) {
    numbers n{std::vector<std::uint64_t>(size)};
    std::iota(n.values.begin(), n.values.end(), std::uint64_t{0});
    BOOST_TEST(a.ask(there, n, 10s).value() == size * (size - 1) / 2);
  }
}

BOOST_AUTO_TEST_CASE(a_watcher_on_another_node_hears_of_the_end) {
  auto there = b.spawn<account>();
  auto watching = a.spawn<watcher>(any_ref{there});
  auto end = a.ask(watching, last_end{}, 10s);
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0); // the watch is there by now
  a.stop(there);
  BOOST_TEST((end.value() == exit_kind::shutdown));
}

BOOST_AUTO_TEST_CASE(an_actor_of_another_node_is_killed_from_here) {
  auto there = b.spawn<account>();
  auto watching = a.spawn<watcher>(any_ref{there});
  a.kill(there);
  BOOST_TEST((a.ask(watching, last_end{}, 10s).value() == exit_kind::killed));
}

BOOST_AUTO_TEST_CASE(a_watch_of_an_actor_that_has_ended_is_answered_at_once) {
  auto there = b.spawn<account>();
  b.kill(there);
  auto first = b.spawn<watcher>(any_ref{there});
  (void)b.ask(first, last_end{}, 5s).value();
  auto watching = a.spawn<watcher>(any_ref{there});
  BOOST_TEST((a.ask(watching, last_end{}, 10s).value() == exit_kind::unknown));
}

BOOST_AUTO_TEST_CASE(actors_are_born_on_another_node) {
  auto there = a.spawn<account>(on_node("b"), std::int64_t{42});
  BOOST_REQUIRE(bool{there});
  BOOST_TEST(there.id().node() != a.engine().node());
  a.tell(there, add{8});
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 50);
}

BOOST_AUTO_TEST_CASE(nothing_is_born_where_no_node_will_do) {
  BOOST_TEST(!bool{a.spawn<account>(on_node("nowhere"), std::int64_t{1})});
  BOOST_TEST(!bool{a.spawn<account>(anywhere.placed(placement::with_labels({{"gpu", "8"}})), std::int64_t{1})});
}

BOOST_AUTO_TEST_CASE(ten_thousand_actors_are_born_round_robin) {
  std::size_t here = 0;
  std::vector<ref<account>> all;
  for (std::int64_t i = 0; i < 10'000; ++i) all.push_back(a.spawn<account>(anywhere.placed(placement::round_robin), i));
  std::int64_t sum = 0;
  for (auto& each : all) {
    BOOST_REQUIRE(bool{each});
    here += each.id().node() == a.engine().node();
  }
  for (auto& each : all) sum += a.ask(each, total{}, 10s).value();
  BOOST_TEST(here == 5000u);
  BOOST_TEST(sum == 10'000 * 9'999 / 2);
}

BOOST_AUTO_TEST_SUITE_END()
