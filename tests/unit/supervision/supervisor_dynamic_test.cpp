// SPDX-License-Identifier: BSD-3-Clause
//
// Children of one kind, added while their supervisor runs; and many of them.
#define BOOST_TEST_MODULE supervisor_dynamic
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

const auto places = data::make({lies::near, lies::far});

struct name_and_number {};
/// Takes several arguments of several types.
class typed : public actor<typed> {
public:
  using handles = messages<name_and_number, end_normally, crash>;
  typed(int number, std::string name, std::vector<double> more) : number_{number}, name_{std::move(name)}, more_{std::move(more)} {
    if (number_ < 0) throw std::invalid_argument{"negative"};
  }
  std::string on(name_and_number) { return name_ + " " + std::to_string(number_) + " " + std::to_string(more_.size()); }
  void on(end_normally) { stop(); }
  void on(const crash& c) { throw std::runtime_error{c.text}; }

private:
  int number_;
  std::string name_;
  std::vector<double> more_;
};

/// A dynamic supervisor of `child_actor`s.
struct pool : family {
  template <class... Options>
  explicit pool(const Options&... options) {
    auto started = start(sup::dynamic<child_actor>("pool", sup::takes<std::string>, options...).intensity(2, 5s));
    BOOST_REQUIRE_MESSAGE(started, why(started));
  }
  ref<child_actor> add(const std::string& name) {
    auto added = ask(dynamic_child(name));
    BOOST_REQUIRE_MESSAGE(added, why(added));
    return ref<child_actor>{added->id()};
  }
};

struct empty_child_message {};
class tiny : public actor<tiny> {
public:
  using handles = messages<empty_child_message>;
  void on(empty_child_message) {}
};

} // namespace

BOOST_DATA_TEST_CASE(dynamic_children_get_their_own_arguments, places, place) {
  family f;
  auto started = f.start(sup::dynamic<typed>("pool", sup::takes<int, std::string, std::vector<double>>, at(place)));
  BOOST_REQUIRE_MESSAGE(started, why(started));
  auto one = f.ask(dynamic_child(1, "one", std::vector{1.0}));
  auto two = f.ask(dynamic_child(2, std::string{"two"}, std::vector{1.0, 2.0}));
  BOOST_REQUIRE_MESSAGE(one, why(one));
  BOOST_REQUIRE_MESSAGE(two, why(two));
  const ref<typed> first{one->id()}, second{two->id()};
  BOOST_TEST(f.node.ask_result(first, name_and_number{}).value() == "one 1 1");
  BOOST_TEST(f.node.ask_result(second, name_and_number{}).value() == "two 2 2");
  // A restarted one has its own again.
  first.tell(crash{});
  f.node.run_until_idle();
  BOOST_TEST(f.node.ask_result(first, name_and_number{}).value() == "one 1 1");
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{2, 2, 0, 2}));
}

BOOST_AUTO_TEST_CASE(arguments_of_the_wrong_types_are_refused) {
  family f;
  BOOST_REQUIRE(f.start(sup::dynamic<typed>("pool", sup::takes<int, std::string, std::vector<double>>)));
  auto refused = f.ask(dynamic_child("one", 1));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == errc::invalid_argument));
  BOOST_TEST(refused.error().what.starts_with("pool: arguments: expected (int, std::"), refused.error().what);
  BOOST_TEST(refused.error().what.ends_with("as `takes` says"));
  BOOST_TEST(refused.error().value.ends_with(", int)"), refused.error().value);
  // Bytes that do not hold what they say.
  auto what = dynamic_child(1, "one", std::vector{1.0});
  what.arguments.resize(3);
  refused = f.ask(std::move(what));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{}));
  BOOST_TEST(!f.ended());
}

BOOST_DATA_TEST_CASE(a_dynamic_child_whose_constructor_throws_is_not_kept, places, place) {
  family f;
  BOOST_REQUIRE(f.start(sup::dynamic<typed>("pool", sup::takes<int, std::string, std::vector<double>>, at(place))));
  auto failed = f.ask(dynamic_child(-1, "one", std::vector<double>{}));
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().code == errc::actor_failed));
  BOOST_TEST(failed.error().what == "negative");
  BOOST_TEST(failed.error().value == "std::invalid_argument");
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{}));
}

BOOST_DATA_TEST_CASE(dynamic_children_are_terminated_by_their_actors_and_forgotten, places, place) {
  pool f{at(place)};
  auto a = f.add("a"), b = f.add("b"), c = f.add("c");
  BOOST_TEST(f.ask(terminate_child{"", any_ref{b}}).has_value());
  BOOST_TEST(f.take() == (journal{"+a", "+b", "+c", "-b"}), per_element());
  const auto left = f.ask(which_children{}).value();
  BOOST_REQUIRE(left.size() == 2U);
  BOOST_TEST((left[0].child == any_ref{a} && left[1].child == any_ref{c}));
  BOOST_TEST((f.ask(terminate_child{"", any_ref{b}}).error().code == errc::no_such_actor));
  BOOST_TEST((f.ask(terminate_child{"a"}).error().code == errc::no_such_actor));
}

BOOST_DATA_TEST_CASE(the_final_end_of_a_dynamic_child_removes_it,
                     data::make({permanent, transient, temporary}) * places, type, place) {
  pool f{type, at(place)};
  auto a = f.add("a"), b = f.add("b");
  a.tell(end_normally{});
  b.tell(crash{});
  f.node.run_until_idle();
  const std::uint64_t left = type == permanent ? 2 : type == transient ? 1 : 0;
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{left, left, 0, left}));
  BOOST_TEST(f.is_alive("a") == (type == permanent));
  BOOST_TEST(f.is_alive("b") == (type != temporary));
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(dynamic_children_share_one_budget_and_stop_in_reverse, places, place) {
  pool f{at(place)};
  auto a = f.add("a"), b = f.add("b");
  f.add("c");
  a.tell(crash{});
  f.node.run_until_idle();
  b.tell(crash{});
  f.node.run_until_idle();
  f.take();
  b.tell(crash{"again"});
  BOOST_TEST(f.take() == (journal{"-c", "-a"}), per_element());
  BOOST_REQUIRE(f.ended());
  BOOST_TEST(f.downs[0].reason.what == "restart intensity exceeded: more than 2 restarts within 5 s (last: 'child#2': again)");
  BOOST_TEST(f.heard.back().path == "pool/child#2");
}

BOOST_AUTO_TEST_CASE(a_dynamic_supervisor_keeps_no_stopped_children_and_takes_no_others) {
  pool f;
  f.add("a");
  BOOST_TEST((f.ask(start_child{kid("x")}).error().what == "a dynamic supervisor starts children of its pattern only"));
  BOOST_TEST((f.ask(sup::restart_child{"a"}).error().code == errc::no_such_actor));
  BOOST_TEST((f.ask(delete_child{"a"}).error().code == errc::no_such_actor));
}

BOOST_AUTO_TEST_CASE(dynamic_children_may_be_sub_trees) {
  family f;
  tree pattern = sup::dynamic<child_actor>("pool", sup::takes<std::string>);
  auto spec = pattern.spec();
  spec.children[0] = sup::one_for_all("cell").child(kid("x")).child(kid("y")).as_child();
  auto started = sup::start(f.node, spec);
  BOOST_REQUIRE_MESSAGE(started, why(started));
  f.root = *started;
  auto added = f.ask(start_dynamic{spec.children[0].start.arguments, ""});
  BOOST_REQUIRE_MESSAGE(added, why(added));
  BOOST_TEST(f.take() == (journal{"+x", "+y"}), per_element());
  BOOST_TEST((f.ask(count_children{}).value() == child_counts{1, 1, 1, 0}));
}

BOOST_DATA_TEST_CASE(many_dynamic_children_start_are_listed_and_stop, data::make({1000, 10000, 100000}), n) {
  testing::node node{quiet()};
  auto root = sup::start(node, sup::dynamic<tiny>("pool", sup::takes<>));
  BOOST_REQUIRE_MESSAGE(root, why(root));
  std::vector<future<any_ref>> added;
  for (int i = 0; i < n; ++i) {
    added.push_back(node.ask(*root, dynamic_child(), 1h));
    if (i % 1000 == 999) node.run_until_idle();
  }
  for (auto& a : added) BOOST_REQUIRE(a.result().has_value());
  const auto count = static_cast<std::uint64_t>(n);
  BOOST_TEST(node.ask_result(*root, which_children{}).value().size() == count);
  BOOST_TEST((node.ask_result(*root, count_children{}).value() == child_counts{count, count, 0, count}));
  BOOST_TEST(node.shutdown());
  BOOST_TEST(node.counters().live_actors == 0U);
}

BOOST_DATA_TEST_CASE(many_fixed_children_on_all_shards_start_restart_and_stop, data::make({1000, 10000, 100000}), n) {
  testing::node node{quiet()};
  tree t = sup::one_for_all("top");
  for (int i = 0; i < n; ++i) t.child(sup::child<tiny>("c" + std::to_string(i), on_shard(static_cast<std::uint32_t>(i % 4))));
  auto root = sup::start(node, t, 1h);
  BOOST_REQUIRE_MESSAGE(root, why(root));
  const auto count = static_cast<std::uint64_t>(n);
  BOOST_TEST((node.ask_result(*root, count_children{}).value() == child_counts{count, count, 0, count}));
  const auto last = node.find<tiny>("top/c" + std::to_string(n - 1));
  BOOST_REQUIRE(last.has_value());
  node.kill(*last);
  node.run_until_idle();
  node.run_for(1s);
  const auto all = node.ask_result(*root, which_children{}).value();
  BOOST_TEST(all.size() == count);
  BOOST_TEST(std::count_if(all.begin(), all.end(), [](const child_info& c) {
    return c.status == child_status::running && c.restarts == 1;
  }) == n);
  BOOST_TEST(node.shutdown(10min));
  BOOST_TEST(node.counters().live_actors == 0U);
}
