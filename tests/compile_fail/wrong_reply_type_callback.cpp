// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

struct go {};

class customer : public actors::actor<customer> {
public:
  using handles = actors::messages<go>;
  void on(go) {
    ask(savings_, balance{}).then([](actors::expected<std::string>) {});
  }

private:
  actors::ref<account> savings_;
};

void use(actors::node& node) { node.spawn<customer>(); }
