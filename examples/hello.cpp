// SPDX-License-Identifier: BSD-3-Clause
//
// An actor, a message that is told, a message that is asked.
#include <cstdint>

#include <actors/actors.hpp>
#include <fmt/core.h>

struct deposit {
  std::int64_t amount;
};
struct balance {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, balance>;

  void on(deposit m) { total_ += m.amount; }
  std::int64_t on(balance) const { return total_; } // the return value is the reply

private:
  std::int64_t total_ = 0;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto savings = node.spawn<account>();
    savings.tell(deposit{100});
    savings.tell(deposit{20});
    fmt::print("balance: {}\n", node.ask(savings, balance{}).value());
  });
}
