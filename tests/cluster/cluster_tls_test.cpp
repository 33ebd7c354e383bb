// SPDX-License-Identifier: BSD-3-Clause
//
// Nodes with certificates: those of one authority work together, all others are refused with one line.
#define BOOST_TEST_MODULE cluster_tls
#include <boost/test/unit_test.hpp>

#include <memory>

#include <openssl/ssl.h>

#include "certificates.hpp"
#include "our_node.hpp"
#include "stranger.hpp"

using namespace actors;
using namespace cluster_test;

namespace {

std::vector<std::string> tls(const certificate_authority::files& own, const std::string& authority) {
  return {"--tls-cert", own.certificate, "--tls-key", own.key, "--tls-ca", authority};
}

/// A node with certificates, and an authority that makes more of them.
struct node_with_tls {
  certificate_authority ours{"ours"};
  our_node a{[this] {
    const auto files = ours.issue("a");
    cluster_options o;
    o.tls_certificate = files.certificate;
    o.tls_key = files.key;
    o.tls_authority = ours.file();
    return o;
  }()};

  std::vector<std::string> of_cluster(const std::string& name) { return tls(ours.issue(name), ours.file()); }
  /// Joins through `through`, which goes on working with `a` whatever comes of it.
  void is_refused(node_process& newcomer, node_process& by, std::string_view why) {
    BOOST_TEST(by.says(why), by.all());
    newcomer.signal(SIGKILL);
    BOOST_TEST(newcomer.status().has_value());
    BOOST_TEST(a.members().size() == 2u);
    BOOST_TEST(a.ask(a.born_at<ledger>("b"), total{}, 5s).value() == 0);
  }
  static std::uint16_t port_of(node_process& n) {
    return static_cast<std::uint16_t>(std::stoi(n.address().substr(n.address().rfind(':') + 1)));
  }
};

struct ssl_deleter {
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
  void operator()(SSL* s) const { SSL_free(s); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(with_tls, node_with_tls)

BOOST_AUTO_TEST_CASE(certificates_of_one_authority_work) {
  node_process b{"b", a.seed(of_cluster("b"))}, c{"c", a.seed(of_cluster("c"))};
  BOOST_REQUIRE_MESSAGE(a.wait_for_members(3), b.all() + c.all());
  auto there = a.born_at<ledger>("b");
  for (int k = 0; k < 10'000; ++k) a.tell(there, add{1});
  for (int k = 0; k < 100; ++k) BOOST_TEST(a.ask(there, total{}, 5s).value() == 10'000);
  a.tell(there, cluster_test::load{std::vector<std::uint8_t>(std::size_t{8} << 20)});
  BOOST_TEST(waiting::eventually([&] { return a.ask(there, total{}, 5s).result() == 10'000 + (8 << 20); }, 10s));
  auto at_c = a.born_at<agent>("c");
  BOOST_TEST(bool{a.ask(at_c, bear{"b"}, 5s).value()});
  BOOST_TEST(b.leave());
  const std::size_t warnings = b.count("warning");
  BOOST_TEST(warnings == 0u, b.all());
}

BOOST_AUTO_TEST_CASE(a_node_with_a_certificate_of_another_authority) {
  certificate_authority theirs{"theirs"};
  node_process b{"b", a.seed(of_cluster("b"))};
  BOOST_REQUIRE(a.wait_for_members(2));
  // It knows our authority, so it is the node that is dialled that refuses.
  auto options = tls(theirs.issue("c"), ours.file());
  options.insert(options.end(), {"--seed", b.address()});
  node_process c{"c", options};
  is_refused(c, b, "refused");
}

BOOST_AUTO_TEST_CASE(a_node_that_trusts_another_authority_refuses_us) {
  certificate_authority theirs{"theirs"};
  node_process b{"b", a.seed(of_cluster("b"))};
  BOOST_REQUIRE(a.wait_for_members(2));
  auto options = tls(ours.issue("c"), theirs.file());
  options.insert(options.end(), {"--seed", b.address()});
  node_process c{"c", options};
  BOOST_TEST(c.says("refused"), c.all());
  is_refused(c, b, "refused");
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_host) {
  node_process b{"b", a.seed(of_cluster("b"))};
  BOOST_REQUIRE(a.wait_for_members(2));
  auto options = tls(ours.issue("d", "DNS:elsewhere.example"), ours.file());
  node_process d{"d", options};
  options = of_cluster("c");
  options.insert(options.end(), {"--seed", d.address()});
  node_process c{"c", options};
  BOOST_TEST(c.says("refused"), c.all());
  BOOST_TEST(c.found().find("mismatch") != std::string::npos, c.found());
  BOOST_TEST(a.members().size() == 2u);
}

BOOST_AUTO_TEST_CASE(somebody_without_a_certificate) {
  node_process b{"b", a.seed(of_cluster("b"))};
  BOOST_REQUIRE(a.wait_for_members(2));
  stranger connection{port_of(b)};
  const std::unique_ptr<SSL_CTX, ssl_deleter> context{SSL_CTX_new(TLS_client_method())};
  const std::unique_ptr<SSL, ssl_deleter> session{SSL_new(context.get())};
  SSL_set_fd(session.get(), connection.socket());
  (void)SSL_connect(session.get());
  BOOST_TEST(connection.closed());
  BOOST_TEST(b.count("warning") == 1u, b.all());
  BOOST_TEST(b.count("certificate") == 1u, b.all());
  BOOST_TEST(b.leave());
  BOOST_TEST(b.says("TLS refused 1"), b.all());
}

BOOST_AUTO_TEST_CASE(somebody_who_says_nothing) {
  node_process b{"b", a.seed(of_cluster("b"))};
  BOOST_REQUIRE(a.wait_for_members(2));
  std::vector<stranger> all;
  for (int k = 0; k < 200; ++k) all.emplace_back(port_of(b)); // their lines fit a pipe
  for (auto& each : all) BOOST_TEST(each.closed());
  BOOST_TEST(b.count("took too long") == 200u);
  BOOST_TEST(a.ask(a.born_at<ledger>("b"), total{}, 5s).value() == 0);
}

BOOST_AUTO_TEST_CASE(a_node_without_tls) {
  node_process b{"b", a.seed(of_cluster("b"))};
  BOOST_REQUIRE(a.wait_for_members(2));
  node_process c{"c", {"--seed", b.address()}};
  is_refused(c, b, "refused");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_node_with_tls_at_one_without) {
  certificate_authority ours{"ours"};
  our_node a;
  node_process b{"b", a.seed()};
  BOOST_REQUIRE(a.wait_for_members(2));
  auto options = tls(ours.issue("c"), ours.file());
  options.insert(options.end(), {"--seed", b.address()});
  node_process c{"c", options};
  BOOST_TEST(b.says("refused"), b.all());
  BOOST_TEST(c.says("refused"), c.all());
  BOOST_TEST(a.members().size() == 2u);
}
