// SPDX-License-Identifier: BSD-3-Clause
//
// Three processes of this program as a cluster on this machine: actors born on other nodes, a name that all
// of them know, an entity that lives once, a group over all of them. `--listen` and `--seed` make the same
// program a node of a cluster of machines.
#include <actors/actors.hpp>

#include <fmt/core.h>
#include <functional>
#include <set>

struct add {
  std::int64_t amount;
};
struct total {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<add, total>;
  account() = default;
  explicit account(std::int64_t start) : total_{start} {}

  void on(add m) { total_ += m.amount; }
  std::int64_t on(total) const { return total_; }

private:
  std::int64_t total_ = 0;
};

int main(int argc, char** argv) {
  // In the other two processes this call does not return: they serve until this one ends.
  auto options = actors::node_options::from_command_line(argc, argv);
  options.cluster.local_nodes = 3;
  options.level = actors::log_level::error;
  actors::node node{options};
  auto savings = node.spawn<account>(actors::on_node("node-2"), std::int64_t{100});
  savings.tell(add{50});
  fmt::print("savings on another node: {}\n", node.ask(savings, total{}).value());

  // Born by turns on all nodes.
  std::set<std::uint64_t> homes;
  const auto by_turns = actors::anywhere.placed(actors::placement::round_robin);
  for (int i = 0; i < 30; ++i) homes.insert(node.spawn<account>(by_turns, std::int64_t{i}).id().node());
  fmt::print("thirty accounts on {} nodes\n", homes.size());

  // Lives when it is needed, exactly once in the cluster, wherever it is reached from.
  auto order = node.entity<account>("order/17");
  order.tell(add{17});
  fmt::print("order/17: {}\n", node.ask(order, total{}).value());

  // One message to each node, one answer from each.
  auto branches = node.spawn_group<account>(60, actors::spread, std::int64_t{1});
  branches.multicast(add{2});
  fmt::print("sixty branches hold {}\n", node.ask(branches.reduce(total{}, std::plus<>{})).value());
}
