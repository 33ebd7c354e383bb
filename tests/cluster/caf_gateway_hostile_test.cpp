// SPDX-License-Identifier: BSD-3-Clause
//
// Strangers at the port of a gateway: each is refused with one line of log and in bounded time and
// memory, and the node goes on.
#define BOOST_TEST_MODULE caf_gateway_hostile
#include <boost/test/unit_test.hpp>

#include <cstring>
#include <fstream>
#include <random>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <caf/atom.hpp>

#include <actors/caf_gateway.hpp>
#include <actors/node.hpp>

#include "../temporary_folder.hpp"
#include "../unit/runtime/orderly_node.hpp"
#include "vault.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct published {
  temporary_folder folder;
  orderly_node node{options()};
  actors::ref<bank::vault> vault = node.spawn<bank::vault>();
  std::uint16_t port = actors::publish_caf(node, vault).value();

  [[nodiscard]] actors::node_options options() const {
    actors::node_options o;
    o.shutdown_timeout = 5s;
    return o;
  }
  bool answers() { return node.ask(vault, bank::balance{}).result().has_value(); }
};

/// A connection of bytes.
class stranger {
public:
  explicit stranger(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  stranger(stranger&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  ~stranger() { ::close(fd_); }

  void send(const std::string& bytes) const {
    (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// Whether the other side has closed within the time; reads what comes before.
  [[nodiscard]] bool closed(std::chrono::milliseconds within = 10s) const {
    const auto give_up = std::chrono::steady_clock::now() + within;
    char some[4096];
    while (std::chrono::steady_clock::now() < give_up) {
      pollfd ready{fd_, POLLIN, 0};
      if (::poll(&ready, 1, 10) > 0 && ::recv(fd_, some, sizeof some, 0) <= 0)
        return true;
    }
    return false;
  }

private:
  int fd_;
};

std::string number(std::uint64_t x, int bytes) {
  std::string out;
  while (bytes-- > 0)
    out += static_cast<char>(x >> (8 * bytes));
  return out;
}

std::string header(int operation, std::uint32_t payload, std::uint64_t data = 0,
                   std::uint64_t source = 0, std::uint64_t target = 0, int flags = 0) {
  return number(static_cast<unsigned>(operation), 1) + "\0\0"s +
         number(static_cast<unsigned>(flags), 1) + number(payload, 4) + number(data, 8) +
         number(source, 8) + number(target, 8);
}

/// As CAF writes it: the kind of id, process, 20 bytes of host.
std::string node_id() {
  return number(static_cast<std::uint64_t>(caf::atom("default")), 8) + number(4711, 4) +
         std::string(20, 'h');
}

std::string handshake() {
  return header(1, static_cast<std::uint32_t>(node_id().size())) + node_id();
}

constexpr int direct_message = 2;
constexpr int down_message = 5;

std::string text(const std::string& of) {
  return std::string(1, static_cast<char>(of.size())) + of;
}
std::string values(const std::string& types, const std::string& bytes) {
  return "\0\0\0"s + text(types) + bytes;
}

std::string message(const std::string& payload, std::uint64_t target) {
  return header(direct_message, static_cast<std::uint32_t>(payload.size()), 0, 1, target) + payload;
}

} // namespace

BOOST_AUTO_TEST_CASE(four_gigabytes_are_not_awaited) {
  published here;
  for (int operation : {0, 1, 2, 3, 4, 5}) {
    stranger guest{here.port};
    guest.send(header(operation, 0xffff'ffff, operation == 0 ? 4 : 0, operation == 5 ? 1 : 0,
                      operation == 2 || operation == 3 ? 1 : 0));
    BOOST_TEST(guest.closed());
  }
  stranger greeted{here.port};
  greeted.send(handshake() + header(direct_message, 0xffff'ffff, 0, 1, 1));
  BOOST_TEST(greeted.closed());
  BOOST_TEST(here.answers());
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused) {
  published here;
  std::mt19937 random{1};
  for (int i = 0; i < 200; ++i) {
    std::string bytes(1 + random() % 500, ' ');
    for (auto& each : bytes)
      each = static_cast<char>(random());
    stranger guest{here.port};
    guest.send((i % 2 == 0 ? "" : handshake()) + bytes);
  }
  BOOST_TEST(here.answers());
}

BOOST_AUTO_TEST_CASE(random_payloads_in_right_frames_are_dropped) {
  published here;
  std::mt19937 random{2};
  stranger guest{here.port};
  guest.send(handshake());
  for (int i = 0; i < 500; ++i) {
    std::string bytes(1 + random() % 200, ' ');
    for (auto& each : bytes)
      each = static_cast<char>(random() % (i % 2 == 0 ? 256 : 4));
    guest.send(message(bytes, 1 + random() % 20));
    guest.send(message(values("@<>+bank::deposit", bytes), 1 + random() % 20));
  }
  BOOST_TEST(!guest.closed(200ms));
  BOOST_TEST(here.answers());
}

BOOST_AUTO_TEST_CASE(messages_in_messages_do_not_exhaust_the_stack) {
  published here;
  std::string nested;
  for (int i = 0; i < 1'000'000; ++i)
    nested += "\0\0"s + text("@<>+@message");
  stranger guest{here.port};
  guest.send(handshake());
  for (std::uint64_t target = 1; target < 20; ++target)
    guest.send(message("\0"s + nested, target));
  BOOST_TEST(!guest.closed(200ms));
  std::string errors;
  for (int i = 0; i < 100'000; ++i)
    errors += number(1, 1) + number(1, 8) + "\0\0"s + text("@<>+@error");
  guest.send(header(down_message, static_cast<std::uint32_t>(errors.size()), 0, 1, 0) + errors);
  BOOST_TEST(guest.closed());
  BOOST_TEST(here.answers());
}

BOOST_AUTO_TEST_CASE(lengths_that_lie_cost_no_memory) {
  published here;
  stranger guest{here.port};
  guest.send(handshake());
  const auto four_billion = "\xff\xff\xff\xff\x0f"s;
  for (std::uint64_t target = 1; target < 20; ++target) {
    guest.send(message(values("@<>+@charbuf", four_billion), target));
    guest.send(message(values("@<>+bank::measure", four_billion), target));
    guest.send(message(values("@<>+bank::overdraw", four_billion), target));
  }
  BOOST_TEST(!guest.closed(200ms));
  BOOST_TEST(here.answers());
}

BOOST_AUTO_TEST_CASE(a_thousand_connections_that_say_nothing_make_way) {
  published here;
  std::vector<stranger> silent;
  for (int i = 0; i < 600; ++i)
    silent.emplace_back(here.port);
  BOOST_TEST(silent.back().closed());
  BOOST_TEST(here.answers());
  // After a while those within the limit are cut for whoever comes next.
  BOOST_TEST(!silent.front().closed(5500ms));
  stranger next{here.port};
  BOOST_TEST(silent.front().closed());
}
