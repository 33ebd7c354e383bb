// SPDX-License-Identifier: BSD-3-Clause
//
// A plain CAF program in a process of its own and our actors:
// caf_gateway_test -- <plain_caf_client> <gateway_node>
#define BOOST_TEST_MODULE caf_gateway
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <functional>
#include <thread>

#include <actors/caf_gateway.hpp>
#include <actors/node.hpp>

#include "../unit/runtime/orderly_node.hpp"
#include "child_process.hpp"
#include "vault.hpp"

using namespace std::chrono_literals;

namespace {

std::string program(int i) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  if (suite.argc <= i)
    throw std::runtime_error{"expected: caf_gateway_test -- <plain_caf_client> <gateway_node>"};
  return suite.argv[i];
}

actors::node_options quiet() {
  actors::node_options o;
  o.level = actors::log_level::error;
  o.shutdown_timeout = 5s;
  return o;
}

struct published {
  orderly_node node{quiet()};
  actors::ref<bank::vault> vault = node.spawn<bank::vault>();
  std::uint16_t port = actors::publish_caf(node, vault).value();

  [[nodiscard]] child_process client(const std::string& scene) const {
    return child_process{{program(1), std::to_string(port), scene}};
  }
  [[nodiscard]] double total() { return node.ask(vault, bank::balance{}).get().total; }
};

void check_line(child_process& of, const std::string& expected) {
  BOOST_TEST(of.line().value_or("nothing") == expected);
}

bool line_has(child_process& of, const std::string& part) {
  const auto line = of.line().value_or("nothing");
  BOOST_TEST_MESSAGE(line);
  return line.find(part) != line.npos;
}

bool eventually(const std::function<bool()>& holds) {
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up)
      return false;
    std::this_thread::yield();
  }
  return true;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_caf_program_tells_in_order_and_asks) {
  published here;
  auto client = here.client("tell_and_ask");
  check_line(client, "total 2525.000000 from x1 to x100");
  BOOST_TEST(client.status().value_or(-1) == 0);
  BOOST_TEST(here.total() == 2525.0);
}

BOOST_AUTO_TEST_CASE(requests_that_fail_get_errors) {
  published here;
  auto client = here.client("ask_wrongly");
  BOOST_TEST(line_has(client, "bank::mystery"));
  BOOST_TEST(line_has(client, "does not take this CAF message"));
  BOOST_TEST(line_has(client, "total 2525.000000"));
  BOOST_TEST(line_has(client, "no money"));
}

BOOST_AUTO_TEST_CASE(numbers_of_all_kinds_keep_their_bits) {
  published here;
  auto client = here.client("echo_numbers");
  check_line(client, "same bits");
}

BOOST_AUTO_TEST_CASE(a_monitor_sees_the_end_of_the_node) {
  auto here = std::make_unique<published>();
  auto client = here->client("monitor");
  BOOST_TEST(line_has(client, "total"));
  here.reset();
  BOOST_TEST(line_has(client, "down: "));
}

BOOST_AUTO_TEST_CASE(a_monitor_sees_a_stop) {
  published here;
  auto client = here.client("stop_it");
  check_line(client, "down: none");
}

BOOST_AUTO_TEST_CASE(an_exit_message_stops_the_actor) {
  published here;
  auto client = here.client("exit_it");
  BOOST_TEST(line_has(client, "down: "));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_linked_caf_program_stops_the_actor) {
  published here;
  auto client = here.client("link");
  BOOST_TEST(line_has(client, "total"));
  client.signal(SIGKILL);
  BOOST_TEST(eventually([&] { return !here.node.ask(here.vault, bank::balance{}).result(); }));
}

BOOST_AUTO_TEST_CASE(a_caf_program_that_is_killed_disturbs_nobody) {
  published here;
  {
    auto client = here.client("hammer");
    check_line(client, "hammering");
    client.signal(SIGKILL);
    BOOST_TEST(client.status().value_or(-1) == 128 + SIGKILL);
  }
  auto next = here.client("tell_and_ask");
  check_line(next, "total 2525.000000 from x1 to x100");
}

BOOST_AUTO_TEST_CASE(a_caf_program_sees_our_process_killed) {
  child_process node{{program(2)}};
  const auto port = node.line();
  BOOST_REQUIRE(port.has_value());
  child_process client{{program(1), *port, "monitor"}};
  BOOST_TEST(line_has(client, "total"));
  node.signal(SIGKILL);
  BOOST_TEST(line_has(client, "down: "));
}

BOOST_AUTO_TEST_CASE(a_caf_program_that_does_not_read_does_not_hold_up_the_end) {
  auto here = std::make_unique<published>();
  auto client = here->client("stop_reading");
  BOOST_TEST(client.stopped());
  BOOST_TEST(here->total() == 1.0);
  const auto begin = std::chrono::steady_clock::now();
  here.reset();
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 4s));
}

BOOST_AUTO_TEST_CASE(a_door_that_cannot_open_says_which) {
  published here;
  auto taken = actors::publish_caf(here.node, here.vault, {.port = here.port});
  BOOST_REQUIRE(!taken);
  BOOST_TEST((taken.error().code == actors::errc::invalid_argument));
  BOOST_TEST(taken.error().what == "cannot listen: Address already in use");
  BOOST_TEST(taken.error().value == "127.0.0.1:" + std::to_string(here.port));
  auto name = actors::publish_caf(here.node, here.vault, {.address = "localhost"});
  BOOST_REQUIRE(!name);
  BOOST_TEST(name.error().value == "localhost");
  BOOST_TEST((actors::unpublish_caf(here.node, 1).error().value == "1"));
}

BOOST_AUTO_TEST_CASE(a_closed_door_refuses_and_opens_again) {
  published here;
  BOOST_TEST(actors::unpublish_caf(here.node, here.port).has_value());
  auto late = here.client("tell_and_ask");
  BOOST_TEST(line_has(late, "no actor: "));
  BOOST_TEST(
      (actors::publish_caf(here.node, here.vault, {.port = here.port}).value() == here.port));
  auto client = here.client("tell_and_ask");
  check_line(client, "total 2525.000000 from x1 to x100");
}

BOOST_AUTO_TEST_CASE(a_node_that_has_ended_publishes_nothing) {
  published here;
  BOOST_TEST(here.node.shutdown());
  auto late = actors::publish_caf(here.node, here.vault);
  BOOST_REQUIRE(!late);
  BOOST_TEST((late.error().code == actors::errc::shutting_down));
}

BOOST_AUTO_TEST_CASE(narrow_handles_publish_what_they_list) {
  published here;
  actors::ref_to<bank::deposit, bank::statement(bank::balance)> narrow = here.vault;
  const auto port = actors::publish_caf(here.node, narrow).value();
  child_process client{{program(1), std::to_string(port), "tell_and_ask"}};
  check_line(client, "total 2525.000000 from x1 to x100");
}
