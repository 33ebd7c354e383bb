// SPDX-License-Identifier: BSD-3-Clause
#include "bank.hpp"

struct cargo {
  std::unique_ptr<int> load;
};

class truck : public actors::actor<truck> {
public:
  using handles = actors::messages<deposit, cargo>;
  void on(deposit) { send_every(1s, cargo{}); }
  void on(cargo) {}
};

void use(actors::node& node) { node.spawn<truck>(); }
