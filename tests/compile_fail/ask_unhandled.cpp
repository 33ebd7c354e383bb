// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

void misuse(actors::node& node, actors::ref<account> savings) { (void)node.ask(savings, depositt{100}); }
