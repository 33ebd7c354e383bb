// SPDX-License-Identifier: BSD-3-Clause
//
// Supervision on real threads: children that block their thread or never come back, and a thousand crashes
// while others ask. A thread stays behind at the end: hence a program of its own.
#define BOOST_TEST_MODULE supervisor_threads
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include <actors/actors.hpp>
#include <actors/supervision/supervision.hpp>

#include "../runtime/waiting.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace std::chrono_literals;
using waiting::eventually;
namespace sup = actors::supervision;
using steady = std::chrono::steady_clock;

namespace supervisor_threads_tests {

struct hang {};
struct block {
  std::chrono::milliseconds time{};
};
struct question {};
struct crash {};

std::atomic<int> hanging{0};
std::atomic<int> instances{0};

class worker : public actor<worker> {
public:
  using handles = messages<hang, block, question, crash>;
  worker() { ++instances; }
  void on(hang) {
    ++hanging;
    for (;;) std::this_thread::sleep_for(1h); // never returns
  }
  void on(const block& b) {
    ++hanging;
    std::this_thread::sleep_for(b.time);
  }
  int on(question) { return 42; }
  void on(crash) { throw std::runtime_error{"on purpose"}; }
};

struct heard {
  std::atomic<int> all{0}, given_up{0}, killed_in_stop{0};
};
class listener : public actor<listener> {
public:
  using handles = messages<report>;
  explicit listener(heard* h) : heard_{h} { subscribe(reports); }
  void on(const report& r) {
    ++heard_->all;
    if (r.when != failed_in::stop) return;
    if (r.kind == exit_kind::killed) ++heard_->killed_in_stop;
    if (r.text.find("given up") != std::string::npos) ++heard_->given_up;
  }

private:
  heard* heard_;
};

node_options two_shards() {
  node_options o;
  o.shards = 2;
  o.workers = 2;
  o.level = log_level::error;
  o.shutdown_timeout = 2s;
  return o;
}

} // namespace supervisor_threads_tests
using namespace supervisor_threads_tests;

BOOST_AUTO_TEST_CASE(a_thousand_crashes_while_others_ask) {
  heard h;
  node here{two_shards()};
  here.spawn<listener>(&h);
  auto root = sup::start(here, sup::one_for_one("top").intensity(100000, 1s).child<worker>("a", on_shard(0)).child<worker>("b", on_shard(1)));
  BOOST_REQUIRE(root.has_value());
  const std::vector all{here.find<worker>("top/a").value(), here.find<worker>("top/b").value()};
  std::atomic<bool> over{false};
  std::atomic<int> answers{0}, failures{0};
  std::thread asker{[&] {
    for (int k = 0; !over; ++k) {
      auto r = here.ask(all[static_cast<std::size_t>(k) % 2], question{}, 20s).result();
      ++(r && *r == 42 ? answers : failures);
    }
  }};
  for (int k = 0; k < 500; ++k)
    for (const auto& w : all) w.tell(crash{});
  BOOST_TEST(eventually([&] { return h.all == 1000; }));
  over = true;
  asker.join();
  BOOST_TEST(answers > 0);
  BOOST_TEST(failures == 0); // each waits for the next instance
  for (const auto& w : all) BOOST_TEST(here.ask(w, question{}).value() == 42);
  const auto children = here.ask(*root, which_children{}).value();
  for (const auto& c : children) BOOST_TEST(c.restarts == 500U);
  BOOST_TEST(here.shutdown());
  BOOST_TEST(here.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(a_child_that_blocks_for_a_while_ends_when_it_comes_back) {
  heard h;
  hanging = 0;
  node here{two_shards()};
  here.spawn<listener>(&h);
  auto root = sup::start(here, sup::one_for_one("top").child<worker>("b", own_thread, sup::shutdown{5s}));
  BOOST_REQUIRE(root.has_value());
  auto b = here.find<worker>("top/b").value();
  b.tell(block{300ms});
  BOOST_REQUIRE(eventually([] { return hanging == 1; }));
  BOOST_TEST(here.ask(*root, terminate_child{"b"}, 20s).result().has_value());
  BOOST_TEST(h.all == 0);
  BOOST_TEST(here.ask(*root, sup::restart_child{"b"}, 20s).result().has_value());
  BOOST_TEST(here.ask(here.find<worker>("top/b").value(), question{}).value() == 42);
  BOOST_TEST(here.shutdown());
}

BOOST_AUTO_TEST_CASE(a_child_that_never_comes_back_is_given_up_within_a_bound) {
  heard h;
  hanging = 0;
  node here{two_shards()};
  here.spawn<listener>(&h);
  auto root = sup::start(here, sup::one_for_one("top").child<worker>("a").child<worker>("b", own_thread, sup::shutdown{100ms}));
  BOOST_REQUIRE(root.has_value());
  here.find<worker>("top/b").value().tell(hang{});
  BOOST_REQUIRE(eventually([] { return hanging == 1; }));
  const auto begin = steady::now();
  auto ended = here.ask(*root, terminate_child{"b"}, 20s);
  // The supervisor answers meanwhile.
  BOOST_TEST(here.ask(*root, count_children{}).result().has_value());
  BOOST_TEST(ended.result().has_value());
  BOOST_TEST((steady::now() - begin < 5s));
  BOOST_TEST(eventually([&] { return h.given_up == 1; }));
  BOOST_TEST(h.killed_in_stop == 1);
  const auto children = here.ask(*root, which_children{}).value();
  BOOST_TEST((children.at(1).status == child_status::stopped));
  // Another instance is started elsewhere, and works.
  BOOST_TEST(here.ask(*root, sup::restart_child{"b"}, 20s).result().has_value());
  BOOST_TEST(here.ask(here.find<worker>("top/b").value(), question{}).value() == 42);
  const auto down = steady::now();
  here.shutdown();
  BOOST_TEST((steady::now() - down < 10s));
}

BOOST_AUTO_TEST_CASE(a_supervisor_ends_though_a_child_never_comes_back) {
  heard h;
  hanging = 0;
  node here{two_shards()};
  here.spawn<listener>(&h);
  auto root = sup::start(here, sup::one_for_one("top").child<worker>("a").child<worker>("b", own_thread, sup::shutdown{100ms}));
  BOOST_REQUIRE(root.has_value());
  here.find<worker>("top/b").value().tell(hang{});
  BOOST_REQUIRE(eventually([] { return hanging == 1; }));
  const auto begin = steady::now();
  here.stop(*root);
  BOOST_TEST(eventually([&] { return !here.find<supervisor>("top").has_value(); }));
  BOOST_TEST((steady::now() - begin < 5s));
  here.shutdown();
}
