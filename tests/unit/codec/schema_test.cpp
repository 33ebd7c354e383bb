// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE codec_schema
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <cereal/types/memory.hpp>
#include <cereal/types/variant.hpp>

#include <actors/archive.hpp>
#include <actors/schema.hpp>

using namespace actors;

// Definitions of one type as different programs might have compiled it: all are called "order".
#define ORDER_NAME static constexpr std::string_view actors_name = "order"

namespace first {
struct order {
  ORDER_NAME;
  std::int64_t id;
  std::string text;
};
} // namespace first
namespace same {
struct order {
  ORDER_NAME;
  std::int64_t number; // a member's name is not in the bytes
  std::string text;
};
} // namespace same
namespace longer {
struct order {
  ORDER_NAME;
  std::int64_t id;
  std::string text;
  bool paid;
};
} // namespace longer
namespace reordered {
struct order {
  ORDER_NAME;
  std::string text;
  std::int64_t id;
};
} // namespace reordered
namespace narrower {
struct order {
  ORDER_NAME;
  std::int32_t id;
  std::string text;
};
} // namespace narrower
namespace unsigned_one {
struct order {
  ORDER_NAME;
  std::uint64_t id;
  std::string text;
};
} // namespace unsigned_one
namespace renamed {
struct order {
  static constexpr std::string_view actors_name = "purchase";
  std::int64_t id;
  std::string text;
};
} // namespace renamed

struct inner_a {
  static constexpr std::string_view actors_name = "inner";
  int value;
};
struct inner_b {
  static constexpr std::string_view actors_name = "inner";
  double value;
};
template <class Inner>
struct nested {
  static constexpr std::string_view actors_name = "nested";
  std::map<std::string, std::vector<std::optional<Inner>>> values;
};

enum class narrow : std::uint8_t { a };
enum class wide : std::uint32_t { a };
template <class E>
struct with_enum {
  static constexpr std::string_view actors_name = "with_enum";
  E value;
};

template <class T>
class account {
public:
  static constexpr std::string_view actors_name = "account";
  template <class Archive>
  void serialize(Archive& ar) {
    ar(total_, name_);
  }

private:
  T total_{};
  std::string name_;
};

template <int Version>
class opaque {
public:
  static constexpr std::string_view actors_name = "opaque";
  static constexpr int version = Version;
  explicit opaque(int) {}
  template <class Archive>
  void serialize(Archive&) {}
};

struct tree {
  int value;
  std::vector<tree> children;
};

BOOST_AUTO_TEST_CASE(equal_definitions_have_equal_digests) {
  BOOST_TEST(schema_digest<first::order>() == schema_digest<first::order>());
  BOOST_TEST(schema_digest<first::order>() == schema_digest<same::order>());
}

BOOST_AUTO_TEST_CASE(a_changed_definition_changes_the_digest) {
  const auto digest = schema_digest<first::order>();
  BOOST_TEST(digest != schema_digest<longer::order>());
  BOOST_TEST(digest != schema_digest<reordered::order>());
  BOOST_TEST(digest != schema_digest<narrower::order>());
  BOOST_TEST(digest != schema_digest<unsigned_one::order>());
  BOOST_TEST(digest != schema_digest<renamed::order>());
}

BOOST_AUTO_TEST_CASE(a_change_deep_inside_containers_shows) {
  BOOST_TEST(schema_digest<nested<inner_a>>() != schema_digest<nested<inner_b>>());
  BOOST_TEST((schema_digest<std::variant<int, inner_a>>()) !=
             (schema_digest<std::variant<int, inner_b>>()));
  BOOST_TEST(schema_digest<std::unique_ptr<inner_a>>() !=
             schema_digest<std::unique_ptr<inner_b>>());
}

BOOST_AUTO_TEST_CASE(the_underlying_type_of_an_enum_and_the_extent_of_an_array_count) {
  BOOST_TEST(schema_digest<with_enum<narrow>>() != schema_digest<with_enum<wide>>());
  BOOST_TEST((schema_digest<std::array<int, 2>>()) != (schema_digest<std::array<int, 3>>()));
  BOOST_TEST(schema_digest<std::chrono::seconds>() != schema_digest<std::chrono::milliseconds>());
}

BOOST_AUTO_TEST_CASE(serialize_functions_are_looked_into) {
  BOOST_TEST(schema_digest<account<std::int64_t>>() == schema_digest<account<long long>>());
  BOOST_TEST(schema_digest<account<std::int64_t>>() != schema_digest<account<double>>());
}

struct with_a_member_called_version {
  std::uint16_t version = 1;
  int value = 0;
};

BOOST_AUTO_TEST_CASE(a_member_called_version_is_a_member) {
  BOOST_TEST(schema_digest<with_a_member_called_version>() != 0u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_constructed_is_told_apart_by_its_version) {
  BOOST_TEST(schema_digest<opaque<1>>() != schema_digest<opaque<2>>());
}

BOOST_AUTO_TEST_CASE(a_type_inside_itself_has_a_digest) { BOOST_TEST(schema_digest<tree>() != 0u); }

BOOST_AUTO_TEST_CASE(a_digest_is_the_same_in_every_build) {
  // Known value: it changes only together with the protocol version.
  BOOST_TEST(schema_digest<first::order>() == 18300787257722397899u);
}
