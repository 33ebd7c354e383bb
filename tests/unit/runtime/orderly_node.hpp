// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <boost/test/unit_test.hpp>

#include <actors/node.hpp>

/// A node that has to end in order: where its shutdown runs out of time, the test fails.
class orderly_node : public actors::node {
public:
  using actors::node::node;
  ~orderly_node() override { BOOST_TEST(shutdown(), "the shutdown did not end in time"); }
};
