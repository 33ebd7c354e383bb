// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE router
#include <boost/test/unit_test.hpp>

#include "support.hpp"
#include <map>
#include <set>

using namespace actors;
using namespace actors::test;

namespace {

struct job {
  std::uint64_t key;
  [[nodiscard]] std::uint64_t routing_key() const { return key; }
};
struct who_are_you {};
struct crash {};

struct tally {
  std::map<actor_id, std::vector<std::uint64_t>> jobs;
};

class worker : public open_actor<worker> {
public:
  using handles = messages<job, who_are_you, crash, note>;
  explicit worker(tally* t) : tally_{t} {}
  void on(job j) { tally_->jobs[self().id()].push_back(j.key); }
  std::uint32_t on(who_are_you) { return self().id().slot << 8 | self().id().shard(); }
  void on(crash) { throw std::runtime_error{"crash"}; }
  void on(note) {}

private:
  tally* tally_;
};

/// A router over workers that others route to as well.
class front : public actor<front> {
public:
  using handles = messages<note>;
  explicit front(const std::vector<ref<worker>>& routees) : table_{routing::smallest_mailbox} {
    for (const auto& each : routees) table_.add(each.id());
  }
  void on(note) {}

  static const detail::actor_type& describe() {
    static detail::actor_type type = [] {
      detail::actor_type t = detail::make_actor_type<front>(static_cast<handles*>(nullptr));
      t.fallback = [](detail::shard& here, detail::slot& s, detail::envelope& e) {
        detail::route(here, e, detail::object_of<front>(s).table_);
      };
      return t;
    }();
    return type;
  }

private:
  detail::route_table table_;
};

/// The jobs of each worker since `before`.
std::map<actor_id, std::size_t> gained(const tally& now, const tally& before) {
  std::map<actor_id, std::size_t> all;
  for (auto& [id, jobs] : now.jobs) {
    auto at = before.jobs.find(id);
    all[id] = jobs.size() - (at == before.jobs.end() ? 0 : at->second.size());
  }
  return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(round_robin_gives_everyone_the_same) {
  testing::node node{plain(2)};
  tally t;
  auto r = node.spawn_router<worker>(routing::round_robin, 4, &t);
  for (std::uint64_t i = 0; i < 100; ++i) r.tell(job{i});
  node.run_until_idle();
  BOOST_TEST(t.jobs.size() == 4U);
  for (auto& [id, jobs] : t.jobs) BOOST_TEST(jobs.size() == 25U);
  BOOST_TEST(node.counters().live_actors == 5U);
}

BOOST_AUTO_TEST_CASE(consistent_hash_keeps_keys_together_and_in_order) {
  testing::node node{plain(2)};
  tally t;
  auto r = node.spawn_router<worker>(routing::consistent_hash, 4, &t);
  for (std::uint64_t i = 0; i < 400; ++i) r.tell(job{i % 20});
  node.run_until_idle();
  std::map<std::uint64_t, actor_id> home;
  for (auto& [id, jobs] : t.jobs)
    for (std::uint64_t key : jobs) {
      auto [at, fresh] = home.try_emplace(key, id);
      BOOST_TEST((at->second == id));
    }
  BOOST_TEST(home.size() == 20U);
}

BOOST_AUTO_TEST_CASE(broadcast_reaches_everyone_and_the_first_answer_counts) {
  testing::node node{plain(2)};
  tally t;
  auto r = node.spawn_router<worker>(routing::broadcast, 3, &t);
  for (std::uint64_t i = 0; i < 5; ++i) r.tell(job{i});
  node.run_until_idle();
  BOOST_TEST(t.jobs.size() == 3U);
  for (auto& [id, jobs] : t.jobs) BOOST_TEST(jobs == (std::vector<std::uint64_t>{0, 1, 2, 3, 4}), boost::test_tools::per_element());
  BOOST_TEST(node.ask_result(r, who_are_you{}).has_value());
}

BOOST_AUTO_TEST_CASE(routees_answer_the_asker_directly) {
  testing::node node{plain(2)};
  tally t;
  journal log;
  auto r = node.spawn_router<worker>(routing::round_robin, 4, &t);
  std::set<std::uint32_t> seen;
  auto asker = node.spawn<puppet>(&log);
  perform<puppet>(node, asker, [&](puppet& self) {
    for (int i = 0; i < 8; ++i)
      self.ask(r, who_are_you{}).then([&](expected<std::uint32_t> x) { seen.insert(x.value()); });
  });
  BOOST_TEST(seen.size() == 4U);
}

BOOST_AUTO_TEST_CASE(smallest_mailbox_counts_what_is_finished_also_by_failure) {
  testing::node node{plain(1)};
  tally t;
  auto r = node.spawn_router<worker>(routing::smallest_mailbox, 3, &t);
  node.run_until_idle();
  for (std::uint64_t i = 0; i < 300; ++i) {
    r.tell(job{i});
    if (i % 10 == 0) node.run_until_idle();
  }
  node.run_until_idle();
  BOOST_TEST(t.jobs.size() == 3U);
  for (auto& [id, jobs] : t.jobs) BOOST_TEST((jobs.size() > 80U && jobs.size() < 120U));
}

BOOST_AUTO_TEST_CASE(when_routees_end_the_others_go_on_and_the_router_ends_with_the_last) {
  testing::node node{plain(2)};
  tally t;
  auto r = node.spawn_router<worker>(routing::round_robin, 3, &t);
  for (int i = 0; i < 2; ++i) {
    r.tell(crash{});
    node.run_until_idle();
  }
  r.tell(job{1});
  node.run_until_idle();
  BOOST_TEST(t.jobs.size() == 1U);
  r.tell(crash{});
  node.run_until_idle();
  BOOST_TEST(node.counters().live_actors == 0U);
}

BOOST_AUTO_TEST_CASE(a_router_without_routees_refuses) {
  for (auto how : {routing::round_robin, routing::consistent_hash, routing::smallest_mailbox, routing::broadcast}) {
    testing::node node{plain()};
    tally t;
    auto r = node.spawn_router<worker>(how, 0, &t);
    r.tell(job{1});
    BOOST_TEST((node.ask_result(r, who_are_you{}, 1h).error().code == errc::no_such_actor));
    BOOST_TEST(node.dead_letter_count(errc::no_such_actor) == 2U);
  }
}

BOOST_AUTO_TEST_CASE(a_message_handed_on_is_counted_once) {
  testing::node node{plain()};
  tally t;
  auto r = node.spawn_router<worker>(routing::round_robin, 1, &t);
  node.run_until_idle();
  const auto before = node.counters().messages;
  for (std::uint64_t i = 0; i < 10; ++i) r.tell(job{i});
  node.run_until_idle();
  BOOST_TEST(node.counters().messages - before == 20U);
}

BOOST_AUTO_TEST_CASE(a_routee_whose_full_inbox_refused_is_not_taken_for_busy_for_ever) {
  auto options = plain(2);
  options.inbox_bytes = 1024;
  testing::node node{options};
  tally t;
  journal log;
  auto r = node.spawn_router<worker>(routing::smallest_mailbox, 2, &t);
  auto sender = node.spawn<puppet>(on_shard(r.id().shard()), &log);
  node.run_until_idle();
  perform<puppet>(node, sender, [&](puppet& self) {
    for (std::uint64_t i = 0; i < 2000; ++i) self.tell(r, job{i});
  });
  BOOST_TEST(node.dead_letter_count(errc::overloaded) > 0U);
  const tally before = t;
  for (std::uint64_t i = 0; i < 100; ++i) {
    r.tell(job{i});
    node.run_until_idle();
  }
  auto shares = gained(t, before);
  BOOST_TEST(shares.size() == 2U);
  for (auto& [id, jobs] : shares) BOOST_TEST(jobs == 50U);
}

BOOST_AUTO_TEST_CASE(a_second_router_over_a_routee_does_not_make_it_look_busy_to_the_first) {
  testing::node node{plain(2)};
  tally t;
  std::vector<ref<worker>> workers{node.spawn<worker>(&t), node.spawn<worker>(&t)};
  ref<worker> first{node.spawn<front>(workers).id()};
  ref<worker> second{node.spawn<front>(std::vector{workers[0]}).id()};
  auto both = node.spawn<front>(std::vector{first, second}); // a router of routers
  for (std::uint64_t i = 0; i < 10; ++i) second.tell(job{i});
  for (std::uint64_t i = 0; i < 10; ++i) ref<worker>{both.id()}.tell(job{i});
  node.run_until_idle();
  const tally before = t;
  for (std::uint64_t i = 0; i < 100; ++i) {
    first.tell(job{i});
    node.run_until_idle();
  }
  for (auto& [id, jobs] : gained(t, before)) BOOST_TEST(jobs == 50U);
}

BOOST_AUTO_TEST_CASE(what_routers_sent_ends_its_count_also_where_the_node_goes_down) {
  for (std::uint32_t shards = 1; shards <= 2; ++shards) {
    testing::node node{plain(shards)};
    tally t;
    auto r = node.spawn_router<worker>(routing::smallest_mailbox, 3, &t);
    auto nobody = node.spawn_router<worker>(routing::smallest_mailbox, 0, &t);
    ref<worker> outer{node.spawn<front>(std::vector{r, nobody}).id()};
    for (std::uint64_t i = 0; i < 200; ++i) outer.tell(job{i});
    for (std::uint64_t i = 0; i < 20; ++i) node.step();
  } // the leak sanitizer looks for counts left behind
}
