// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE placement_labels
#include <boost/test/unit_test.hpp>

#include <actors/archive.hpp>
#include <actors/placement.hpp>

#include "protocol/placement/labels.hpp"

using namespace actors;
namespace place = actors::placement;
using place::detail::has_label;

namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

node_labels parsed(std::string_view text) {
  const auto found = parse_labels(text);
  BOOST_REQUIRE_MESSAGE(found.has_value(), text);
  return *found;
}

} // namespace

BOOST_AUTO_TEST_CASE(labels_are_read) {
  const auto l = parsed("region=eu,gpu=1,price=2.10,cores=7.5,memory=64G,gpu_memory=80G,zone=a");
  BOOST_TEST((l == node_labels{.cores = 7.5,
                               .memory = 64 * gib,
                               .gpus = 1,
                               .gpu_memory = 80 * gib,
                               .region = "eu",
                               .price = 2.10,
                               .others = {{"zone", "a"}}}));
  BOOST_TEST((parsed("") == node_labels{}));
  BOOST_TEST(parsed("memory=1000").memory == 1000u);
  BOOST_TEST(parsed("memory=3K").memory == 3072u);
}

BOOST_AUTO_TEST_CASE(labels_are_written_as_they_are_read) {
  for (const std::string text :
       {"", "region=eu", "cores=7.5,memory=64G,gpu=2,gpu_memory=80G,region=eu,price=2.1,a=b,c=d",
        "memory=1000", "memory=3K"}) {
    BOOST_TEST(to_string(parsed(text)) == text);
    BOOST_TEST((parsed(to_string(parsed(text))) == parsed(text)));
  }
}

BOOST_AUTO_TEST_CASE(faulty_labels_are_refused_with_key_and_value) {
  struct row {
    std::string_view text;
    std::string_view what;
    std::string_view value;
  };
  const row table[] = {
      {"region", "label 'region': expected key=value such as region=eu", "region"},
      {"=eu", "label '=eu': expected key=value such as region=eu", "=eu"},
      {"a=b,,c=d", "label '': expected key=value such as region=eu", ""},
      {"a=b,", "label '': expected key=value after the last ','", ""},
      {"region=", "label region=: expected a value without blanks, ',' and '='", ""},
      {"a=b=c", "label a=b=c: expected a value without blanks, ',' and '='", "b=c"},
      {"a b=c", "label 'a b=c': expected key=value such as region=eu", "a b=c"},
      {"a=1,a=2", "label a=2: expected a once, it is 1", "2"},
      {"cores=many", "label cores=many: expected a number from 0 to 1000000", "many"},
      {"cores=-1", "label cores=-1: expected a number from 0 to 1000000", "-1"},
      {"cores=nan", "label cores=nan: expected a number from 0 to 1000000", "nan"},
      {"price=1e9", "label price=1e9: expected a number from 0 to 10000", "1e9"},
      {"gpu=1.5", "label gpu=1.5: expected a whole number from 0 to 1000000", "1.5"},
      {"memory=64GB", "label memory=64GB: expected bytes such as 1000, 512K, 64G, up to 1024T",
       "64GB"},
      {"memory=2048T", "label memory=2048T: expected bytes such as 1000, 512K, 64G, up to 1024T",
       "2048T"},
      {"node=x", "label node=x: expected another key: the node's name is an option of its own",
       "x"},
  };
  for (const row& r : table)
    BOOST_TEST_CONTEXT(r.text) {
      const auto found = parse_labels(r.text);
      BOOST_REQUIRE(!found);
      BOOST_TEST((found.error().code == errc::invalid_argument));
      BOOST_TEST(found.error().what == r.what);
      BOOST_TEST(found.error().value == r.value);
    }
}

BOOST_AUTO_TEST_CASE(amounts_are_at_least_the_price_at_most_others_equal) {
  const auto l = parsed("cores=8,memory=16G,gpu=2,gpu_memory=80G,region=eu,price=1.5,zone=a");
  struct row {
    const char* key;
    const char* value;
    bool has;
  };
  const row table[] = {
      {"cores", "8", true},     {"cores", "8.5", false},     {"memory", "16G", true},
      {"memory", "17G", false}, {"gpu", "1", true},          {"gpu", "2", true},
      {"gpu", "3", false},      {"gpu_memory", "40G", true}, {"gpu_memory", "81G", false},
      {"price", "1.5", true},   {"price", "1.4", false},     {"region", "eu", true},
      {"region", "us", false},  {"zone", "a", true},         {"zone", "b", false},
      {"rack", "1", false},
  };
  for (const row& r : table)
    BOOST_TEST(has_label(l, r.key, r.value) == r.has, r.key << '=' << r.value);
}

BOOST_AUTO_TEST_CASE(specifications_travel_through_archives) {
  const any_ref actor{actor_id{.place = 1 << 16, .slot = 7, .generation = 1}};
  const place::spec all[] = {
      place::here,
      place::on("node-2"),
      place::near(actor).within(std::chrono::milliseconds{2}),
      place::round_robin,
      place::with_labels({{"gpu", "1"}, {"region", "eu"}}),
      place::cheapest.needing({.cores = 0.5, .memory = gib, .gpus = 1, .price_limit = 2.5})
          .not_labelled({{"spot", "yes"}})
          .beside({.region = "us", .gb_per_hour = 3})
          .spread_over("zone", 2),
  };
  for (const place::spec& s : all) {
    BOOST_TEST(place::check(s).has_value());
    buffer bytes;
    encode(bytes, s);
    BOOST_TEST((decode<place::spec>(bytes.bytes()) == s));
  }
  buffer bytes;
  encode(bytes, parsed("region=eu,gpu=1,zone=a"));
  BOOST_TEST((decode<node_labels>(bytes.bytes()) == parsed("region=eu,gpu=1,zone=a")));
}

BOOST_AUTO_TEST_CASE(faulty_specifications_are_refused) {
  const any_ref actor{actor_id{.generation = 1}};
  struct row {
    place::spec spec;
    std::string_view what;
    std::string_view value;
  };
  const row table[] = {
      {{.strategy = static_cast<place::strategy>(9)},
       "strategy: expected one of its names, 0 to 5",
       "9"},
      {place::on(""), "node: expected the name of a node", ""},
      {{.node = "n"}, "node: expected none unless the strategy is on", "n"},
      {place::near(any_ref{}), "actor: expected whom to be near", ""},
      {place::cheapest.needing({.cores = -1}), "needs.cores: expected a number from 0 to 1000000",
       "-1"},
      {place::cheapest.needing({.memory = std::uint64_t{1} << 60}),
       "needs.memory: expected 0 to 1125899906842624", "1152921504606846976"},
      {place::cheapest.needing({.gpus = 2'000'000}), "needs.gpus: expected 0 to 1000000",
       "2000000"},
      {place::cheapest.needing({.price_limit = 1e6}),
       "needs.price_limit: expected a number from 0 to 10000", "1000000"},
      {place::with_labels({{"gpu", "one"}}),
       "labels: label gpu=one: expected a whole number from 0 to 1000000", "one"},
      {place::cheapest.not_labelled({{"a b", "c"}}),
       "without: label 'a b=c': expected key=value such as region=eu", "a b=c"},
      {place::cheapest.beside({}), "affinity: expected either an actor or a region", ""},
      {place::cheapest.beside({.actor = actor.id(), .region = "eu"}),
       "affinity: expected either an actor or a region", "eu"},
      {place::cheapest.beside({.region = "eu", .within = duration{-1}}),
       "affinity.within: expected 0 or more", "-1 ns"},
      {place::cheapest.beside({.region = "eu", .gb_per_hour = 1e6}),
       "affinity.gb_per_hour: expected a number from 0 to 100000", "1000000"},
      {place::cheapest.beside({.region = "eu", .price_per_ms = 101}),
       "affinity.price_per_ms: expected a number from 0 to 100", "101"},
      {place::cheapest.spread_over("cores"),
       "spread.by: expected node, region or another label that is not an amount", "cores"},
      {place::cheapest.spread_over("zone", 0), "spread.most: expected 1 or more", "0"},
      {place::cheapest.spread_over("zone").spread_over("zone"),
       "spread.by: expected each label once", "zone"},
  };
  for (const row& r : table) {
    const auto found = place::check(r.spec);
    BOOST_REQUIRE_MESSAGE(!found, r.what);
    BOOST_TEST(found.error().what == r.what);
    BOOST_TEST(found.error().value == r.value);
  }
}
