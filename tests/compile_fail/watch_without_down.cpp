// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

struct go {};

class guardian : public actors::actor<guardian> {
public:
  using handles = actors::messages<go>;
  void on(go) { watch(savings_); }

private:
  actors::ref<account> savings_;
};

void use(actors::node& node) { node.spawn<guardian>(); }
