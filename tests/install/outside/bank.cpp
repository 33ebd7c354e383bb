// SPDX-License-Identifier: BSD-3-Clause
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
  std::int64_t on(balance) const { return total_; }

private:
  std::int64_t total_ = 0;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto savings = node.spawn<account>();
    savings.tell(deposit{100});
    fmt::print("{}\n", node.ask(savings, balance{}).value());
  });
}
