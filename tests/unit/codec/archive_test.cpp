// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE codec_archive
#include <boost/test/unit_test.hpp>

#include <bit>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <actors/archive.hpp>

using namespace actors;

namespace {

enum class colour : std::uint8_t { red, green };
struct nothing {
  bool operator==(const nothing&) const = default;
};
struct point {
  double x, y;
  bool operator==(const point&) const = default;
};
struct padded {
  int number;
  char letter;
  bool flag;
  bool operator==(const padded&) const = default;
};
struct everything {
  std::int64_t number = 0;
  bool flag = false;
  std::string text;
  std::u16string wide;
  colour shade = colour::red;
  double reals[2][2] = {};
  std::array<std::string, 2> pair_of_texts;
  std::vector<point> points;
  std::vector<padded> mixed;
  std::vector<std::string> texts;
  std::vector<bool> bits;
  std::vector<nothing> empties;
  std::deque<colour> colours;
  std::list<point> list;
  std::map<std::string, std::vector<int>> map;
  std::multimap<int, int> multimap;
  std::unordered_map<int, padded> table;
  std::set<std::string> set;
  std::optional<point> maybe;
  std::pair<int, std::string> pair;
  std::tuple<bool, char, point> tuple;
  std::chrono::milliseconds delay{};
  std::chrono::system_clock::time_point when;
  long double precise = 0;
  bool operator==(const everything&) const = default;
};
struct tree {
  int value = 0;
  std::vector<tree> children;
  bool operator==(const tree&) const = default;
};

class account {
public:
  account() = default;
  explicit account(int total) : total_(total) {}
  bool operator==(const account&) const = default;

private:
  friend class actors::access;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(total_, history_);
  }
  int total_ = 0;
  std::vector<int> history_{1, 2, 3};
};

static_assert(archivable<everything>);
static_assert(archivable<tree>);
static_assert(archivable<account>);
static_assert(!archivable<int*>);
static_assert(!archivable<std::vector<int*>>);
static_assert(!archivable<std::string_view>);

everything sample() {
  everything e;
  e.number = -5;
  e.flag = true;
  e.text = "hello";
  e.wide.push_back(u'w');
  e.shade = colour::green;
  e.reals[1][0] = 2.5;
  e.pair_of_texts = {"a", std::string(200, 'b')};
  e.points = {{1, 2}, {3, 4}};
  e.mixed = {{1, 'x', true}, {2, 'y', false}};
  e.texts = {"", "one", "two"};
  e.bits = {true, false, true, true, false, true, false, true, true};
  e.empties.resize(3);
  e.colours = {colour::red, colour::green};
  e.list = {{5, 6}};
  e.map = {{"k", {1, 2, 3}}, {"l", {}}};
  e.multimap = {{1, 2}, {1, 3}};
  e.table = {{7, {8, 'z', true}}};
  e.set = {"p", "q"};
  e.maybe = point{7, 8};
  e.pair = {9, "nine"};
  e.tuple = {true, 'c', {1, 1}};
  e.delay = std::chrono::milliseconds(250);
  e.when += std::chrono::hours(5);
  e.precise = 1.5L;
  return e;
}

template <class T>
std::vector<std::byte> encoded(const T& value) {
  buffer out;
  encode(out, value);
  return {out.bytes().begin(), out.bytes().end()};
}

template <class T>
bool returns(const T& value) {
  return decode<T>(encoded(value)) == value;
}

} // namespace

BOOST_AUTO_TEST_CASE(values_of_every_built_in_kind_return_as_they_were) {
  BOOST_TEST(returns(sample()));
  BOOST_TEST(returns(everything{}));
  BOOST_TEST(returns(nothing{}));
  BOOST_TEST(returns(account(7)));
  BOOST_TEST(returns(tree{1, {{2, {}}, {3, {{4, {}}}}}}));
}

BOOST_AUTO_TEST_CASE(the_layout_is_as_documented) {
  struct message {
    std::uint16_t number;
    bool flag;
    std::string text;
    std::vector<std::uint8_t> bytes;
  };
  const auto bytes = encoded(message{0x0102, true, "ab", std::vector<std::uint8_t>(200, 9)});
  BOOST_TEST(bytes.size() == 2u + 1 + 1 + 2 + 2 + 200);
  const std::uint8_t head[] = {0x02, 0x01, 1, 2, 'a', 'b', 0xc8, 0x01, 9};
  for (std::size_t i = 0; i < sizeof head; ++i)
    BOOST_TEST(static_cast<int>(bytes[i]) == head[i]);
}

BOOST_AUTO_TEST_CASE(floating_point_values_keep_every_bit) {
  const std::uint64_t patterns[] = {
      0x8000000000000000, 0x7ff8000000000123, 0xfff0000000000000, 0x7ff0000000000001, 1,
      0x000fffffffffffff};
  for (auto pattern : patterns) {
    const auto value = std::bit_cast<double>(pattern);
    const auto alone = decode<double>(encoded(value));
    BOOST_TEST(std::bit_cast<std::uint64_t>(alone) == pattern);
    const auto many = decode<std::vector<double>>(encoded(std::vector<double>{value, value}));
    BOOST_TEST(std::bit_cast<std::uint64_t>(many.at(1)) == pattern);
  }
  const auto tiny = std::numeric_limits<float>::denorm_min();
  BOOST_TEST(decode<float>(encoded(tiny)) == tiny);
}

BOOST_AUTO_TEST_CASE(an_array_may_start_at_any_address) {
  struct shifted {
    char first;
    std::vector<double> values;
    bool operator==(const shifted&) const = default;
  };
  BOOST_TEST(returns(shifted{'x', std::vector<double>(1000, 0.1)}));
  // Into a vector that has elements already: fewer, and more.
  const auto bytes = encoded(std::vector<double>{1, 2, 3});
  for (std::size_t size : {0u, 2u, 3u, 10u}) {
    std::vector<double> target(size, 9.0);
    reader in(bytes);
    in(target);
    BOOST_TEST(target == (std::vector<double>{1, 2, 3}));
  }
}

BOOST_AUTO_TEST_CASE(a_writer_appends_to_a_buffer_and_stops_at_the_end_of_fixed_memory) {
  buffer out;
  encode(out, std::uint32_t{1});
  encode(out, std::uint32_t{2});
  BOOST_TEST(out.size() == 8u);

  std::array<std::byte, 6> memory;
  writer to{std::span<std::byte>(memory)};
  to(std::uint32_t{1});
  const auto mark = to.size();
  BOOST_CHECK_THROW(to(std::uint32_t{2}), archive_error);
  to.rewind(mark);
  to(std::uint16_t{3});
  BOOST_TEST(to.bytes().size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_writer_asks_its_owner_for_more_memory) {
  struct frame {
    std::vector<std::byte> memory = std::vector<std::byte>(8);
    static std::span<std::byte> grow(void* self, std::span<std::byte> used, std::size_t more) {
      auto& memory = static_cast<frame*>(self)->memory;
      memory.resize(used.size() + more + 16);
      return memory;
    }
  } f;
  const auto value = sample();
  writer to(f.memory, &frame::grow, &f);
  to(value);
  everything back;
  reader in(std::span<const std::byte>(f.memory).first(to.size()));
  in(back);
  BOOST_TEST((back == value));
}

BOOST_AUTO_TEST_CASE(a_failed_encode_leaves_the_buffer_as_it_was) {
  tree deep;
  for (int i = 0; i < 600; ++i)
    deep = tree{i, {deep}};
  buffer out;
  encode(out, 1);
  BOOST_CHECK_THROW(encode(out, deep), archive_error);
  BOOST_TEST(out.size() == sizeof(int));
}

BOOST_AUTO_TEST_CASE(bytes_left_over_are_an_error) {
  auto bytes = encoded(7);
  bytes.push_back(std::byte{0});
  BOOST_CHECK_THROW(static_cast<void>(decode<int>(bytes)), archive_error);
}
