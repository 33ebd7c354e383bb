// SPDX-License-Identifier: BSD-3-Clause
#include <cstdint>

#include <actors/actors.hpp>
#include <actors/supervision/supervision.hpp>
#include <fmt/core.h>

struct deposit {
  std::int64_t amount;
};
struct balance {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, balance>;

  void on(deposit m) { total_ += m.amount; }
  std::int64_t on(balance) const { return total_; }

private:
  std::int64_t total_ = 0;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    namespace sup = actors::supervision;
    if (!sup::start(node, sup::one_for_one("bank").child<account>("savings", sup::permanent))) return;
    auto savings = node.find<account>("bank/savings").value();
    savings.tell(deposit{100});
    fmt::print("{}\n", node.ask(savings, balance{}).value());
  });
}
