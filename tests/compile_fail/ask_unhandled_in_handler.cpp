// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

struct go {};

class customer : public actors::actor<customer> {
public:
  using handles = actors::messages<go>;
  actors::task<> on(go) { (void)co_await ask(savings_, depositt{100}); }

private:
  actors::ref<account> savings_;
};

void use(actors::node& node) { node.spawn<customer>(); }
