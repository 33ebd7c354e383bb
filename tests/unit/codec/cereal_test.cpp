// SPDX-License-Identifier: BSD-3-Clause
//
// Our archives take what cereal ships and what users wrote for cereal; cereal's archives take plain
// aggregates.
#define BOOST_TEST_MODULE codec_cereal
#include <boost/test/unit_test.hpp>

#include <sstream>

#include <cereal/archives/binary.hpp>
#include <cereal/archives/json.hpp>
#include <cereal/archives/xml.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/atomic.hpp>
#include <cereal/types/bitset.hpp>
#include <cereal/types/complex.hpp>
#include <cereal/types/deque.hpp>
#include <cereal/types/forward_list.hpp>
#include <cereal/types/list.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/memory.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/polymorphic.hpp>
#include <cereal/types/queue.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/stack.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/valarray.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <actors/archive.hpp>

using namespace actors;

struct point {
  double x;
  int y;
  bool operator==(const point&) const = default;
};

struct shape {
  int sides = 1;
  virtual ~shape() = default;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(CEREAL_NVP(sides));
  }
};
struct named_shape : shape {
  std::string name;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::base_class<shape>(this), CEREAL_NVP(name));
  }
};
CEREAL_REGISTER_TYPE(named_shape)

struct versioned {
  int value = 0;
  std::uint32_t seen = 0;
  template <class Archive>
  void serialize(Archive& ar, std::uint32_t version) {
    seen = version;
    ar(value);
  }
};
CEREAL_CLASS_VERSION(versioned, 5)

struct minimal {
  int value = 0;
  template <class Archive>
  int save_minimal(const Archive&) const {
    return value;
  }
  template <class Archive>
  void load_minimal(const Archive&, const int& v) {
    value = v;
  }
};

class secret {
public:
  void set(int v) { value_ = v; }
  int get() const { return value_; }

private:
  friend class cereal::access;
  template <class Archive>
  void save(Archive& ar) const {
    ar(value_);
  }
  template <class Archive>
  void load(Archive& ar) {
    ar(value_);
  }
  int value_ = 0;
};

namespace user {
struct swapped {
  int number = 0;
  std::string text;
};
template <class Archive>
void serialize(Archive& ar, swapped& s) {
  ar(s.text, s.number);
}
struct doubled {
  int number = 0;
};
template <class Archive>
void save(Archive& ar, const doubled& d) {
  ar(d.number, d.number);
}
template <class Archive>
void load(Archive& ar, doubled& d) {
  ar(d.number, d.number);
}
} // namespace user

class constructed {
public:
  explicit constructed(int v) : value(v) {}
  int value;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(value);
  }
  template <class Archive>
  static void load_and_construct(Archive& ar, cereal::construct<constructed>& construct) {
    int v = 0;
    ar(v);
    construct(v);
  }
};

template <class T>
T through_ours(const T& value) {
  buffer out;
  encode(out, value);
  return decode<T>(out.bytes());
}

template <class Out, class In, class T>
T through_cereals(const T& value) {
  std::stringstream stream;
  {
    Out out(stream);
    out(value);
  }
  T back{};
  In in(stream);
  in(back);
  return back;
}

BOOST_AUTO_TEST_CASE(every_form_of_user_function_is_found) {
  versioned v;
  v.value = 4;
  BOOST_TEST(through_ours(v).value == 4);
  BOOST_TEST(through_ours(v).seen == 5u);
  minimal m;
  m.value = 6;
  BOOST_TEST(through_ours(m).value == 6);
  secret s;
  s.set(7);
  BOOST_TEST(through_ours(s).get() == 7);
  BOOST_TEST(through_ours(user::swapped{1, "t"}).text == "t");
  BOOST_TEST(through_ours(user::doubled{3}).number == 3);
  buffer out;
  encode(out, user::doubled{3});
  BOOST_TEST(out.size() == 2 * sizeof(int));
}

BOOST_AUTO_TEST_CASE(types_that_cereal_ships_work) {
  std::variant<int, std::string, point> choice = point{1, 2};
  BOOST_TEST((through_ours(choice) == choice));
  std::bitset<70> bits;
  bits.set(65);
  BOOST_TEST(through_ours(bits) == bits);
  std::complex<double> c{1, 2};
  BOOST_TEST(through_ours(c) == c);
  std::forward_list<point> list{{1, 2}, {3, 4}};
  BOOST_TEST((through_ours(list) == list));
  std::queue<point> queue;
  queue.push({5, 6});
  BOOST_TEST((through_ours(queue) == queue));
  std::valarray<double> numbers{1, 2};
  BOOST_TEST(through_ours(numbers)[1] == 2.0);
}

BOOST_AUTO_TEST_CASE(pointers_are_followed_and_sharing_is_kept) {
  struct pair {
    std::shared_ptr<point> first, second;
    std::weak_ptr<point> watcher;
  };
  pair p;
  p.first = p.second = std::make_shared<point>(point{1, 2});
  p.watcher = p.first;
  const auto back = through_ours(p);
  BOOST_TEST(back.first == back.second);
  BOOST_TEST(back.watcher.lock() == back.first);
  BOOST_TEST(back.first->y == 2);
  BOOST_TEST(through_ours(std::make_unique<point>(point{3, 4}))->y == 4);
  BOOST_TEST(through_ours(std::make_shared<constructed>(5))->value == 5);
  BOOST_TEST(through_ours(std::make_unique<constructed>(6))->value == 6);
}

BOOST_AUTO_TEST_CASE(registered_polymorphic_types_keep_their_dynamic_type) {
  auto named = std::make_shared<named_shape>();
  named->name = "square";
  named->sides = 4;
  const auto back = through_ours(std::shared_ptr<shape>(named));
  const auto* same = dynamic_cast<named_shape*>(back.get());
  BOOST_REQUIRE(same != nullptr);
  BOOST_TEST(same->name == "square");
  BOOST_TEST(same->sides == 4);
}

struct mixture {
  point alone;
  std::vector<point> many;
  std::map<std::string, point> table;
  int numbers[3];
  std::array<int, 2> pair;
  std::optional<point> maybe;
  user::swapped swapped;
  user::doubled doubled;
  secret hidden;
};

BOOST_AUTO_TEST_CASE(plain_aggregates_go_through_cereals_own_archives) {
  mixture m{{1, 2}, {{3, 4}}, {{"k", {5, 6}}}, {1, 2, 3}, {4, 5}, point{7, 8}, {1, "s"}, {2}, {}};
  auto check = [&](const mixture& back) {
    BOOST_TEST((back.alone == m.alone));
    BOOST_TEST((back.many == m.many));
    BOOST_TEST((back.table == m.table));
    BOOST_TEST(back.numbers[2] == 3);
    BOOST_TEST((back.maybe == m.maybe));
    BOOST_TEST(back.swapped.text == "s");
    BOOST_TEST(back.doubled.number == 2);
  };
  check(through_cereals<cereal::BinaryOutputArchive, cereal::BinaryInputArchive>(m));
  check(through_cereals<cereal::JSONOutputArchive, cereal::JSONInputArchive>(m));
  check(through_cereals<cereal::XMLOutputArchive, cereal::XMLInputArchive>(m));
  check(through_ours(m));
}

#if defined(__GNUC__) && !defined(__clang__)
BOOST_AUTO_TEST_CASE(json_shows_the_names_of_members) {
  std::stringstream stream;
  {
    cereal::JSONOutputArchive out(stream);
    out(cereal::make_nvp("point", point{1, 2}));
  }
  BOOST_TEST(stream.str().find("\"y\": 2") != std::string::npos);
}
#endif
