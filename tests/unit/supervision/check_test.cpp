// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE check
#include <boost/test/unit_test.hpp>

#include <functional>
#include <limits>
#include <string>
#include <tuple>

#include <actors/archive.hpp>

#include "check.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace std::chrono_literals;

namespace {

child_spec child(std::string id) {
  child_spec c;
  c.id = std::move(id);
  c.start.maker = "shop::payments()";
  return c;
}

supervisor_spec shop() {
  supervisor_spec s;
  s.id = "shop";
  s.children = {child("inventory"), child("payments")};
  return s;
}

child_spec nested(const supervisor_spec& s) {
  child_spec c = child(s.id);
  c.type = child_type::supervisor;
  buffer bytes;
  encode(bytes, std::tuple{s});
  c.start.arguments.assign(bytes.bytes().begin(), bytes.bytes().end());
  return c;
}

using change = std::function<void(supervisor_spec&)>;

struct faulty {
  change make;
  std::string what;
  std::string value;
};

void refuses(const faulty& f) {
  auto s = shop();
  f.make(s);
  const auto result = check(s);
  BOOST_REQUIRE_MESSAGE(!result, f.what);
  BOOST_TEST((result.error().code == errc::invalid_argument));
  BOOST_TEST(result.error().what == f.what);
  BOOST_TEST(result.error().value == f.value);
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

change with_backoff(std::function<void(backoff&)> f) {
  return [f](supervisor_spec& s) {
    backoff b;
    f(b);
    s.children[1].backoff = b;
  };
}

} // namespace

BOOST_AUTO_TEST_CASE(what_defaults_say_is_in_order) {
  BOOST_TEST(check(shop()).has_value());
  supervisor_spec empty;
  empty.id = "empty";
  BOOST_TEST(check(empty).has_value());
}

BOOST_AUTO_TEST_CASE(extreme_values_are_in_order) {
  auto s = shop();
  s.intensity = std::numeric_limits<std::uint32_t>::max();
  s.period = duration::max();
  s.backoff = backoff{1ns, duration::max(), 1.0, 1.0, duration::max()};
  s.children[0].shutdown = infinity;
  s.children[1].shutdown = brutal_kill;
  BOOST_TEST(check(s).has_value());
}

BOOST_AUTO_TEST_CASE(faulty_flags_are_refused_with_the_field_and_the_value) {
  refuses({[](auto& s) { s.id = ""; }, "supervisor: id: expected a name", ""});
  refuses({[](auto& s) { s.id = "a/b"; }, "a/b: id: expected a name without '/'", "a/b"});
  refuses({[](auto& s) { s.period = 0s; }, "shop: period: expected more than 0", "0 ns"});
  refuses(
      {[](auto& s) { s.period = -1s; }, "shop: period: expected more than 0", "-1000000000 ns"});
  refuses({[](auto& s) { s.strategy = static_cast<strategy>(4); },
           "shop: strategy: expected one of its names, 0 to 3", "4"});
  refuses({[](auto& s) { s.auto_shutdown = static_cast<auto_shutdown>(200); },
           "shop: auto_shutdown: expected one of its names, 0 to 2", "200"});
  refuses({[](auto& s) { s.backoff = backoff{.first = 0s}; },
           "shop: backoff.first: expected more than 0", "0 ns"});
}

BOOST_AUTO_TEST_CASE(faulty_children_are_refused_with_the_field_and_the_value) {
  const std::string at = "shop: child 'payments': ";
  refuses({[](auto& s) { s.children[1].id = ""; }, "shop: child '': id: expected a name", ""});
  refuses({[](auto& s) { s.children[1].id = "a/b"; },
           "shop: child 'a/b': id: expected a name without '/'", "a/b"});
  refuses({[](auto& s) { s.children[1].id = "inventory"; }, "shop: children: expected each id once",
           "inventory"});
  refuses({[](auto& s) { s.children[1].start.maker = ""; },
           at + "start.maker: expected the name of an actor's maker", ""});
  refuses({[](auto& s) { s.children[1].shutdown.within = -1ns; },
           at + "shutdown: expected 0 or more", "-1 ns"});
  refuses({[](auto& s) { s.children[1].restart = static_cast<supervision::restart>(3); },
           at + "restart: expected one of its names, 0 to 2", "3"});
  refuses({[](auto& s) { s.children[1].type = static_cast<child_type>(2); },
           at + "type: expected one of its names, 0 to 1", "2"});
  refuses({[](auto& s) { s.children[1].where.place = static_cast<spawn_options::where>(5); },
           at + "where.place: expected one of its names, 0 to 4", "5"});
  refuses({[](auto& s) { s.children[1].where.overflow = static_cast<overflow_policy>(4); },
           at + "where.overflow: expected one of its names, 0 to 3", "4"});
}

BOOST_AUTO_TEST_CASE(faulty_backoffs_are_refused_with_the_field_and_the_value) {
  const std::string at = "shop: child 'payments': backoff.";
  refuses(
      {with_backoff([](auto& b) { b.first = -1ns; }), at + "first: expected more than 0", "-1 ns"});
  refuses({with_backoff([](auto& b) { b.maximum = b.first - 1ns; }),
           at + "maximum: expected at least backoff.first, 100000000 ns", "99999999 ns"});
  refuses(
      {with_backoff([](auto& b) { b.factor = 0.5; }), at + "factor: expected at least 1", "0.5"});
  refuses({with_backoff([](auto& b) { b.factor = not_a_number; }),
           at + "factor: expected at least 1", "nan"});
  refuses({with_backoff([](auto& b) { b.factor = infinite; }),
           at + "factor: expected a finite number", "inf"});
  refuses({with_backoff([](auto& b) { b.jitter = -0.1; }), at + "jitter: expected 0 to 1", "-0.1"});
  refuses({with_backoff([](auto& b) { b.jitter = 1.5; }), at + "jitter: expected 0 to 1", "1.5"});
  refuses({with_backoff([](auto& b) { b.jitter = not_a_number; }), at + "jitter: expected 0 to 1",
           "nan"});
  refuses({with_backoff([](auto& b) { b.reset_after = -1s; }),
           at + "reset_after: expected 0 or more", "-1000000000 ns"});
}

BOOST_AUTO_TEST_CASE(significant_children_need_automatic_shutdown_and_an_end) {
  refuses({[](auto& s) {
             s.children[1].significant = true;
             s.children[1].restart = transient;
           },
           "shop: child 'payments': significant: expected false, as auto_shutdown is never",
           "true"});
  refuses({[](auto& s) {
             s.auto_shutdown = auto_shutdown::any_significant;
             s.children[1].significant = true;
           },
           "shop: child 'payments': significant: expected false, as the child is permanent",
           "true"});
  for (auto rule : {auto_shutdown::any_significant, auto_shutdown::all_significant})
    for (auto restart : {transient, temporary}) {
      auto s = shop();
      s.auto_shutdown = rule;
      s.children[1].significant = true;
      s.children[1].restart = restart;
      BOOST_TEST(check(s).has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_dynamic_supervisor_has_exactly_one_pattern) {
  refuses({[](auto& s) { s.strategy = strategy::dynamic; },
           "shop: children: expected exactly one, the pattern, as the strategy is dynamic", "2"});
  refuses({[](auto& s) {
             s.strategy = strategy::dynamic;
             s.children.clear();
           },
           "shop: children: expected exactly one, the pattern, as the strategy is dynamic", "0"});
  auto s = shop();
  s.strategy = strategy::dynamic;
  s.children.resize(1);
  BOOST_TEST(check(s).has_value());
  s.children[0].id = "";
  BOOST_TEST(check(s).has_value());
  s.children[0].id = "a/b";
  BOOST_TEST(!check(s).has_value());
}

BOOST_AUTO_TEST_CASE(nested_supervisors_are_checked_and_named_by_their_path) {
  auto checkout = shop();
  checkout.id = "checkout";
  auto s = shop();
  s.children.push_back(nested(checkout));
  BOOST_TEST(check(s).has_value());
  checkout.children[1].backoff = backoff{.factor = 0.5};
  s.children.back() = nested(checkout);
  const auto result = check(s);
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().what ==
             "shop/checkout: child 'payments': backoff.factor: expected at least 1");
  BOOST_TEST(result.error().value == "0.5");
}

BOOST_AUTO_TEST_CASE(a_nested_supervisor_that_is_no_archive_is_refused) {
  auto s = shop();
  s.children.push_back(nested(shop()));
  s.children.back().start.arguments.pop_back();
  auto result = check(s);
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == errc::invalid_argument));
  BOOST_TEST(
      result.error().what ==
      "shop: child 'shop': start.arguments: expected the archived specification of a supervisor");
  s.children.back().start.arguments.clear();
  BOOST_TEST(!check(s));
}

BOOST_AUTO_TEST_CASE(the_pattern_of_dynamic_supervisors_may_leave_its_arguments_to_later) {
  supervisor_spec s;
  s.id = "shops";
  s.strategy = strategy::dynamic;
  s.children = {child("shop")};
  s.children[0].type = child_type::supervisor;
  BOOST_TEST(check(s).has_value());
}

BOOST_AUTO_TEST_CASE(supervisors_nest_up_to_a_bound) {
  auto s = shop();
  for (std::size_t depth = 1; depth < supervision::detail::max_depth; ++depth) {
    supervisor_spec above;
    above.id = "level";
    above.children = {nested(s)};
    s = above;
  }
  BOOST_TEST(check(s).has_value());
  supervisor_spec above;
  above.id = "level";
  above.children = {nested(s)};
  const auto result = check(above);
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().value == "65");
}

BOOST_AUTO_TEST_CASE(a_child_that_joins_later_is_checked_alike) {
  auto s = shop();
  BOOST_TEST(supervision::detail::check(child("new"), s, "mall/shop").has_value());
  const auto result = supervision::detail::check(child("a/b"), s, "mall/shop");
  BOOST_REQUIRE(!result);
  BOOST_TEST(result.error().what == "mall/shop: child 'a/b': id: expected a name without '/'");
}
