// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE caf
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <caf/all.hpp>

#include <actors/caf.hpp>

#include "orderly_node.hpp"

using namespace std::chrono_literals;

namespace {

struct deposit {
  std::int64_t amount;
};
struct balance {};
struct hold_answer {};
struct fail_now {
  std::string text;
};
struct end_now {};

using vault_signature = actors::ref_to<std::int64_t(balance), deposit>;

actors::node_options two_shards() {
  actors::node_options o;
  o.shards = 2;
  o.workers = 2;
  o.level = actors::log_level::error;
  o.shutdown_timeout = 5s;
  return o;
}

/// A test that waits has a deadline: ten seconds, for sanitizers on a busy machine.
bool eventually(const std::function<bool()>& holds) {
  auto give_up = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up)
      return false;
    std::this_thread::yield();
  }
  return true;
}

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, balance, hold_answer, fail_now, end_now>;

  void on(deposit m) { total_ += m.amount; }
  std::int64_t on(balance) const { return total_; }
  actors::promise<int> on(hold_answer) { return make_promise<int>(); }
  std::string on(const fail_now& m) { throw std::runtime_error{m.text}; }
  void on(end_now) { stop(); }

private:
  std::int64_t total_ = 0;
};

/// CAF 0.17 dereferences a null pointer when a function is spawned without arguments, which
/// sanitizers and checked libraries report; so each gets one.
template <caf::spawn_options Options = caf::no_spawn_options, class F>
caf::actor spawn_caf(caf::actor_system& sys, F f) {
  return sys.spawn<Options>([f](caf::event_based_actor* self, int) mutable { return f(self); }, 0);
}

caf::behavior caf_account(caf::stateful_actor<std::int64_t>* self, std::int64_t start) {
  self->state = start;
  return {
      [self](const deposit& m) { self->state += m.amount; },
      [self](const balance&) { return self->state; },
      [self](const hold_answer&) { return self->make_response_promise<int>(); },
      [](const fail_now& m) -> caf::result<std::string> {
        return caf::make_error(caf::sec::runtime_error, m.text);
      },
      [self](const end_now&) { self->quit(); },
  };
}

using caf_vault = actors::ref_to<std::int64_t(balance), deposit, int(hold_answer),
                                 std::string(fail_now), end_now>;
caf_vault vault_of(actors::node& node, const caf::actor& who, actors::duration patience = 60s) {
  return actors::from_caf<std::int64_t(balance), deposit, int(hold_answer), std::string(fail_now),
                          end_now>(node, who, patience);
}

/// Keeps the end of what it watches for the test.
struct seen_end {
  std::atomic<bool> done{false};
  actors::down end;
};
class watcher : public actors::actor<watcher> {
public:
  using handles = actors::messages<actors::down>;
  watcher(actors::any_ref who, seen_end* seen) : seen_{seen} { watch(who); }
  void on(actors::down end) {
    seen_->end = std::move(end);
    seen_->done = true;
  }

private:
  seen_end* seen_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(from_caf)

BOOST_AUTO_TEST_CASE(tells_arrive_in_order_before_the_ask) {
  orderly_node node{two_shards()};
  auto vault = vault_of(node, actors::caf_system(node).spawn(caf_account, 0));
  for (int i = 1; i <= 100; ++i)
    vault.tell(deposit{i});
  BOOST_TEST(node.ask(vault, balance{}).get() == 5050);
}

namespace {

struct count_up {
  int asks;
};
/// Asks from a handler and counts outcomes.
class asker : public actors::actor<asker> {
public:
  using handles = actors::messages<count_up>;
  explicit asker(vault_signature vault) : vault_{vault} {}

  actors::promise<std::int64_t> on(count_up m) {
    done_ = make_promise<std::int64_t>();
    for (int i = 0; i < m.asks; ++i)
      ask(vault_, balance{}, 60s).then([this, n = m.asks](actors::expected<std::int64_t> r) {
        good_ += r.has_value();
        if (++outcomes_ == n)
          done_.set(good_);
        if (outcomes_ > n)
          std::abort();
      });
    return done_;
  }

private:
  vault_signature vault_;
  actors::promise<std::int64_t> done_;
  std::int64_t good_ = 0;
  int outcomes_ = 0;
};

} // namespace

BOOST_AUTO_TEST_CASE(ten_thousand_asks_get_one_outcome_each) {
  orderly_node node{two_shards()};
  auto vault = vault_of(node, actors::caf_system(node).spawn(caf_account, 0));
  auto one = node.spawn<asker>(vault_signature{vault.id()});
  BOOST_TEST(node.ask(one, count_up{10'000}, 60s).get() == 10'000);
}

BOOST_AUTO_TEST_CASE(an_error_reply_is_a_failure_with_its_text) {
  orderly_node node{two_shards()};
  auto vault = vault_of(node, actors::caf_system(node).spawn(caf_account, 0));
  auto r = node.ask(vault, fail_now{"no money"}).result();
  BOOST_REQUIRE(!r);
  BOOST_TEST((r.error().code == actors::errc::actor_failed));
  BOOST_TEST(r.error().what == "no money");
}

BOOST_AUTO_TEST_CASE(an_unexpected_message_and_a_wrong_reply_are_named) {
  orderly_node node{two_shards()};
  auto& sys = actors::caf_system(node);
  auto only_deposits = spawn_caf(sys, [](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::drop);
    return {[](const deposit&) {}, [](const balance&) { return std::string{"a lot"}; }};
  });
  auto vault = vault_of(node, only_deposits);
  auto unhandled = node.ask(vault, fail_now{""}).result();
  BOOST_REQUIRE(!unhandled);
  BOOST_TEST((unhandled.error().code == actors::errc::unhandled));
  auto wrong = node.ask(vault, balance{}).result();
  BOOST_REQUIRE(!wrong);
  BOOST_TEST((wrong.error().code == actors::errc::wrong_type));
}

BOOST_AUTO_TEST_CASE(an_ask_times_out_by_its_own_time_or_by_patience) {
  orderly_node node{two_shards()};
  auto vault = vault_of(node, actors::caf_system(node).spawn(caf_account, 0), 20ms);
  auto first = node.ask(vault, hold_answer{}, 10ms).result();
  BOOST_REQUIRE(!first);
  BOOST_TEST((first.error().code == actors::errc::timeout));
  auto patient = node.ask(vault, hold_answer{}, 60s);
  BOOST_TEST(eventually([&] {
    (void)node.ask(vault, balance{}).result();
    return patient.ready();
  }));
  auto second = patient.result();
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().code == actors::errc::timeout));
}

BOOST_AUTO_TEST_CASE(an_open_ask_ends_when_the_caf_actor_does) {
  orderly_node node{two_shards()};
  auto vault = vault_of(node, actors::caf_system(node).spawn(caf_account, 0));
  auto open = node.ask(vault, hold_answer{}, 60s);
  vault.tell(end_now{});
  auto r = open.result();
  BOOST_REQUIRE(!r);
  BOOST_TEST((r.error().code == actors::errc::actor_stopped));
  BOOST_TEST(eventually([&] {
    auto after = node.ask(vault, balance{}).result();
    return !after && after.error().code == actors::errc::no_such_actor;
  }));
}

BOOST_AUTO_TEST_CASE(watchers_see_how_the_caf_actor_ended) {
  orderly_node node{two_shards()};
  auto& sys = actors::caf_system(node);
  auto end_of = [&](caf::error reason) {
    auto who = sys.spawn(caf_account, 0);
    auto vault = vault_of(node, who);
    seen_end seen;
    // On the same shard: the watch stands once the ask has been answered.
    auto w =
        node.spawn<watcher>(actors::on_shard(vault.id().shard()), actors::any_ref{vault}, &seen);
    BOOST_TEST(node.ask(vault, balance{}).get() == 0);
    caf::anon_send(who, caf::exit_msg{who.address(), std::move(reason)});
    BOOST_TEST(eventually([&] { return seen.done.load(); }));
    BOOST_TEST((seen.end.who == vault.id()));
    node.stop(w);
    return seen.end;
  };
  BOOST_TEST((end_of(caf::exit_reason::user_shutdown).kind == actors::exit_kind::normal));
  BOOST_TEST(to_string(end_of(caf::exit_reason::kill).kind) == "killed");
  auto failed = end_of(caf::make_error(caf::sec::runtime_error, "out of cash"));
  BOOST_TEST((failed.kind == actors::exit_kind::failed));
  BOOST_TEST(failed.reason.what.find("out of cash") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_caf_actor_that_is_gone_already_ends_the_proxy) {
  orderly_node node{two_shards()};
  auto& sys = actors::caf_system(node);
  auto who = sys.spawn(caf_account, 0);
  caf::anon_send_exit(who, caf::exit_reason::user_shutdown);
  BOOST_TEST(eventually([&] { return sys.registry().running() == 0; }));
  auto vault = vault_of(node, who);
  BOOST_TEST(!node.ask(vault, balance{}).result());
  auto nobody = vault_of(node, caf::actor{});
  BOOST_TEST(!node.ask(nobody, balance{}).result());
}

BOOST_AUTO_TEST_CASE(stopping_the_proxy_leaves_the_caf_actor_alone) {
  orderly_node node{two_shards()};
  auto& sys = actors::caf_system(node);
  auto who = sys.spawn(caf_account, 0);
  auto vault = vault_of(node, who);
  vault.tell(deposit{3});
  node.stop(actors::any_ref{vault});
  auto again = vault_of(node, who);
  BOOST_TEST(node.ask(again, balance{}).get() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

namespace {

struct point { // a type that CAF knows how to inspect
  double x, y;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, point& p) {
  return f(caf::meta::type_name("point"), p.x, p.y);
}

class echo : public actors::actor<echo> {
public:
  using handles = actors::messages<std::string, int, long long, double, point, std::vector<double>,
                                   std::vector<deposit>, std::unique_ptr<int>>;
  std::string on(std::string s) { return s; }
  int on(int i) { return i; }
  long long on(long long i) { return i; }
  double on(double x) { return x; }
  point on(point p) { return p; }
  std::vector<double> on(std::vector<double> v) { return v; }
  std::size_t on(const std::vector<deposit>& v) { return v.size(); }
  void on(std::unique_ptr<int>) {}
};

/// The response to a request made by a thread outside, or the error.
template <class R, class M>
caf::expected<R> ask_as_caf(actors::node& node, const caf::actor& to, M message,
                            caf::duration timeout = caf::duration{10s}) {
  caf::scoped_actor self{actors::caf_system(node)};
  caf::expected<R> result{caf::sec::bad_function_call};
  self->request(to, timeout, std::move(message))
      .receive([&](R& r) { result = std::move(r); }, [&](caf::error& e) { result = std::move(e); });
  return result;
}

/// The reason of the down message of `who`, which gets it after `then` has run.
template <class F>
caf::error end_as_caf(actors::node& node, const caf::actor& who, F&& then) {
  caf::scoped_actor self{actors::caf_system(node)};
  self->monitor(who);
  then();
  caf::error reason = caf::sec::bad_function_call;
  self->receive([&](caf::down_msg& m) { reason = m.reason; },
                caf::after(10s) >> [] { BOOST_ERROR("no down message"); });
  return reason;
}

} // namespace

BOOST_AUTO_TEST_SUITE(to_caf)

BOOST_AUTO_TEST_CASE(a_caf_actor_tells_and_asks_ours) {
  orderly_node node{two_shards()};
  auto face = actors::to_caf(node, node.spawn<account>());
  caf::scoped_actor self{actors::caf_system(node)};
  for (int i = 1; i <= 100; ++i)
    self->send(face, deposit{i});
  std::int64_t total = 0;
  self->request(face, 10s, balance{})
      .receive([&](std::int64_t t) { total = t; }, [](caf::error&) { BOOST_ERROR("failed"); });
  BOOST_TEST(total == 5050);
  bool empty = false;
  self->request(face, 10s, deposit{1}).receive([&] { empty = true; }, [](caf::error&) {});
  BOOST_TEST(empty);
}

BOOST_AUTO_TEST_CASE(a_caf_actor_is_a_thread_outside_to_our_handles) {
  orderly_node node{two_shards()};
  auto ours = node.spawn<account>();
  auto teller =
      spawn_caf(actors::caf_system(node), [ours](caf::event_based_actor*) -> caf::behavior {
        return {[ours](const deposit& m) {
          ours.tell(m);
          return actors::detail::current_shard == nullptr;
        }};
      });
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(*ask_as_caf<bool>(node, teller, deposit{1}));
  BOOST_TEST(node.ask(ours, balance{}).get() == 100);
}

BOOST_AUTO_TEST_CASE(values_pass_unchanged) {
  orderly_node node{two_shards()};
  auto face = actors::to_caf(node, node.spawn<echo>());
  BOOST_TEST(*ask_as_caf<std::string>(node, face, std::string{"hello"}) == "hello");
  BOOST_TEST(*ask_as_caf<int>(node, face, 42) == 42);
  BOOST_TEST(*ask_as_caf<long long>(node, face, 1LL << 40) == 1LL << 40);
  BOOST_TEST(std::isnan(*ask_as_caf<double>(node, face, std::numeric_limits<double>::quiet_NaN())));
  BOOST_TEST(std::signbit(*ask_as_caf<double>(node, face, -0.0)));
  BOOST_TEST(ask_as_caf<point>(node, face, point{1, std::numeric_limits<double>::infinity()})->y >
             1e308);
  BOOST_TEST(ask_as_caf<std::vector<double>>(node, face, std::vector<double>{1, 5e-324})->back() ==
             5e-324);
  BOOST_TEST(*ask_as_caf<std::size_t>(node, face, std::vector<deposit>(3)) == 3U);
}

BOOST_AUTO_TEST_CASE(failures_are_errors_with_a_text) {
  orderly_node node{two_shards()};
  auto ours = node.spawn<account>();
  auto face = actors::to_caf(node, ours);
  auto unexpected = ask_as_caf<int>(node, face, 1.5F);
  BOOST_REQUIRE(!unexpected);
  BOOST_TEST(
      (unexpected.error().code() == static_cast<std::uint8_t>(caf::sec::unexpected_message)));
  auto late = ask_as_caf<int>(node, face, hold_answer{}, caf::duration{20ms});
  BOOST_REQUIRE(!late);
  BOOST_TEST((late.error() == caf::sec::request_timeout));
  auto threw = ask_as_caf<std::string>(node, face, fail_now{"no money"});
  BOOST_REQUIRE(!threw);
  BOOST_TEST(threw.error().code() == static_cast<std::uint8_t>(caf::sec::runtime_error));
  BOOST_TEST(threw.error().context().get_as<std::string>(0).find("no money") != std::string::npos);
  auto gone = ask_as_caf<std::int64_t>(node, face, balance{});
  BOOST_REQUIRE(!gone);
}

BOOST_AUTO_TEST_CASE(a_request_ends_when_ours_stops_owing_it) {
  orderly_node node{two_shards()};
  auto face = actors::to_caf(node, node.spawn<account>());
  caf::scoped_actor self{actors::caf_system(node)};
  auto open = self->request(face, caf::infinite, hold_answer{});
  self->send(face, end_now{});
  bool down = false;
  open.receive([](int) { BOOST_ERROR("answered"); },
               [&](caf::error& e) {
                 down = e.code() == static_cast<std::uint8_t>(caf::sec::request_receiver_down);
               });
  BOOST_TEST(down);
}

BOOST_AUTO_TEST_CASE(monitors_see_how_ours_ended) {
  orderly_node node{two_shards()};
  auto end = [&](auto&& how) {
    auto ours = node.spawn<account>();
    auto face = actors::to_caf(node, ours);
    BOOST_TEST(*ask_as_caf<std::int64_t>(node, face, balance{}) == 0);
    return end_as_caf(node, face, [&] { how(ours, face); });
  };
  using who = actors::ref<account>;
  BOOST_TEST((end([&](who ours, auto&) { ours.tell(end_now{}); }) == caf::exit_reason::normal));
  BOOST_TEST((end([&](who ours, auto&) { node.stop(ours); }) == caf::exit_reason::user_shutdown));
  BOOST_TEST((end([&](who ours, auto&) { node.kill(ours); }) == caf::exit_reason::kill));
  BOOST_TEST((end([&](who, auto& face) {
                caf::anon_send_exit(face, caf::exit_reason::user_shutdown);
              }) == caf::exit_reason::user_shutdown));
  auto failed = end([&](who ours, auto&) { ours.tell(fail_now{"no money"}); });
  BOOST_TEST(failed.code() == static_cast<std::uint8_t>(caf::sec::runtime_error));
  BOOST_TEST(to_string(failed).find("no money") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_face_of_one_that_has_ended_is_down) {
  orderly_node node{two_shards()};
  auto ours = node.spawn<account>();
  ours.tell(end_now{});
  auto face = actors::to_caf(node, ours);
  BOOST_TEST(bool{end_as_caf(node, face, [] {})});
}

BOOST_AUTO_TEST_CASE(dropped_faces_leave_nothing) {
  orderly_node node{two_shards()};
  auto ours = node.spawn<account>();
  for (int i = 0; i < 1000; ++i)
    (void)actors::to_caf(node, ours);
  BOOST_TEST(eventually([&] { return node.counters().live_actors == 1; }));
  BOOST_TEST(node.ask(ours, balance{}).get() == 0);
}

BOOST_AUTO_TEST_CASE(ten_thousand_requests_get_one_outcome_each) {
  orderly_node node{two_shards()};
  auto face =
      actors::to_caf(node, actors::ref_to<std::int64_t(balance), deposit>{node.spawn<account>()});
  std::atomic<int> good{0};
  std::atomic<int> bad{0};
  spawn_caf(actors::caf_system(node), [&, face](caf::event_based_actor* self) {
    for (int i = 0; i < 10'000; ++i)
      self->request(face, 60s, balance{})
          .then([&](std::int64_t) { ++good; }, [&](caf::error&) { ++bad; });
  });
  BOOST_TEST(eventually([&] { return good + bad == 10'000; }));
  BOOST_TEST(good == 10'000);
  BOOST_TEST(bad == 0);
}

BOOST_AUTO_TEST_CASE(a_round_trip_through_both_worlds_keeps_the_failure) {
  orderly_node node{two_shards()};
  auto face = actors::to_caf(node, node.spawn<account>());
  auto back = actors::from_caf<std::int64_t(balance), std::string(fail_now)>(node, face);
  BOOST_TEST(node.ask(back, balance{}).get() == 0);
  auto r = node.ask(back, fail_now{"no money"}).result();
  BOOST_REQUIRE(!r);
  BOOST_TEST(to_string(r.error()).find("no money") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shutdown_with_caf_actors)

namespace {
std::chrono::steady_clock::duration time_of(const std::function<void()>& f) {
  auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::steady_clock::now() - begin;
}
} // namespace

BOOST_AUTO_TEST_CASE(those_that_live_are_told_to_end) {
  orderly_node node{two_shards()};
  auto& sys = actors::caf_system(node);
  std::vector<caf::actor> all;
  for (int i = 0; i < 1000; ++i)
    all.push_back(sys.spawn(caf_account, 0));
  vault_of(node, all.front()).tell(deposit{1});
  auto face = actors::to_caf(node, node.spawn<account>());
  bool orderly = false;
  auto took = time_of([&] { orderly = node.shutdown(); });
  BOOST_TEST(orderly);
  BOOST_TEST((took < 4s));
}

BOOST_AUTO_TEST_CASE(one_that_ignores_exit_messages_is_killed) {
  orderly_node node{two_shards()};
  auto stubborn =
      spawn_caf(actors::caf_system(node), [](caf::event_based_actor* self) -> caf::behavior {
        self->set_exit_handler([](const caf::exit_msg&) {});
        return {[](const balance&) { return 1; }};
      });
  bool orderly = false;
  auto took = time_of([&] { orderly = node.shutdown(); });
  BOOST_TEST(orderly);
  BOOST_TEST((took > 500ms)); // its time to end by itself
  BOOST_TEST((took < 4s));
}

BOOST_AUTO_TEST_CASE(one_that_blocks_its_thread_is_left_behind) {
  static std::atomic<bool> go_on{true};
  bool orderly = true;
  auto took = time_of([&] {
    actors::node node{two_shards()};
    spawn_caf<caf::detached>(actors::caf_system(node), [](caf::event_based_actor*) {
      while (go_on)
        std::this_thread::sleep_for(1ms);
    });
    orderly = node.shutdown();
  });
  BOOST_TEST(!orderly);
  BOOST_TEST((took < 10s));
}

BOOST_AUTO_TEST_SUITE_END()
