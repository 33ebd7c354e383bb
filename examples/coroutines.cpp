// SPDX-License-Identifier: BSD-3-Clause
//
// A conversation between actors, written from top to bottom: waiting suspends the handler, not the shard.
#include <cstdint>

#include <actors/actors.hpp>
#include <fmt/core.h>

using namespace std::chrono_literals;

struct deposit {
  std::int64_t amount;
};
struct withdraw {
  std::int64_t amount;
};
struct balance {};

class account : public actors::actor<account> {
public:
  using handles = actors::messages<deposit, withdraw, balance>;
  explicit account(std::int64_t total) : total_{total} {}

  void on(deposit m) { total_ += m.amount; }
  actors::expected<std::int64_t> on(withdraw m) {
    if (m.amount > total_) return actors::fail(actors::errc::invalid_argument, "not enough money", std::to_string(m.amount));
    return total_ -= m.amount;
  }
  std::int64_t on(balance) const { return total_; }

private:
  std::int64_t total_;
};

struct transfer {
  int id;
  std::int64_t amount;
};
struct receipt {
  int id;
  std::int64_t left;
};

class teller : public actors::actor<teller> {
public:
  using handles = actors::messages<transfer>;
  teller(actors::ref<account> from, actors::ref<account> to) : from_{from}, to_{to} {}

  actors::task<actors::expected<receipt>> on(transfer t) {
    auto taken = co_await ask(from_, withdraw{t.amount}, 50ms);
    if (!taken) co_return taken.error(); // timeout, actor_failed, node_lost, ...
    tell(to_, deposit{t.amount});
    co_return receipt{t.id, *taken};
  }

private:
  actors::ref<account> from_, to_;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto from = node.spawn<account>(100), to = node.spawn<account>(0);
    auto desk = node.spawn<teller>(from, to);
    auto [id, left] = node.ask(desk, transfer{1, 70}).value();
    fmt::print("transfer {} done, {} left\n", id, left);
    fmt::print("transfer 2: {}\n", node.ask(desk, transfer{2, 70}).result().error().what);
    fmt::print("{} + {}\n", node.ask(from, balance{}).value(), node.ask(to, balance{}).value());
  });
}
