// SPDX-License-Identifier: BSD-3-Clause
//
// Whatever bytes arrive, a reader decodes them or throws archive_error. Run under asan, this also
// proves that nothing is read behind the end: every input is in an allocation of exactly its size.
#define BOOST_TEST_MODULE codec_hostile_input
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include <cereal/types/memory.hpp>
#include <cereal/types/polymorphic.hpp>
#include <cereal/types/variant.hpp>

#include <actors/archive.hpp>

using namespace actors;

struct shape {
  int sides = 0;
  virtual ~shape() = default;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(sides);
  }
};
struct named_shape : shape {
  std::string name;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::base_class<shape>(this), name);
  }
};
CEREAL_REGISTER_TYPE(named_shape)

namespace {

struct part {
  double weight;
  bool checked;
  bool operator==(const part&) const = default;
};
struct node {
  int value = 0;
  std::unique_ptr<node> next;
};
struct message {
  std::string name;
  std::vector<double> values;
  std::vector<part> parts;
  std::vector<std::vector<std::string>> texts;
  std::map<std::string, std::optional<part>> table;
  std::deque<std::set<int>> sets;
  std::vector<bool> bits;
  bool flag = false;
  bool operator==(const message&) const = default;
};
struct pointers {
  std::variant<int, std::string, part> choice;
  std::unique_ptr<part> owned;
  std::shared_ptr<part> shared, again;
  std::shared_ptr<std::string> text;
  std::shared_ptr<shape> any_shape;
  std::unordered_set<int> numbers;
  node list;
};

template <class T>
std::vector<std::byte> encoded(const T& value) {
  buffer out;
  encode(out, value);
  return {out.bytes().begin(), out.bytes().end()};
}

/// Decodes, or is refused; anything else fails the test.
template <class T>
bool decodes(const std::vector<std::byte>& bytes) {
  // Exactly as large as its contents, for asan.
  auto memory = std::make_unique<std::byte[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), memory.get());
  try {
    T value;
    reader in({memory.get(), bytes.size()});
    in(value);
    return true;
  } catch (const archive_error& e) {
    BOOST_REQUIRE(e.offset() <= bytes.size());
    return false;
  }
}

template <class T>
void damage(const std::vector<std::byte>& bytes) {
  BOOST_TEST(decodes<T>(bytes));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    BOOST_TEST(!decodes<T>({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n)}));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    for (int flip = 1; flip < 256; ++flip) {
      auto damaged = bytes;
      damaged[n] ^= static_cast<std::byte>(flip);
      decodes<T>(damaged);
    }
}

class values {
public:
  explicit values(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  std::string text() {
    std::string s(below(4) == 0 ? below(300) : below(8), ' ');
    for (auto& c : s)
      c = static_cast<char>(random_());
    return s;
  }
  part any_part() { return {static_cast<double>(random_()), below(2) == 1}; }
  message any_message() {
    message m;
    m.name = text();
    m.values.resize(below(20));
    for (auto& v : m.values)
      v = static_cast<double>(random_()) / 3;
    for (auto n = below(5); n > 0; --n)
      m.parts.push_back(any_part());
    for (auto n = below(4); n > 0; --n) {
      auto& row = m.texts.emplace_back();
      for (auto k = below(4); k > 0; --k)
        row.push_back(text());
    }
    for (auto n = below(4); n > 0; --n)
      m.table[text()] = below(2) == 0 ? std::nullopt : std::optional(any_part());
    for (auto n = below(3); n > 0; --n)
      m.sets.push_back({static_cast<int>(below(10)), static_cast<int>(below(10))});
    for (auto n = below(20); n > 0; --n)
      m.bits.push_back(below(2) == 1);
    m.flag = below(2) == 1;
    return m;
  }

private:
  std::mt19937_64 random_;
};

std::uint64_t seed() {
  const char* given = std::getenv("ACTORS_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::cout << "seed " << seed << " (ACTORS_TEST_SEED repeats it)\n";
  return seed;
}

template <std::size_t N>
std::vector<std::byte> raw(const unsigned char (&bytes)[N]) {
  std::vector<std::byte> out(N);
  std::memcpy(out.data(), bytes, N);
  return out;
}

} // namespace

BOOST_AUTO_TEST_CASE(random_nested_values_return_as_they_were) {
  values v(seed());
  for (int i = 0; i < 2000; ++i) {
    const auto m = v.any_message();
    BOOST_REQUIRE((decode<message>(encoded(m)) == m));
  }
}

BOOST_AUTO_TEST_CASE(random_damage_to_random_values_decodes_or_is_refused) {
  values v(seed());
  for (int i = 0; i < 2000; ++i) {
    auto bytes = encoded(v.any_message());
    for (auto n = 1 + v.below(4); n > 0; --n)
      bytes[v.below(bytes.size())] = static_cast<std::byte>(v.below(256));
    decodes<message>(bytes);
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_and_every_changed_byte_of_a_plain_message_is_survived) {
  message m{
      "name",   {1, 2},        {{1, true}}, {{"a", "b"}, {}}, {{"k", part{2, false}}, {"n", {}}},
      {{1, 2}}, {true, false}, true};
  damage<message>(encoded(m));
}

BOOST_AUTO_TEST_CASE(every_truncation_and_every_changed_byte_of_pointers_and_variants_is_survived) {
  pointers p;
  p.choice.emplace<part>(part{1, true});
  p.owned = std::make_unique<part>(part{2, false});
  p.shared = p.again = std::make_shared<part>(part{3, true});
  p.text = std::make_shared<std::string>("text");
  auto named = std::make_shared<named_shape>();
  named->name = "square";
  p.any_shape = named;
  p.numbers = {1, 2};
  p.list.next = std::make_unique<node>();
  damage<pointers>(encoded(p));
}

BOOST_AUTO_TEST_CASE(a_length_that_the_rest_cannot_hold_is_refused_before_anything_is_allocated) {
  const auto huge = raw({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3});
  BOOST_TEST(!decodes<std::string>(huge));
  BOOST_TEST(!decodes<std::vector<double>>(huge));
  BOOST_TEST(!decodes<std::vector<std::string>>(huge));
  BOOST_TEST(!decodes<std::vector<bool>>(huge));
  BOOST_TEST((!decodes<std::map<int, int>>(huge)));
  BOOST_TEST(!decodes<std::unordered_set<int>>(huge));
  struct none {};
  BOOST_TEST(!decodes<std::vector<none>>(huge));
  // Four elements of eight bytes each cannot be in 31 bytes.
  std::vector<std::byte> short_by_one(32, std::byte{0});
  short_by_one[0] = std::byte{4};
  BOOST_TEST(!decodes<std::vector<double>>(short_by_one));
}

BOOST_AUTO_TEST_CASE(sizes_and_bools_have_one_spelling) {
  BOOST_TEST(!decodes<std::string>(raw({0x81, 0x00, 'a'})));
  BOOST_TEST(decodes<std::string>(raw({0x01, 'a'})));
  BOOST_TEST(!decodes<bool>(raw({2})));
  BOOST_TEST(!decodes<std::vector<part>>(raw({1, 0, 0, 0, 0, 0, 0, 0, 0, 2})));
  BOOST_TEST(!decodes<std::optional<int>>(raw({3, 0, 0, 0, 0})));
}

BOOST_AUTO_TEST_CASE(a_message_cannot_nest_until_the_stack_ends) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 1000000; ++i)
    bytes.insert(bytes.end(),
                 {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}});
  BOOST_TEST(!decodes<node>(bytes));
}

BOOST_AUTO_TEST_CASE(a_shared_pointer_cannot_be_read_as_another_type) {
  struct two {
    std::shared_ptr<part> first;
    std::shared_ptr<std::string> second;
  };
  auto bytes = encoded(two{std::make_shared<part>(), nullptr});
  bytes[bytes.size() - 4] = std::byte{1}; // the second now refers to the first
  BOOST_TEST(!decodes<two>(bytes));
}
