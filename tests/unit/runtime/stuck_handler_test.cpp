// SPDX-License-Identifier: BSD-3-Clause
//
// A handler that never returns. Its thread stays behind at the end: hence a program of its own.
#define BOOST_TEST_MODULE runtime_stuck_handler
#include <boost/test/unit_test.hpp>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <actors/actors.hpp>

#include "temporary_folder.hpp"
#include "waiting.hpp"

using namespace actors;
using namespace std::chrono_literals;
using waiting::eventually;

namespace {

struct hang {};
struct question {};

std::atomic<bool> hanging{false};

class looper : public actor<looper> {
public:
  using handles = messages<hang, question>;
  void on(hang) {
    hanging = true;
    for (;;) std::this_thread::sleep_for(1h); // never returns
  }
  int on(question) { return 42; }
};

std::string text_of(const std::string& path) {
  std::ifstream in{path};
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

using clock = std::chrono::steady_clock;

} // namespace

BOOST_AUTO_TEST_CASE(a_handler_that_never_returns_stalls_its_shard_only) {
  const temporary_folder folder;
  const std::string log = folder / "node.log";
  node_options options;
  options.shards = 4;
  options.workers = 2;
  options.log_file = log;
  options.shutdown_timeout = 1s;
  node here{options};

  auto victim = here.spawn<looper>(on_shard(1));
  std::vector<ref<looper>> others;
  for (std::uint32_t s : {0, 2, 3}) others.push_back(here.spawn<looper>(on_shard(s)));

  const auto begin = clock::now();
  victim.tell(hang{});
  BOOST_REQUIRE(eventually([] { return hanging.load(); }));

  // Reported within a second, with actor, message and duration.
  BOOST_TEST(eventually([&] { return here.counters().slow_handlers >= 1; }));
  BOOST_TEST((clock::now() - begin < 1s));
  const std::regex line{"slow handler: .*" + to_string(victim.id()) + ".*hang.* [0-9]+ ms"};
  BOOST_TEST(eventually([&] { return std::regex_search(text_of(log), line); }));
  BOOST_TEST((clock::now() - begin < 1s));

  // The other shards go on, also after the watchdog has found the shard stuck.
  for (auto& other : others) BOOST_TEST(here.ask(other, question{}).value() == 42);
  BOOST_TEST(eventually([&] { return here.counters().stuck_shards == 1; }));
  for (auto& other : others) BOOST_TEST(here.ask(other, question{}).value() == 42);

  // New actors avoid it.
  for (int i = 0; i < 20; ++i) {
    auto fresh = here.spawn<looper>();
    BOOST_TEST(fresh.id().shard() != 1U);
    BOOST_TEST(here.ask(fresh, question{}).value() == 42);
  }

  // An ask of the stuck actor ends at its timeout.
  auto result = here.ask(victim, question{}, 50ms).result();
  BOOST_REQUIRE(!result);
  BOOST_TEST((result.error().code == errc::timeout));

  const auto down = clock::now();
  BOOST_TEST(!here.shutdown());
  BOOST_TEST((clock::now() - down < 5s));
}
