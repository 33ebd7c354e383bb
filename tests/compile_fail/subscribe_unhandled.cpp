// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

struct go {};

class listener : public actors::actor<listener> {
public:
  using handles = actors::messages<go>;
  void on(go) { subscribe(actors::topic<deposit>{"deposits"}); }
};

void use(actors::node& node) { node.spawn<listener>(); }
