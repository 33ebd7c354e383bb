// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <boost/test/unit_test.hpp>

#include "orderly_node.hpp"

/// Two nodes of this process in one cluster, over loopback.
struct two_nodes {
  static actors::node_options options(std::string name, std::vector<std::string> seeds = {}) {
    actors::node_options o;
    o.name = std::move(name);
    o.workers = 1;
    o.level = actors::log_level::error;
    o.cluster.listen = "127.0.0.1:0";
    o.cluster.seeds = std::move(seeds);
    return o;
  }

  two_nodes() { BOOST_REQUIRE(a.wait_for_members(2) && b.wait_for_members(2)); }

  orderly_node a{options("a")};
  orderly_node b{options("b", {a.address()})};
};
