// SPDX-License-Identifier: BSD-3-Clause
//
// Names, entities and topics of a whole cluster, over real links.
#define BOOST_TEST_MODULE cluster_names
#include <boost/test/unit_test.hpp>

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
struct finish {};
struct where {};

class counter : public actor<counter> {
public:
  using handles = messages<add, total>;
  void on(add m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }

private:
  std::int64_t total_ = 0;
};

class order : public actor<order> {
public:
  using handles = messages<add, total, finish, where>;
  explicit order(std::string key) : key_{std::move(key)} {}
  void on(add m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }
  void on(finish) { stop(); }
  std::pair<std::string, any_ref> on(where) const { return {key_, any_ref{self()}}; }

private:
  std::string key_;
  std::int64_t total_ = 0;
};

struct order_of {
  std::string key;
};
/// Reaches entities from inside a handler.
class clerk : public actor<clerk> {
public:
  using handles = messages<order_of>;
  task<expected<std::int64_t>> on(const order_of& o) {
    auto it = entity<order>(o.key);
    tell(it, add{11});
    co_return co_await ask(it, total{}, 5s);
  }
};

struct news {
  std::string text;
};
const topic<news> headlines{"headlines"};

struct heard {};
class news_reader : public actor<news_reader> {
public:
  using handles = messages<news, heard>;
  news_reader() { subscribe(headlines); }
  void on(const news& n) { all_.push_back(n.text); }
  std::vector<std::string> on(heard) const { return all_; }

private:
  std::vector<std::string> all_;
};

struct take_name {
  std::string name;
};
class claimant : public actor<claimant> {
public:
  using handles = messages<take_name>;
  task<expected<bool>> on(const take_name& t) {
    auto got = co_await claim_name(t.name, 5s);
    if (!got) co_return tl::make_unexpected(got.error());
    co_return true;
  }
};

template <class A>
expected<ref<A>> find_soon(node& n, const std::string& name) {
  expected<ref<A>> found = n.find<A>(name);
  (void)waiting::eventually([&] { return (found = n.find<A>(name)).has_value(); }, 5s);
  return found;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(names_of_two_nodes, two_nodes)

BOOST_AUTO_TEST_CASE(a_name_is_found_on_the_other_node) {
  auto here = a.spawn<counter>();
  BOOST_REQUIRE(a.register_name("db", here).has_value());
  auto there = find_soon<counter>(b, "db");
  BOOST_REQUIRE(there.has_value());
  BOOST_TEST((*there == here));
  // Threads outside tell directly where the actor's node is in their process; asks take the link.
  b.tell(*there, add{5});
  BOOST_TEST(waiting::eventually([&] { return b.ask(*there, total{}, 5s).value() == 5; }, 5s));
}

BOOST_AUTO_TEST_CASE(a_name_is_given_once) {
  auto first = a.spawn<counter>();
  auto second = b.spawn<counter>();
  BOOST_REQUIRE(a.register_name("once", first).has_value());
  auto refused = b.register_name("once", second);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::name_taken));
  BOOST_TEST((refused.error().who == first.id()));
}

BOOST_AUTO_TEST_CASE(of_two_that_claim_a_name_at_once_one_gets_it) {
  auto first = a.spawn<claimant>();
  auto second = b.spawn<claimant>();
  for (int i = 0; i < 50; ++i) {
    const take_name it{"contested " + std::to_string(i)};
    auto x = a.ask(first, it, 5s);
    auto y = b.ask(second, it, 5s);
    BOOST_TEST(x.result().has_value() + y.result().has_value() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_name_is_free_when_its_actor_has_ended) {
  auto here = a.spawn<counter>();
  BOOST_REQUIRE(a.register_name("passing", here).has_value());
  BOOST_REQUIRE(find_soon<counter>(b, "passing").has_value());
  a.stop(here);
  BOOST_TEST(waiting::eventually([&] { return !b.find<counter>("passing").has_value(); }, 5s));
  auto next = b.spawn<counter>();
  BOOST_TEST(b.register_name("passing", next).has_value());
}

BOOST_AUTO_TEST_CASE(a_name_of_another_type_is_not_found) {
  auto here = a.spawn<counter>();
  BOOST_REQUIRE(a.register_name("typed", here).has_value());
  (void)find_soon<counter>(b, "typed");
  auto wrong = b.find<order>("typed");
  BOOST_REQUIRE(!wrong.has_value());
  BOOST_TEST((wrong.error().code == errc::wrong_type));
}

BOOST_AUTO_TEST_CASE(an_actor_born_elsewhere_has_the_name_it_was_given) {
  auto there = a.spawn<counter>(on_node("b").named("far"));
  BOOST_REQUIRE(bool{there});
  auto found = find_soon<counter>(a, "far");
  BOOST_REQUIRE(found.has_value());
  BOOST_TEST((*found == there));
}

BOOST_AUTO_TEST_CASE(an_entity_lives_once_however_it_is_reached) {
  for (int i = 0; i < 20; ++i) {
    const std::string key = "order/" + std::to_string(i);
    auto from_a = a.entity<order>(key);
    auto from_b = b.entity<order>(key);
    a.tell(from_a, add{1});
    b.tell(from_b, add{2});
    BOOST_TEST(waiting::eventually([&] { return a.ask(from_a, total{}, 5s).value() == 3; }, 5s));
    auto x = a.ask(from_a, where{}, 5s).value();
    auto y = b.ask(from_b, where{}, 5s).value();
    BOOST_TEST(x.first == key);
    BOOST_TEST((x.second == y.second));
  }
}

BOOST_AUTO_TEST_CASE(a_handler_reaches_an_entity) {
  auto one = a.spawn<clerk>();
  auto other = b.spawn<clerk>();
  BOOST_TEST(a.ask(one, order_of{"shared"}, 5s).value() == 11);
  BOOST_TEST(b.ask(other, order_of{"shared"}, 5s).value() == 22);
}

BOOST_AUTO_TEST_CASE(entities_are_spread_over_the_nodes) {
  std::size_t on_a = 0;
  for (int i = 0; i < 100; ++i)
    on_a += a.ask(a.entity<order>(std::to_string(i)), where{}, 5s).value().second.id().node() == a.engine().node();
  BOOST_TEST(on_a > 20u);
  BOOST_TEST(on_a < 80u);
}

BOOST_AUTO_TEST_CASE(an_entity_that_has_ended_lives_again_when_it_is_needed) {
  auto it = a.entity<order>("again");
  a.tell(it, add{7});
  auto first = a.ask(it, where{}, 5s).value().second;
  a.tell(it, finish{});
  any_ref second = first;
  BOOST_TEST(waiting::eventually([&] {
    auto now = a.ask(it, where{}, 1s).result();
    if (now) second = now->second;
    return second != first;
  }, 5s));
  BOOST_TEST(a.ask(it, total{}, 5s).value() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_published_reaches_subscribers_on_all_nodes) {
  auto ours = a.spawn<news_reader>();
  auto theirs = b.spawn<news_reader>();
  const auto heard_by = [](node& n, ref<news_reader> r) { return n.ask(r, heard{}, 5s).value(); };
  int n = 0;
  // Until both have subscribed, and each node knows of it.
  BOOST_TEST(waiting::eventually([&] {
    a.publish(headlines, news{std::to_string(++n)});
    return !heard_by(a, ours).empty() && !heard_by(b, theirs).empty();
  }, 5s));
  b.publish(headlines, news{"last"});
  BOOST_TEST(waiting::eventually([&] { return heard_by(a, ours).back() == "last" && heard_by(b, theirs).back() == "last"; }, 5s));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_node_of_its_own_has_entities_too) {
  orderly_node alone;
  auto it = alone.entity<order>("alone");
  alone.tell(it, add{7});
  BOOST_TEST(alone.ask(it, total{}, 5s).value() == 7);
  BOOST_TEST((alone.entity<order>("alone") == it));
  alone.tell(it, finish{});
  BOOST_TEST(waiting::eventually([&] {
    auto r = alone.ask(it, total{}, 1s).result();
    return r && *r == 0;
  }, 5s));
}
