// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE types
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::test;

static_assert(sizeof(actor_id) == 16);
static_assert(sizeof(ref<puppet>) == 16);
static_assert(sizeof(ref_to<number, int(question)>) == 16);
static_assert(sizeof(any_ref) == 16);
static_assert(std::is_trivially_copyable_v<ref<puppet>>);
static_assert(std::is_trivially_copyable_v<ref_to<number>>);
static_assert(std::is_trivially_copyable_v<any_ref>);
static_assert(std::is_trivially_copyable_v<promise<int>>);
static_assert(sizeof(promise<int>) == 24);
static_assert(std::is_convertible_v<ref<puppet>, any_ref>);
static_assert(!std::is_convertible_v<any_ref, ref<puppet>>);
static_assert(std::is_convertible_v<ref<puppet>, ref_to<number, int(question)>>);
static_assert(std::is_same_v<reply_of<puppet, question>, int>);
static_assert(std::is_same_v<reply_of<puppet, note>, void>);
static_assert(sizeof(detail::slot) == 64);
static_assert(std::is_empty_v<actor_base>);
static_assert(!std::is_copy_constructible_v<testing::node>);
static_assert(!std::is_copy_constructible_v<task<int>>);
static_assert(std::is_move_constructible_v<task<int>>);
static_assert((detail::state::slow_dispatch & detail::state::bounded) == 0, "a bound costs nothing at dispatch");
static_assert(sizeof(dead_letter) > 0 && std::is_aggregate_v<failure>);

BOOST_AUTO_TEST_CASE(references_compare_and_hash_by_the_actor_they_name) {
  ref<puppet> a{actor_id{1, 2, 3}};
  ref<puppet> b{actor_id{1, 2, 4}};
  BOOST_TEST((a != b && a < b));
  BOOST_TEST((std::hash<ref<puppet>>{}(a) == std::hash<any_ref>{}(any_ref{a})));
  BOOST_TEST(!ref<puppet>{});
  BOOST_TEST(bool{a});
}

BOOST_AUTO_TEST_CASE(every_code_has_a_name_of_its_own) {
  std::vector<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(errc::immovable); ++i) seen.push_back(to_string(static_cast<errc>(i)));
  auto all = seen;
  std::sort(seen.begin(), seen.end());
  BOOST_TEST((std::unique(seen.begin(), seen.end()) == seen.end()));
  BOOST_TEST((std::find(all.begin(), all.end(), "unknown") == all.end()));
}

BOOST_AUTO_TEST_CASE(a_failure_is_one_line_with_code_actor_text_and_value) {
  failure f{errc::actor_failed, {1 << 16, 2, 3}, "it broke", "std::runtime_error"};
  BOOST_TEST(to_string(f) == "actor_failed (actor 1/0/2.3): it broke [std::runtime_error]");
}

BOOST_AUTO_TEST_CASE(a_narrow_reference_tells_and_asks) {
  testing::node node{plain()};
  journal log;
  ref_to<number, int(question)> narrow = node.spawn<puppet>(&log, "a");
  narrow.tell(number{3});
  BOOST_TEST(node.ask(narrow, question{4}).result().value() == 8);
  BOOST_TEST(log == (journal{"a: 3"}), boost::test_tools::per_element());
}
