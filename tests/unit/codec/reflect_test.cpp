// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE codec_reflect
#include <boost/test/unit_test.hpp>

#include <any>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <actors/reflect.hpp>

using namespace actors;

namespace shapes {

struct empty {};
struct tag {};
struct empty_with_base : tag {};
struct two {
  int first;
  double second;
};
struct tagged : tag {
  int first;
  int second;
};
struct derived : two {
  int third;
};
struct only_base : two {};
struct person {
  std::string name;
  std::vector<two> history;
  two last;
};
struct arrays {
  char text[64];
  int matrix[2][3];
  two pairs[2];
  std::string_view view;
  std::any anything;
};
struct one_array {
  int values[7];
};
struct array_of_one {
  int values[1];
};
struct big_array {
  char bytes[4096];
  int behind;
};
struct library {
  std::any any;
  std::function<void()> function;
  std::shared_ptr<int> shared;
  std::optional<int> optional;
  std::variant<int, std::string> variant;
  std::chrono::system_clock::time_point time;
  std::array<int, 3> array;
  std::pair<int, int> pair;
  std::unique_ptr<int> unique;
};
struct no_default {
  no_default(int);
};
struct holds_no_default {
  int first;
  no_default second;
  int third[3];
  no_default fourth;
};
struct empties {
  empty first;
  int second;
  empty third[2];
};
struct constants {
  const int first;
  const std::string second;
};
struct recursive {
  std::vector<recursive> children;
  int value;
};
template <class T>
struct box {
  T value;
};
struct most {
  int a[2], b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a1, a2, a3,
      a4, a5, a6;
};
struct too_many {
  int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, a1, a2, a3, a4,
      a5, a6, a7;
};
union either {
  int a;
  float b;
};
class closed {
public:
  int value() const { return value_; }

private:
  int value_ = 0;
};
struct renamed {
  static constexpr std::string_view actors_name = "shop.order";
  int value;
};
enum class colour : char { red };
struct outer {
  struct inner {
    int value;
  };
};

} // namespace shapes

using namespace shapes;

static_assert(member_count<empty> == 0);
static_assert(member_count<empty_with_base> == 0);
static_assert(member_count<two> == 2);
static_assert(member_count<tagged> == 2);
static_assert(member_count<person> == 3);
static_assert(member_count<const person> == 3);
static_assert(member_count<library> == 9);
static_assert(member_count<empties> == 3);
static_assert(member_count<constants> == 2);
static_assert(member_count<recursive> == 2);
static_assert(member_count<box<std::any>> == 1);
static_assert(member_count<holds_no_default> == 4);

static_assert(member_count<arrays> == 5);
static_assert(member_count<one_array> == 1);
static_assert(member_count<array_of_one> == 1);
static_assert(member_count<big_array> == 2);
static_assert(member_count<most> == 32);

static_assert(!reflectable<too_many>);
static_assert(!reflectable<derived>);
static_assert(!reflectable<only_base>);
static_assert(!reflectable<either>);
static_assert(!reflectable<closed>);
static_assert(!reflectable<int>);
static_assert(!reflectable<std::string>);

BOOST_AUTO_TEST_CASE(members_are_visited_in_order_and_by_reference) {
  person p{"Ada", {{1, 2.0}}, {3, 4.0}};
  int visited = 0;
  for_each_member(p, [&](auto& member) {
    if constexpr (std::is_same_v<decltype(member), std::string&>)
      member += "!";
    ++visited;
  });
  BOOST_TEST(visited == 3);
  BOOST_TEST(p.name == "Ada!");
  const person& fixed = p;
  visit_members(fixed, [&](const auto& name, const auto& history, const auto& last) {
    BOOST_TEST(&name == &p.name);
    BOOST_TEST(&history == &p.history);
    BOOST_TEST(&last == &p.last);
  });
}

BOOST_AUTO_TEST_CASE(c_arrays_are_members_of_their_own) {
  arrays a{};
  visit_members(a, [&](auto& text, auto& matrix, auto& pairs, auto&, auto&) {
    static_assert(sizeof(text) == 64);
    static_assert(sizeof(matrix) == 6 * sizeof(int));
    static_assert(sizeof(pairs) == 2 * sizeof(two));
    matrix[1][2] = 7;
  });
  BOOST_TEST(a.matrix[1][2] == 7);
}

BOOST_AUTO_TEST_CASE(all_32_members_are_reached) {
  most m{};
  int next = 0;
  for_each_member(m, [&](auto& member) {
    if constexpr (std::is_same_v<decltype(member), int&>)
      member = ++next;
  });
  BOOST_TEST(m.b == 1);
  BOOST_TEST(m.a6 == 31);
}

BOOST_AUTO_TEST_CASE(type_names_carry_namespaces_and_are_spelled_alike_by_all_compilers) {
  BOOST_TEST(type_name<two>() == "shapes::two");
  BOOST_TEST(type_name<const two&>() == "shapes::two");
  BOOST_TEST(type_name<outer::inner>() == "shapes::outer::inner");
  BOOST_TEST(type_name<colour>() == "shapes::colour");
  BOOST_TEST(type_name<unsigned long>() == "unsigned long");
  BOOST_TEST(type_name<std::string>() == "std::string");
  BOOST_TEST(type_name<std::vector<std::string>>() == "std::vector<std::string>");
  BOOST_TEST((type_name<std::map<std::string, std::vector<unsigned long>>>()) ==
             "std::map<std::string, std::vector<unsigned long>>");
  BOOST_TEST(type_name<box<box<std::string>>>() == "shapes::box<shapes::box<std::string>>");
}

BOOST_AUTO_TEST_CASE(a_class_may_choose_its_name) {
  BOOST_TEST(type_name<renamed>() == "shop.order");
  BOOST_TEST(type_name<box<renamed>>() == "shapes::box<shop.order>");
}

#if defined(__GNUC__) && !defined(__clang__)
BOOST_AUTO_TEST_CASE(members_have_names) {
  constexpr auto& names = member_names<person>();
  static_assert(names.size() == 3);
  BOOST_TEST(names[0] == "name");
  BOOST_TEST(names[1] == "history");
  BOOST_TEST(names[2] == "last");
  BOOST_TEST(member_names<arrays>()[1] == "matrix");
}
#endif
