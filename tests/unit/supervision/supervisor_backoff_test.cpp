// SPDX-License-Identifier: BSD-3-Clause
//
// Pauses before restarts, as the actors see them.
#define BOOST_TEST_MODULE supervisor_backoff
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "support.hpp"

using namespace actors;
using namespace actors::supervision;
using namespace actors::supervision::test;
namespace data = boost::unit_test::data;
using boost::test_tools::per_element;

namespace {

const auto places = data::make({lies::near, lies::far, lies::moved});

struct patient : family {
  explicit patient(lies place, const backoff& pauses, strategy how = strategy::one_for_one,
                   testing::simulation_options o = quiet())
      : family{o} {
    auto started = start(tree{"top", how}.intensity(1000, 1s).child(kid("a")).child(kid("b", at(place), pauses)));
    BOOST_REQUIRE_MESSAGE(started, why(started));
    if (place == lies::moved) move("top/b");
    take();
  }
  /// From the crash to the new instance.
  duration dies() {
    child("top/b").tell(crash{});
    const duration since = node.now();
    node.run_until([this] { return stage::now().alive["b"] == 0; });
    BOOST_REQUIRE(node.run_until([this] { return is_alive("b"); }));
    return node.now() - since;
  }
};

/// Lays its work aside until told otherwise.
class careful : public actor<careful> {
public:
  using handles = messages<work, count, crash, nothing>;
  careful() { stage::now().note("+careful"); }
  void on(work w) {
    if (!open_) return stash(w);
    stage::now().note("works");
  }
  int on(count) { return 1; }
  void on(const crash& c) { throw std::runtime_error{c.text}; }
  void on(nothing) {
    open_ = true;
    unstash_all();
  }
  bool open_ = false;
};

/// Of a tick of the wheel, and the turns of the shards.
bool about(duration took, duration wanted) { return took >= wanted && took <= wanted + 3ms; }

constexpr backoff plain{.first = 100ms, .maximum = 1s, .factor = 2, .jitter = 0, .reset_after = 1min};

} // namespace

BOOST_DATA_TEST_CASE(pauses_grow_up_to_the_maximum, places, place) {
  patient f{place, plain};
  for (duration pause : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    const duration took = f.dies();
    BOOST_TEST(about(took, pause), took.count());
    f.node.run_until_idle();
    BOOST_TEST((f.heard.back().pause == pause));
  }
}

BOOST_DATA_TEST_CASE(after_quiet_they_begin_anew, places, place) {
  patient f{place, plain};
  f.dies();
  f.dies();
  f.node.run_for(59s);
  BOOST_TEST(about(f.dies(), 400ms));
  f.node.run_for(62s);
  BOOST_TEST(about(f.dies(), 100ms));
  BOOST_TEST(about(f.dies(), 200ms));
}

BOOST_AUTO_TEST_CASE(jitter_makes_them_longer_by_its_share_at_most_and_different) {
  std::set<duration> seen;
  auto pauses = plain;
  pauses.jitter = 0.5;
  auto options = quiet();
  for (int k = 0; k < 40; ++k) {
    // Each supervisor has chance of its own: from its id, and that from the seed.
    options.seed = static_cast<std::uint64_t>(k);
    patient f{lies::near, pauses, strategy::one_for_one, options};
    for (duration pause : {100ms, 200ms, 400ms}) {
      f.dies();
      f.node.run_until_idle();
      const duration said = f.heard.back().pause;
      BOOST_TEST((said >= pause && said <= pause * 3 / 2));
      seen.insert(said);
    }
  }
  BOOST_TEST(seen.size() > 20U);
}

BOOST_DATA_TEST_CASE(what_waits_and_what_was_laid_aside_is_kept_through_a_pause, places, place) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").child(sup::child<careful>("c", plain, at(place)))));
  auto c = f.node.find<careful>("top/c").value();
  f.take();
  c.tell(work{});
  c.tell(work{});
  f.node.run_until_idle();
  c.tell(crash{});
  c.tell(work{});
  f.node.run_until_idle();
  auto asked = f.node.ask(c, count{}, 1h);
  f.node.run_for(50ms);
  BOOST_TEST(!asked.ready());
  BOOST_TEST(f.shows() == "c restarting");
  BOOST_TEST(f.take().empty());
  f.node.run_for(60ms);
  BOOST_REQUIRE(asked.ready());
  BOOST_TEST(asked.result().value() == 1);
  c.tell(nothing{});
  BOOST_TEST(f.take() == (journal{"+careful", "works", "works", "works"}), per_element());
}

BOOST_DATA_TEST_CASE(a_group_waits_together, places, place) {
  patient f{place, plain, strategy::one_for_all};
  f.child("top/b").tell(crash{});
  f.node.run_for(50ms);
  BOOST_TEST(f.take() == journal{"-a"}, per_element());
  BOOST_TEST(f.shows() == "a restarting, b restarting");
  f.node.run_for(60ms);
  BOOST_TEST(f.take() == (journal{"+a", "+b"}), per_element());
}

BOOST_DATA_TEST_CASE(the_supervisors_pauses_are_for_children_without_their_own, places, place) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").intensity(9, 1s).restart_with(plain).child(kid("a", at(place))).child(
      kid("b", backoff{.first = 1s, .maximum = 1s, .jitter = 0}, at(place)))));
  if (place == lies::moved) f.move("top/a");
  f.tell("top/a", crash{});
  f.tell("top/b", crash{});
  f.take();
  f.node.run_for(150ms);
  BOOST_TEST(f.take() == journal{"+a"}, per_element());
  f.node.run_for(1s);
  BOOST_TEST(f.take() == journal{"+b"}, per_element());
}

BOOST_DATA_TEST_CASE(two_children_wait_independently_of_each_other, places, place) {
  family f;
  BOOST_REQUIRE(f.start(sup::one_for_one("top").intensity(9, 1s).restart_with(plain).child(kid("a")).child(kid("b", at(place)))));
  f.take();
  f.tell("top/a", crash{});
  f.node.run_for(40ms);
  f.tell("top/b", crash{});
  f.node.run_for(70ms);
  BOOST_TEST(f.shows() == "a running (1), b restarting");
  f.node.run_for(40ms);
  BOOST_TEST(f.take() == (journal{"+a", "+b"}), per_element());
}
