// SPDX-License-Identifier: BSD-3-Clause
//
// Specifications as data: how they are written, what they carry, and that they survive every archive.
#define BOOST_TEST_MODULE tree
#include <boost/test/unit_test.hpp>

#include <sstream>

#include <cereal/archives/binary.hpp>
#include <cereal/archives/json.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include <actors/archive.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
using boost::test_tools::per_element;

namespace tree_tests {

struct money {
  std::string currency;
  std::int64_t cents = 0;
};
struct describe {};

/// Shows all that its constructor got, and what it was restored from.
class till : public actor<till> {
public:
  using handles = messages<describe, crash, end_normally, get_killed>;
  till(int n, std::string s, double d, std::vector<money> coins, std::map<std::string, bool> flags)
      : text_{std::to_string(n) + " " + s + " " + std::to_string(d)} {
    for (const money& m : coins) text_ += " " + std::to_string(m.cents) + m.currency;
    for (const auto& [k, v] : flags) text_ += " " + k + (v ? "+" : "-");
  }
  std::string on(describe) { return text_; }
  void on(const crash& c) { throw std::logic_error{c.text}; }
  void on(end_normally) { stop(); }
  void on(get_killed) { kill(self()); }
  std::string text_;
};

std::vector<restart_info> restored;
int restores_that_throw = 0;

void give_state(till& t, const restart_info& why) {
  restored.push_back(why);
  if (restores_that_throw > 0) {
    --restores_that_throw;
    throw std::out_of_range{"no copy"};
  }
  t.text_ = "restored";
}
void give_count(child_actor& c, const restart_info& why) { c.set_count(static_cast<int>(100 * why.restarts)); }

child_spec a_till() {
  return sup::child<till>("till", sup::args(7, "seven", 1.5, std::vector<money>{{"EUR", 5}, {"CHF", 20}}, std::map<std::string, bool>{{"open", true}}),
                          sup::restore<&give_state>, on_shard(0));
}

/// Every field has a value of its own.
supervisor_spec full() {
  return sup::rest_for_one("shop")
      .intensity(7, 11s)
      .ends_with(auto_shutdown::all_significant)
      .restart_with({.first = 1ms, .maximum = 2s, .factor = 3.5, .jitter = 0.25, .reset_after = 4s})
      .child(kid("a", transient, sup::significant, sup::shutdown{13ms}, on_shard(2).limit(17, overflow_policy::drop_oldest)))
      .child(a_till())
      .child(kid("b", temporary, brutal_kill, anywhere, backoff{.first = 5ms, .maximum = 6ms}))
      .child(sup::one_for_all("below").child(kid("x")).child(kid("y", infinity, own_thread)))
      .child(sup::dynamic<child_actor>("pool", sup::takes<std::string>))
      .spec();
}

void works(const supervisor_spec& spec) {
  family f;
  auto started = sup::start(f.node, spec);
  BOOST_REQUIRE_MESSAGE(started, why(started));
  f.root = *started;
  BOOST_TEST(f.take() == (journal{"+a", "+b", "+x", "+y"}), per_element());
  auto t = f.node.find<till>("shop/till");
  BOOST_REQUIRE(t.has_value());
  BOOST_TEST(f.node.ask_result(*t, describe{}).value() == "7 seven 1.500000 5EUR 20CHF open+");
  auto pool = f.node.find<supervisor>("shop/pool").value();
  BOOST_TEST(f.node.ask_result(pool, dynamic_child("d")).has_value());
  f.tell("shop/below/x", crash{});
  BOOST_TEST(f.take() == (journal{"+d", "-y", "+x", "+y"}), per_element());
  BOOST_TEST(f.node.shutdown());
  BOOST_TEST(f.node.counters().live_actors == 0U);
}

} // namespace tree_tests
using namespace tree_tests;

BOOST_AUTO_TEST_CASE(what_is_written_is_what_is_in_the_specification) {
  const auto s = full();
  BOOST_TEST(s.id == "shop");
  BOOST_TEST((s.strategy == strategy::rest_for_one));
  BOOST_TEST(s.intensity == 7U);
  BOOST_TEST((s.period == 11s));
  BOOST_TEST((s.auto_shutdown == auto_shutdown::all_significant));
  BOOST_TEST((s.backoff == backoff{1ms, 2s, 3.5, 0.25, 4s}));
  BOOST_REQUIRE(s.children.size() == 5U);
  const child_spec& a = s.children[0];
  BOOST_TEST((a.id == "a" && a.restart == transient && a.significant && a.shutdown == sup::shutdown{13ms}));
  BOOST_TEST((a.where == child_place{spawn_options::where::given_shard, 2, 17, overflow_policy::drop_oldest, {}}));
  BOOST_TEST((!a.backoff && a.type == child_type::worker));
  const child_spec& b = s.children[2];
  BOOST_TEST((b.restart == temporary && b.shutdown == brutal_kill && b.backoff->maximum == 6ms));
  BOOST_TEST((b.where.place == spawn_options::where::any_shard));
  const child_spec& below = s.children[3];
  BOOST_TEST((below.id == "below" && below.type == child_type::supervisor && below.shutdown == infinity));
  BOOST_TEST((below.restart == permanent));
}

BOOST_AUTO_TEST_CASE(what_nothing_is_said_of_is_as_in_otp) {
  const supervisor_spec s;
  BOOST_TEST((s.intensity == 1U && s.period == 5s && s.strategy == strategy::one_for_one));
  BOOST_TEST((s.auto_shutdown == auto_shutdown::never && !s.backoff));
  const child_spec c;
  BOOST_TEST((c.restart == permanent && c.shutdown.within == 5s && !c.significant && c.type == child_type::worker));
  BOOST_TEST((kid("x").where.place == spawn_options::where::here));
  BOOST_TEST((kid("x", on_shard(1).stop_within(3s)).shutdown.within == 3s));
}

BOOST_AUTO_TEST_CASE(specifications_survive_our_archives_and_still_work) {
  const auto s = full();
  buffer bytes;
  encode(bytes, s);
  const auto read = decode<supervisor_spec>(bytes.bytes());
  BOOST_TEST((read == s));
  works(read);
}

BOOST_AUTO_TEST_CASE(specifications_survive_the_binary_archive_of_cereal_and_still_work) {
  const auto s = full();
  std::stringstream text;
  cereal::BinaryOutputArchive{text}(s);
  supervisor_spec read;
  cereal::BinaryInputArchive{text}(read);
  BOOST_TEST((read == s));
  works(read);
}

BOOST_AUTO_TEST_CASE(specifications_survive_the_json_archive_of_cereal_and_still_work) {
  const auto s = full();
  std::stringstream text;
  {
    cereal::JSONOutputArchive out{text};
    out(cereal::make_nvp("shop", s));
  }
  BOOST_TEST(text.str().find("\"intensity\": 7") != std::string::npos, text.str());
  supervisor_spec read;
  {
    cereal::JSONInputArchive in{text};
    in(cereal::make_nvp("shop", read));
  }
  BOOST_TEST((read == s));
  works(read);
}

BOOST_AUTO_TEST_CASE(a_restarted_child_gets_the_arguments_it_had_and_its_state_from_restore) {
  restored.clear();
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("shop").intensity(9, 5s).child(a_till())));
  auto t = f.node.find<till>("shop/till").value();
  BOOST_TEST(restored.empty()); // not at the first start
  t.tell(crash{"out of coins"});
  f.node.run_until_idle();
  BOOST_TEST(f.node.ask_result(t, describe{}).value() == "restored");
  t.tell(end_normally{});
  f.node.run_until_idle();
  f.node.kill(t);
  f.node.run_until_idle();
  BOOST_REQUIRE(restored.size() == 3U);
  BOOST_TEST(restored[0].path == "shop/till");
  BOOST_TEST((restored[0].restarts == 1U && restored[1].restarts == 2U && restored[2].restarts == 3U));
  BOOST_TEST((restored[0].kind == exit_kind::failed && restored[1].kind == exit_kind::normal && restored[2].kind == exit_kind::killed));
  BOOST_TEST((restored[0].reason.code == errc::actor_failed));
  BOOST_TEST(restored[0].reason.what == "out of coins");
  BOOST_TEST(restored[0].reason.value == "std::logic_error");
  BOOST_TEST((restored[0].reason.who == t.id()));
}

BOOST_AUTO_TEST_CASE(a_restore_that_throws_is_a_failed_start_and_is_tried_again) {
  restored.clear();
  restores_that_throw = 2;
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("shop").intensity(3, 5s).child(a_till())));
  auto t = f.node.find<till>("shop/till").value();
  t.tell(crash{});
  f.node.run_until_idle();
  BOOST_TEST(f.node.ask_result(t, describe{}).value() == "restored");
  BOOST_TEST(restored.size() == 3U);
  BOOST_REQUIRE(f.heard.size() == 3U);
  BOOST_TEST((f.heard[1].when == failed_in::start));
  BOOST_TEST(f.heard[1].exception_type == "std::out_of_range");
  BOOST_TEST(f.heard[1].text == "no copy");
  restores_that_throw = 100;
  t.tell(crash{});
  f.node.run_until_idle();
  restores_that_throw = 0;
  BOOST_TEST(f.ended());
}

BOOST_AUTO_TEST_CASE(restore_works_near_far_and_moved) {
  for (lies place : {lies::near, lies::far, lies::moved}) {
    family f;
    BOOST_REQUIRE(f.start(sup::one_for_one("top").intensity(9, 5s).child(kid("a", at(place), sup::restore<&give_count>))));
    if (place == lies::moved) f.move("top/a");
    const auto a = f.child("top/a");
    BOOST_TEST(f.node.ask_result(a, count{}).value() == 1);
    for (int k = 1; k < 4; ++k) {
      a.tell(crash{});
      BOOST_TEST(f.node.ask_result(a, count{}).value() == 100 * k + 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_member_of_a_group_is_restored_too_and_learns_that_it_was_stopped) {
  restored.clear();
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_all("shop").child(kid("a")).child(a_till())));
  f.tell("shop/a", crash{});
  BOOST_REQUIRE(restored.size() == 1U);
  BOOST_TEST((restored[0].kind == exit_kind::shutdown));
  BOOST_TEST(restored[0].path == "shop/till");
}

BOOST_AUTO_TEST_CASE(a_grandchild_is_restored_when_its_supervisor_is_restarted) {
  restored.clear();
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").child(sup::one_for_one("shop").intensity(0, 5s).child(kid("a")).child(a_till()))));
  f.tell("top/shop/a", crash{});
  BOOST_REQUIRE(restored.size() == 1U);
  BOOST_TEST(restored[0].path == "top/shop/till");
  BOOST_TEST((restored[0].kind == exit_kind::shutdown));
}
