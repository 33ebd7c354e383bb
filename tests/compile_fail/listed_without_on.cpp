// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

class forgetful : public actors::actor<forgetful> {
public:
  using handles = actors::messages<deposit, balance>;
  void on(deposit) {}
};

void misuse(actors::node& node) { node.spawn<forgetful>(); }
