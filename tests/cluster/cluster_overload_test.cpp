// SPDX-License-Identifier: BSD-3-Clause
//
// A node that has stopped reading: who sends to it is refused, and memory stays bounded on both sides.
#define BOOST_TEST_MODULE cluster_overload
#include <boost/test/unit_test.hpp>

#include <fstream>

#include "our_node.hpp"

using namespace actors;
using namespace cluster_test;

namespace {

struct flood {
  ref<ledger> to;
  std::size_t bytes = 0;
  std::uint32_t count = 0;
};

class flooder : public actor<flooder> {
public:
  using handles = messages<flood>;
  std::uint32_t on(const flood& f) {
    for (std::uint32_t k = 0; k < f.count; ++k) tell(f.to, cluster_test::load{std::vector<std::uint8_t>(f.bytes)});
    return f.count;
  }
};

std::size_t resident_mib() {
  std::size_t all = 0, used = 0;
  std::ifstream{"/proc/self/statm"} >> all >> used;
  return used * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) >> 20;
}

} // namespace

BOOST_AUTO_TEST_CASE(small_messages_to_a_stopped_node_are_refused) {
  our_node a;
  node_process b{"b", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(2));
  auto there = a.born_at<ledger>("b");
  auto here = a.spawn<flooder>();
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  const std::size_t before = resident_mib();
  b.signal(SIGSTOP);
  // 200 MB in all.
  BOOST_TEST(a.ask(here, flood{there, 1000, 200'000}, 10s).value() == 200'000u);
  auto refused = a.ask(there, total{}, 5s).result();
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::overloaded || refused.error().code == errc::node_lost),
             to_string(refused.error()));
  BOOST_TEST(a.dead_letter_count(errc::overloaded) > 0u);
  BOOST_TEST(resident_mib() < before + 64);
  // One that goes on in time is told what was not refused, and works.
  b.signal(SIGCONT);
}

BOOST_AUTO_TEST_CASE(large_messages_to_a_stopped_node_are_refused) {
  our_node a;
  node_process b{"b", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(2));
  auto there = a.born_at<ledger>("b");
  auto here = a.spawn<flooder>();
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  const std::size_t before = resident_mib();
  b.signal(SIGSTOP);
  // 800 MiB in all; 256 MiB may wait.
  BOOST_TEST(a.ask(here, flood{there, std::size_t{4} << 20, 200}, 10s).value() == 200u);
  BOOST_TEST(a.dead_letter_count(errc::overloaded) + a.dead_letter_count(errc::node_lost) > 0u);
  BOOST_TEST(resident_mib() < before + 256 + 64);
  b.signal(SIGCONT);
}

BOOST_AUTO_TEST_CASE(a_flood_does_not_fill_the_memory_of_who_gets_it) {
  our_node a;
  node_process b{"b", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(2));
  auto there = a.born_at<ledger>("b");
  auto here = a.spawn<flooder>();
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  const std::size_t before = b.resident();
  for (int k = 0; k < 10; ++k) {
    BOOST_TEST(a.ask(here, flood{there, 1000, 100'000}, 10s).value() == 100'000u);
    BOOST_TEST(b.resident() < before + 256);
  }
  const auto answered = [&] { return a.ask(there, total{}, 5s).result().has_value(); };
  BOOST_TEST(waiting::eventually(answered, 10s));
}
