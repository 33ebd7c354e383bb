// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

std::string misuse(actors::node& node, actors::ref<account> savings) {
  return node.ask(savings, balance{}).value();
}
