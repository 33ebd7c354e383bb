// SPDX-License-Identifier: BSD-3-Clause
//
// A router stands for several actors of one type and is used like one of them.
#include <cstdint>
#include <latch>
#include <map>
#include <set>

#include <actors/actors.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

struct order {
  std::uint64_t customer;
  std::uint64_t routing_key() const { return customer; } // for consistent_hash
};
struct refresh {};

std::latch refreshed{3};

class clerk : public actors::actor<clerk> {
public:
  using handles = actors::messages<order, refresh>;

  std::uint64_t on(order) { return hash_value(self().id()); } // who worked on it
  void on(refresh) { refreshed.count_down(); }
};

/// How many orders each clerk got, in no particular order.
std::multiset<int> shares(actors::node& node, actors::ref<clerk> desk, std::uint64_t customers) {
  std::map<std::uint64_t, int> by_clerk;
  for (std::uint64_t i = 0; i < 12; ++i) ++by_clerk[node.ask(desk, order{i % customers}).value()];
  std::multiset<int> counts;
  for (auto& [who, count] : by_clerk) counts.insert(count);
  return counts;
}

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto turns = node.spawn_router<clerk>(actors::routing::round_robin, 3);
    fmt::print("round robin: {}\n", shares(node, turns, 12));

    auto keyed = node.spawn_router<clerk>(actors::routing::consistent_hash, 3);
    fmt::print("one customer, always the same clerk: {}\n", shares(node, keyed, 1));

    auto all = node.spawn_router<clerk>(actors::routing::broadcast, 3);
    all.tell(refresh{});
    refreshed.wait();
    fmt::print("broadcast reached all 3\n");
  });
}
