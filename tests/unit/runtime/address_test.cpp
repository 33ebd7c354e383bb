// SPDX-License-Identifier: BSD-3-Clause
#define BOOST_TEST_MODULE address
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include "runtime/address.hpp"

using namespace actors;
using namespace actors::runtime;

BOOST_AUTO_TEST_CASE(addresses_are_read_and_written) {
  for (const char* text : {"127.0.0.1:7000", "localhost:0", "[::1]:65535", "a.b.example:80"}) {
    const auto a = parse_address(text);
    BOOST_REQUIRE_MESSAGE(a.has_value(), text);
    BOOST_TEST(to_string(*a) == text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_refused) {
  for (const char* text : {"", "7000", "host", "host:", ":7000", "host:65536", "host:-1", "host:7o", "::1:7000"})
    BOOST_TEST(!parse_address(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_number_stands_for_itself_and_a_name_for_its_addresses) {
  BOOST_TEST(addresses_of({"10.1.2.3", 7000}).front() == "10.1.2.3:7000");
  const auto local = addresses_of({"localhost", 7000});
  BOOST_REQUIRE(!local.empty());
  BOOST_TEST((local.front() == "127.0.0.1:7000" || local.front() == "[::1]:7000"));
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_named_in_the_error) {
  const auto first = listen_at({"127.0.0.1", 0});
  BOOST_REQUIRE(first.has_value());
  const auto second = listen_at(first->at);
  BOOST_REQUIRE(!second.has_value());
  BOOST_TEST(second.error().what.find(to_string(first->at)) != std::string::npos);
  close(first->socket);
}

BOOST_AUTO_TEST_CASE(a_port_where_nobody_listens_refuses) {
  auto gone = listen_at({"127.0.0.1", 0});
  BOOST_REQUIRE(gone.has_value());
  close(gone->socket);
  const dialled d = dial(gone->at, 2000);
  BOOST_TEST(d.socket == -1);
  BOOST_TEST(d.refused);
}
