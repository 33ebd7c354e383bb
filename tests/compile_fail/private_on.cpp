// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

class secretive : public actors::actor<secretive> {
public:
  using handles = actors::messages<deposit>;

private:
  void on(deposit) {}
};

void misuse(actors::node& node) { node.spawn<secretive>(); }
