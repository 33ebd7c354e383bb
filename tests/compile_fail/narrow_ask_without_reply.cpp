// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

void misuse(actors::node& node, actors::ref_to<deposit, balance> savings) {
  (void)node.ask(savings, balance{});
}
