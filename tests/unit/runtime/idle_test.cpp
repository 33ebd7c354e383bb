// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE runtime_idle
#include <boost/test/unit_test.hpp>

#include <ctime>
#include <thread>

#include <sys/resource.h>

#include <actors/actors.hpp>

#include "orderly_node.hpp"

using namespace actors;
using namespace std::chrono_literals;

namespace {

struct poke {};
class sleeper : public actor<sleeper> {
public:
  using handles = messages<poke>;
  sleeper() { send_after(1h, poke{}); }
  bool on(poke) { return true; }
};

std::chrono::duration<double> processor_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto of = [](const timeval& t) { return std::chrono::seconds{t.tv_sec} + std::chrono::microseconds{t.tv_usec}; };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

} // namespace

BOOST_AUTO_TEST_CASE(an_idle_node_uses_less_than_one_percent) {
  orderly_node here;
  std::vector<ref<sleeper>> all;
  for (int i = 0; i < 1000; ++i) all.push_back(here.spawn<sleeper>());
  all.push_back(here.spawn<sleeper>(own_thread));
  for (auto& s : all) BOOST_TEST(here.ask(s, poke{}).value());

  // The time is what is measured: the watchdog looks on for a second after the last work.
  std::this_thread::sleep_for(1100ms);
  const auto before = processor_time();
  std::this_thread::sleep_for(2s);
  const double share = (processor_time() - before) / 2s;
  BOOST_TEST_MESSAGE("idle: " << share * 100 << " % of a core");
  BOOST_TEST(share < 0.01);
}
