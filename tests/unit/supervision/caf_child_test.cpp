// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE caf_child
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

#include <caf/all.hpp>

#include <actors/supervision/caf.hpp>
#include <actors/supervision/supervision.hpp>

namespace sup = actors::supervision;
using namespace std::chrono_literals;

struct deposit {
  std::int64_t amount;
};
struct balance {};
struct crash {};
struct quit {};
struct never {};

namespace {

std::atomic<int> ledgers{0};
std::atomic<int> ended{0};

struct ledger_state {
  ledger_state() { ++ledgers; }
  ~ledger_state() { ++ended; }
  std::int64_t total = 0;
};

caf::behavior ledger(caf::stateful_actor<ledger_state>* self, std::int64_t start) {
  self->state.total = start;
  self->set_exception_handler([](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
  return {
      [=](const deposit& d) { self->state.total += d.amount; },
      [=](const balance&) { return self->state.total; },
      [=](const crash&) { throw std::runtime_error{"torn page"}; },
      [=](const quit&) { self->quit(); },
  };
}

/// Does not end when asked to.
caf::behavior stubborn(caf::stateful_actor<ledger_state>* self, std::int64_t) {
  self->set_exit_handler([](const caf::exit_msg&) {});
  return {[=](const balance&) { return self->state.total; }};
}

actors::node_options quiet() {
  actors::node_options o;
  o.shards = 2;
  o.workers = 2;
  o.level = actors::log_level::error;
  return o;
}

/// A test that waits has a deadline: ten seconds, for sanitizers on a busy machine.
bool eventually(const std::function<bool()>& holds) {
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::yield();
  }
  return true;
}

} // namespace

// Named by address in specifications: with external linkage.
caf::actor make_ledger(caf::actor_system& sys, std::int64_t start) { return sys.spawn(ledger, start); }
caf::actor make_stubborn(caf::actor_system& sys) { return sys.spawn(stubborn, std::int64_t{0}); }

template <class... S>
sup::child_spec ledger_child(const S&... options) {
  return sup::caf_child<&make_ledger, std::int64_t(balance), deposit, crash, quit>("ledger", sup::args(std::int64_t{100}),
                                                                                     options...);
}
using ledger_ref = sup::caf_ref<&make_ledger, std::int64_t(balance), deposit, crash, quit>;

struct books {
  explicit books(sup::child_spec child) : node{quiet()} {
    ledgers = ended = 0;
    auto started = sup::start(node, sup::one_for_one("books").intensity(3, 1min).child(std::move(child)));
    BOOST_REQUIRE(started.has_value());
    root = *started;
  }
  auto find() { return node.find<ledger_ref::actor_type>("books/ledger").value(); }
  auto status() { return node.ask(root, sup::which_children{}).get().at(0); }

  actors::node node;
  sup::supervisor_ref root;
};

BOOST_AUTO_TEST_CASE(a_caf_actor_that_fails_is_made_again_behind_the_same_id) {
  books b{ledger_child()};
  auto front = b.find();
  front.tell(deposit{11});
  BOOST_TEST(b.node.ask(front, balance{}).get() == 111);
  front.tell(crash{});
  BOOST_TEST(eventually([&] { return b.status().restarts == 1; }));
  BOOST_TEST(b.node.ask(front, balance{}).get() == 100);
  BOOST_TEST((b.find() == front));
  BOOST_TEST(ledgers == 2);
  BOOST_TEST(b.node.shutdown());
  BOOST_TEST(ended == 2);
}

BOOST_AUTO_TEST_CASE(one_that_quits_comes_back_only_if_it_is_permanent) {
  {
    books b{ledger_child(sup::permanent)};
    b.find().tell(quit{});
    BOOST_TEST(eventually([&] { return b.status().restarts == 1; }));
  }
  books b{ledger_child(sup::transient)};
  b.find().tell(quit{});
  BOOST_TEST(eventually([&] { return b.status().status == sup::child_status::stopped; }));
  BOOST_TEST(ledgers == 1);
}

BOOST_AUTO_TEST_CASE(terminating_one_ends_the_caf_actor) {
  books b{ledger_child()};
  BOOST_TEST(b.node.ask(b.root, sup::terminate_child{"ledger"}).result().has_value());
  BOOST_TEST(eventually([] { return ended == 1; }));
  BOOST_TEST(b.node.ask(b.root, sup::restart_child{"ledger"}).result().has_value());
  BOOST_TEST(b.node.ask(b.find(), balance{}).get() == 100);
}

BOOST_AUTO_TEST_CASE(one_that_does_not_end_in_time_is_killed) {
  books b{sup::caf_child<&make_stubborn, std::int64_t(balance)>("ledger", sup::shutdown{50ms})};
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(b.node.ask(b.root, sup::terminate_child{"ledger"}).result().has_value());
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= 50ms));
  BOOST_TEST(eventually([] { return ended == 1; }));
}

BOOST_AUTO_TEST_CASE(a_front_that_is_killed_takes_its_caf_actor_along) {
  books b{ledger_child(sup::temporary)};
  b.node.kill(b.find());
  BOOST_TEST(eventually([] { return ended == 1; }));
}
