// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

class thing {
public:
  void on(deposit) {}
};

void misuse(actors::node& node) { node.spawn<thing>(); }
