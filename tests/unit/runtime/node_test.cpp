// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE runtime_node
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <actors/actors.hpp>

#include "orderly_node.hpp"
#include "waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;
using waiting::event;
using waiting::eventually;

namespace {

struct add {
  int amount;
};
struct total {};
struct throw_text {
  std::string text;
};

class sum : public actor<sum> {
public:
  using handles = messages<add, total, throw_text>;
  void on(add a) { total_ += a.amount; }
  std::int64_t on(total) const { return total_; }
  int on(const throw_text& t) { throw std::runtime_error{t.text}; }

private:
  std::int64_t total_ = 0;
};

struct block {
  std::shared_ptr<event> begun;
  std::shared_ptr<event> until;
  std::string fail_with{};
};
struct where {};
struct thread_of {
  std::thread::id id;
};

/// Waits in its handler.
class blocker : public actor<blocker> {
public:
  using handles = messages<block, add, where>;
  bool on(const block& b) {
    b.begun->set();
    bool came = b.until->wait();
    if (!b.fail_with.empty()) throw std::runtime_error{b.fail_with};
    return came;
  }
  void on(add) {}
  thread_of on(where) { return {std::this_thread::get_id()}; }
};

struct pass {
  int left;
};

/// Sends a token to itself for as long as it lives.
class restless : public actor<restless> {
public:
  using handles = messages<pass>;
  void on(pass p) { tell(self(), pass{p.left + 1}); }
};

/// Says when it has ended in order.
class polite : public actor<polite> {
public:
  using handles = messages<add>;
  polite(std::vector<int>* order, std::mutex* lock, int name) : order_{order}, lock_{lock}, name_{name} {}
  void on(add) {}
  void on_stop() {
    std::lock_guard guard{*lock_};
    order_->push_back(name_);
  }

private:
  std::vector<int>* order_;
  std::mutex* lock_;
  int name_;
};

class family : public actor<family> {
public:
  using handles = messages<add>;
  family(std::vector<int>* order, std::mutex* lock) {
    for (int i = 1; i <= 3; ++i) spawn<polite>(order, lock, i);
  }
  void on(add) {}
};

node_options quiet(std::uint32_t shards = 2) {
  node_options o;
  o.shards = shards;
  o.workers = 2;
  o.log_file = "/dev/null";
  return o;
}

double seconds_of(const std::function<void()>& work) {
  auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

BOOST_AUTO_TEST_CASE(many_nodes_start_and_stop) {
  for (int i = 0; i < 60; ++i) {
    orderly_node here{quiet(1 + i % 4)};
    auto s = here.spawn<sum>();
    s.tell(add{i});
    BOOST_TEST(here.ask(s, total{}).value() == i);
    if (i % 2 == 0) BOOST_TEST(here.shutdown());
  }
}

BOOST_AUTO_TEST_CASE(a_node_may_stop_before_anything_ran) {
  for (int i = 0; i < 20; ++i) {
    orderly_node here{quiet()};
    here.spawn<sum>().tell(add{1});
  }
}

BOOST_AUTO_TEST_CASE(two_nodes_live_in_one_process) {
  orderly_node a{quiet()}, b{quiet()};
  auto in_a = a.spawn<sum>(), in_b = b.spawn<sum>();
  for (int i = 0; i < 1000; ++i) {
    in_a.tell(add{1});
    in_b.tell(add{2});
  }
  BOOST_TEST(a.ask(in_a, total{}).value() == 1000);
  BOOST_TEST(b.ask(in_b, total{}).value() == 2000);
  BOOST_TEST(b.shutdown());
  in_b.tell(add{2}); // its node is gone: nothing happens
  BOOST_TEST(a.ask(in_a, total{}).value() == 1000);
}

BOOST_AUTO_TEST_CASE(threads_outside_ask_at_the_same_time) {
  orderly_node here{quiet(3)};
  auto s = here.spawn<sum>();
  std::atomic<int> answers{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        s.tell(add{1});
        if (here.ask(s, total{}).result()) ++answers;
      }
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(answers == 4000);
  BOOST_TEST(here.ask(s, total{}).value() == 4000);
}

BOOST_AUTO_TEST_CASE(many_futures_may_be_open_at_once) {
  orderly_node here{quiet()};
  auto s = here.spawn<sum>();
  std::vector<future<std::int64_t>> open;
  for (int i = 0; i < 1000; ++i) {
    s.tell(add{1});
    open.push_back(here.ask(s, total{}));
  }
  for (int i = 0; i < 1000; ++i) BOOST_TEST(open[i].value() == i + 1);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_fails_its_ask_and_only_its_actor) {
  orderly_node here{quiet()};
  auto bad = here.spawn<sum>(), good = here.spawn<sum>();
  auto result = here.ask(bad, throw_text{"out of paper"}).result();
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == errc::actor_failed));
  BOOST_TEST(result.error().what.find("out of paper") != std::string::npos);
  good.tell(add{1});
  BOOST_TEST(here.ask(good, total{}).value() == 1);
  auto gone = here.ask(bad, total{}, 10s).result();
  BOOST_REQUIRE(!gone);
  BOOST_TEST((gone.error().code == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(an_ask_of_an_actor_that_dies_ends_at_once) {
  orderly_node here{quiet()};
  auto busy = here.spawn<blocker>(own_thread);
  auto begun = std::make_shared<event>(), until = std::make_shared<event>();
  auto first = here.ask(busy, block{begun, until, "paper jam"}, 60s);
  BOOST_REQUIRE(begun->wait());
  auto waiting = here.ask(busy, where{}, 60s);
  until->set();
  BOOST_TEST(seconds_of([&] {
    auto failed = first.result();
    BOOST_REQUIRE(!failed);
    BOOST_TEST((failed.error().code == errc::actor_failed));
    BOOST_TEST(failed.error().what.find("paper jam") != std::string::npos);
    auto gone = waiting.result();
    BOOST_REQUIRE(!gone);
    BOOST_TEST((gone.error().code != errc::timeout));
  }) < 10);
}

BOOST_AUTO_TEST_CASE(what_is_told_to_a_stopped_actor_is_a_dead_letter) {
  orderly_node here{quiet()};
  auto s = here.spawn<sum>();
  here.stop(s);
  expected<std::int64_t> result;
  BOOST_REQUIRE(eventually([&] { return !(result = here.ask(s, total{}, 10s).result()); }));
  BOOST_TEST((result.error().code == errc::no_such_actor || result.error().code == errc::actor_stopped));
  const auto before = here.counters().dead_letters;
  s.tell(add{1});
  BOOST_TEST(eventually([&] { return here.counters().dead_letters > before; }));
  auto letters = here.dead_letters();
  BOOST_REQUIRE(!letters.empty());
  BOOST_TEST(letters.back().message_type.find("add") != std::string::npos);
  BOOST_TEST((letters.back().target == s.id()));
  BOOST_TEST((letters.back().reason == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(own_thread_is_another_thread_and_may_block) {
  orderly_node here{quiet(1)};
  auto a = here.spawn<blocker>(own_thread), b = here.spawn<blocker>(own_thread);
  auto shared = here.spawn<blocker>();
  std::set<std::thread::id> ids{here.ask(a, where{}).value().id, here.ask(b, where{}).value().id,
                                here.ask(shared, where{}).value().id};
  BOOST_TEST(ids.size() == 3);
  auto begun = std::make_shared<event>(), until = std::make_shared<event>();
  auto blocked = here.ask(a, block{begun, until});
  BOOST_REQUIRE(begun->wait());
  (void)here.ask(shared, where{}).value();
  (void)here.ask(b, where{}).value();
  BOOST_TEST(!blocked.ready());
  until->set();
  BOOST_TEST(blocked.value());
}

BOOST_AUTO_TEST_CASE(children_stop_in_reverse_order) {
  std::vector<int> order;
  std::mutex lock;
  {
    orderly_node here{quiet()};
    auto f = here.spawn<family>(&order, &lock);
    f.tell(add{1});
    BOOST_TEST(here.shutdown());
  }
  BOOST_TEST(order == (std::vector<int>{3, 2, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(shutdown_with_full_mailboxes_ends) {
  orderly_node here{quiet()};
  std::vector<ref<restless>> all;
  for (int i = 0; i < 100; ++i) {
    all.push_back(here.spawn<restless>());
    for (int k = 0; k < 100; ++k) all.back().tell(pass{0});
  }
  BOOST_TEST(here.shutdown());
}

BOOST_AUTO_TEST_CASE(shutdown_while_threads_outside_send) {
  orderly_node here{quiet()};
  auto s = here.spawn<sum>();
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      while (!stop) s.tell(add{1});
    });
  BOOST_TEST(eventually([&] { return here.counters().messages > 1000; }));
  BOOST_TEST(here.shutdown());
  stop = true;
  for (auto& t : threads) t.join();
}

BOOST_AUTO_TEST_CASE(an_open_ask_ends_with_the_node) {
  orderly_node here{quiet()};
  auto busy = here.spawn<blocker>(own_thread);
  auto begun = std::make_shared<event>(), until = std::make_shared<event>();
  auto first = here.ask(busy, block{begun, until}, 60s);
  BOOST_REQUIRE(begun->wait());
  auto second = here.ask(busy, where{}, 60s);
  std::optional<expected<thread_of>> outcome;
  std::thread asker{[&] { outcome = second.result(); }};
  std::thread ender{[&] { here.stop(busy); until->set(); }};
  ender.join();
  BOOST_TEST(seconds_of([&] { asker.join(); }) < 10);
  BOOST_REQUIRE(outcome.has_value());
  BOOST_TEST(here.shutdown());
}

BOOST_AUTO_TEST_CASE(an_ask_after_shutdown_is_refused) {
  orderly_node here{quiet()};
  auto s = here.spawn<sum>();
  BOOST_TEST(here.shutdown());
  auto result = here.ask(s, total{}, 10s).result();
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == errc::shutting_down));
}

BOOST_AUTO_TEST_CASE(shutdown_twice_is_once) {
  orderly_node here{quiet()};
  BOOST_TEST(here.shutdown());
  BOOST_TEST(here.shutdown());
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
  node_options o;
  o.quantum = 0;
  BOOST_CHECK_EXCEPTION(node{o}, usage_error, [](const usage_error& e) {
    return std::string{e.what()} == "--quantum 0: expected 1 to 16777216" && e.status() == 2;
  });
}
