// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

void misuse(actors::node& node, actors::ref<account> savings) {
  actors::future<std::string> total = node.ask(savings, balance{});
}
