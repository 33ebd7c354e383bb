// SPDX-License-Identifier: BSD-3-Clause
//
// Whoever does not belong is refused with one line of log and counted, in bounded time and memory, and
// the cluster does not notice.
#define BOOST_TEST_MODULE cluster_strangers
#include <boost/test/unit_test.hpp>

#include <random>

#include "../temporary_folder.hpp"
#include "our_node.hpp"
#include "protocol/link/frame.hpp"
#include "protocol/link/hello.hpp"
#include "stranger.hpp"

using namespace actors;
using namespace cluster_test;
namespace link_protocol = actors::protocol;

namespace {

/// A cluster of two with a secret; strangers come to `b`.
struct cluster_of_two {
  static constexpr const char* secret = "the secret of the cluster";

  temporary_folder folder;
  std::string secret_file = folder.file("secret", secret);
  our_node a{[] {
    cluster_options o;
    o.secret = secret;
    return o;
  }()};
  node_process b{"b", a.seed({"--secret-file", secret_file})};
  std::uint16_t port = static_cast<std::uint16_t>(std::stoi(b.address().substr(b.address().rfind(':') + 1)));
  ref<ledger> there;

  cluster_of_two() {
    BOOST_REQUIRE(a.wait_for_members(2));
    there = a.born_at<ledger>("b");
  }
  /// A node whose log nobody reads would wait for that.
  bool closed(stranger& s) {
    return waiting::eventually([&] {
      b.read();
      return s.closed(10ms);
    }, 10s);
  }
  /// It works, has told of so many refusals in its log, and counted them.
  void goes_on(std::size_t lines, const std::string& counted) {
    BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
    BOOST_TEST(a.members().size() == 2u);
    const std::size_t said = b.count("warning");
    BOOST_TEST(said == lines, b.all());
    BOOST_TEST(b.leave());
    const bool has_counted = b.says(counted);
    BOOST_TEST(has_counted, b.all());
  }
};

std::string text_of(const buffer& b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

/// A greeting as the link protocol writes it.
std::string greeting(std::uint16_t version = link_protocol::protocol_version) {
  link_protocol::greeting g;
  g.version = version;
  g.nonce.fill(std::byte{7});
  auto frame = link_protocol::frame_of(g);
  link_protocol::seal_frame({frame.data(), frame.size()}, link_protocol::frame_kind::handshake, 0);
  return text_of(frame);
}

/// A header that announces so many bytes.
std::string header(std::size_t bytes, link_protocol::frame_kind kind, std::uint64_t number) {
  auto frame = std::vector<std::byte>(link_protocol::frame_header_bytes + bytes);
  link_protocol::seal_frame(frame, kind, number);
  return {reinterpret_cast<const char*>(frame.data()), link_protocol::frame_header_bytes};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(strangers, cluster_of_two)

BOOST_AUTO_TEST_CASE(random_bytes) {
  const unsigned seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  for (int k = 0; k < 20; ++k) {
    stranger s{port};
    std::string bytes(1 + random() % 100'000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    bytes.append(16, 'x'); // a header at least
    s.send(bytes);
    BOOST_TEST(s.closed());
  }
  goes_on(20, "not_a_link 20");
}

BOOST_AUTO_TEST_CASE(another_protocol_version) {
  stranger s{port};
  s.send(greeting(link_protocol::protocol_version + 1));
  BOOST_TEST(s.closed());
  goes_on(1, "wrong_version 1");
}

BOOST_AUTO_TEST_CASE(an_oversize_frame) {
  stranger s{port};
  s.send(header(100'000'000, link_protocol::frame_kind::handshake, 0));
  BOOST_TEST(s.closed());
  stranger batch{port};
  batch.send(greeting() + header(1000, link_protocol::frame_kind::batch, 1));
  BOOST_TEST(batch.closed());
  goes_on(2, "oversize 1, unexpected 1");
}

BOOST_AUTO_TEST_CASE(torn_frames_and_half_open_connections) {
  stranger torn{port}, gone{port}, half{port};
  const auto whole = greeting();
  torn.send(whole.substr(0, whole.size() / 2));
  half.send(whole);
  half.shut();
  { stranger passing{port}; }
  BOOST_TEST(torn.closed());
  BOOST_TEST(gone.closed());
  BOOST_TEST(half.closed());
  goes_on(4, "too_slow 2");
}

BOOST_AUTO_TEST_CASE(a_thousand_connections_that_say_nothing) {
  const std::size_t before = b.resident();
  std::vector<stranger> all;
  const double took = seconds_of([&] {
    for (int k = 0; k < 1000; ++k) all.emplace_back(port);
    BOOST_TEST(a.ask(there, total{}, 1s).value() == 0);
    for (auto& each : all) BOOST_TEST(closed(each));
  });
  BOOST_TEST(took < 10);
  BOOST_TEST(b.resident() < before + 32);
  goes_on(1000, "too_slow 1000");
}

BOOST_AUTO_TEST_CASE(a_node_with_a_wrong_secret) {
  const auto wrong = folder.file("wrong", "another secret");
  node_process c{"c", {"--seed", b.address(), "--secret-file", wrong.string()}};
  BOOST_TEST(b.says("wrong"), b.all());
  c.signal(SIGKILL);
  BOOST_TEST(c.status().has_value());
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  BOOST_TEST(a.members().size() == 2u);
  BOOST_TEST(b.leave());
  BOOST_TEST(b.says("wrong_proof"), b.all());
}

BOOST_AUTO_TEST_CASE(a_node_of_another_cluster) {
  node_process c{"c", {"--seed", b.address(), "--secret-file", secret_file, "--cluster", "others"}};
  BOOST_TEST(b.says("cluster 'others', expected 'actors'"), b.all());
  BOOST_TEST(c.says("refused us"), c.all());
  c.signal(SIGKILL);
  BOOST_TEST(c.status().has_value());
  BOOST_TEST(a.members().size() == 2u);
  BOOST_TEST(b.leave());
  BOOST_TEST(b.says("wrong_cluster"), b.all());
}

BOOST_AUTO_TEST_CASE(a_program_with_another_definition_of_a_type) {
  node_process c{"c", {"--seed", b.address(), "--secret-file", secret_file}, program(2)};
  BOOST_TEST(b.says("cluster_test::add"), b.all());
  c.signal(SIGKILL);
  BOOST_TEST(c.status().has_value());
  BOOST_TEST(a.ask(there, total{}, 5s).value() == 0);
  BOOST_TEST(a.members().size() == 2u);
  BOOST_TEST(b.leave());
  BOOST_TEST(b.says("types_differ"), b.all());
}

BOOST_AUTO_TEST_SUITE_END()
