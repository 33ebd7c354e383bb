// SPDX-License-Identifier: BSD-3-Clause
//
// Children on other nodes, over real links.
#define BOOST_TEST_MODULE supervisor_far
#include <boost/test/unit_test.hpp>

#include <actors/actors.hpp>
#include <actors/supervision/supervision.hpp>

#include "unit/runtime/two_nodes.hpp"
#include "unit/runtime/waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;
namespace sup = actors::supervision;

namespace {

struct add {
  std::int64_t amount;
};
struct total {};
struct crash {};
struct where {};

class worker : public actor<worker> {
public:
  using handles = messages<add, total, crash, where>;
  worker() = default;
  explicit worker(std::int64_t start) : total_{start} {}
  void on(add m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }
  void on(crash) { throw std::runtime_error{"broken"}; }
  any_ref on(where) const { return any_ref{self()}; }

private:
  std::int64_t total_ = 0;
};

bool is_on(node& n, any_ref who) { return who.id().node() == n.engine().node(); }

template <class A>
ref<A> child_of(node& n, const std::string& path) {
  auto found = n.find<A>(path);
  BOOST_REQUIRE_MESSAGE(found.has_value(), path);
  return *found;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(children_of_another_node, two_nodes)

BOOST_AUTO_TEST_CASE(a_child_starts_where_its_placement_says) {
  auto root = sup::start(a, sup::one_for_one("top").child<worker>("far", on_node("b"), sup::args(std::int64_t{5})));
  BOOST_REQUIRE(root.has_value());
  auto child = child_of<worker>(a, "top/far");
  BOOST_TEST(is_on(b, child));
  BOOST_TEST(a.ask(child, total{}, 5s).value() == 5);
}

BOOST_AUTO_TEST_CASE(a_failed_child_is_restarted_there_under_its_id) {
  auto root = sup::start(a, sup::one_for_one("top").intensity(100, 1s).child<worker>("far", on_node("b"), sup::args(std::int64_t{5})));
  BOOST_REQUIRE(root.has_value());
  auto child = child_of<worker>(a, "top/far");
  for (int i = 0; i < 10; ++i) {
    a.tell(child, add{1});
    a.tell(child, crash{});
    // What waits behind the failure is handled by the next instance.
    BOOST_TEST(a.ask(child, total{}, 5s).value() == 5);
  }
  BOOST_TEST((a.ask(child, where{}, 5s).value() == any_ref{child}));
}

BOOST_AUTO_TEST_CASE(one_for_all_restarts_children_on_both_nodes) {
  auto root = sup::start(a, sup::one_for_all("top").intensity(100, 1s)
                                .child<worker>("near")
                                .child<worker>("far", on_node("b"))
                                .child<worker>("next"));
  BOOST_REQUIRE(root.has_value());
  auto near = child_of<worker>(a, "top/near"), far = child_of<worker>(a, "top/far"), next = child_of<worker>(a, "top/next");
  for (auto& each : {near, far, next}) a.tell(each, add{1});
  for (auto& each : {near, far, next}) BOOST_TEST(a.ask(each, total{}, 5s).value() == 1);
  a.tell(far, crash{});
  BOOST_TEST(waiting::eventually([&] {
    return a.ask(near, total{}, 5s).value() + a.ask(far, total{}, 5s).value() + a.ask(next, total{}, 5s).value() == 0;
  }, 5s));
}

BOOST_AUTO_TEST_CASE(a_tree_below_runs_on_another_node) {
  auto root = sup::start(a, sup::one_for_one("top").intensity(100, 1s)
                                .child(sup::one_for_one("below").child<worker>("leaf"), on_node("b")));
  BOOST_REQUIRE(root.has_value());
  auto leaf = child_of<worker>(b, "top/below/leaf");
  BOOST_TEST(is_on(b, leaf));
  a.tell(leaf, crash{});
  BOOST_TEST(a.ask(leaf, total{}, 5s).value() == 0);
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_stops_takes_its_far_children_along) {
  auto root = sup::start(a, sup::one_for_one("top").child<worker>("far", on_node("b")));
  BOOST_REQUIRE(root.has_value());
  auto child = child_of<worker>(a, "top/far");
  a.stop(*root);
  BOOST_TEST(waiting::eventually([&] {
    auto r = a.ask(child, total{}, 5s).result();
    return !r && (r.error().code == errc::no_such_actor || r.error().code == errc::actor_stopped);
  }, 5s));
}

BOOST_AUTO_TEST_CASE(a_child_that_no_node_takes_fails_the_start) {
  auto root = sup::start(a, sup::one_for_one("top").child<worker>("far", on_node("nowhere")));
  BOOST_REQUIRE(!root.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
