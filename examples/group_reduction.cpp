// SPDX-License-Identifier: BSD-3-Clause
//
// A grid of actors that works as one: multicast, reduce, and members that meet.
#include <functional>

#include <actors/actors.hpp>
#include <fmt/core.h>

struct scale {
  int factor;
};
struct sum {};
struct share_of_largest {};

class tile : public actors::actor<tile> {
public:
  using handles = actors::messages<scale, sum, share_of_largest>;
  explicit tile(actors::member<tile> me) : me_{me} {
    auto [row, column] = me_.position();
    value_ = static_cast<int>(10 * row + column);
  }

  void on(scale s) { value_ *= s.factor; }
  int on(sum) const { return value_; }

  // Every member learns the largest value before any of them answers.
  actors::task<actors::expected<double>> on(share_of_largest) {
    auto larger = [](int a, int b) { return a > b ? a : b; };
    auto largest = co_await me_.all_reduce(value_, larger);
    if (!largest) co_return largest.error();
    if (auto met = co_await me_.barrier(); !met) co_return met.error();
    co_return double(value_) / *largest;
  }

private:
  actors::member<tile> me_;
  int value_ = 0;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto tiles = node.spawn_group<tile>(actors::grid{4, 4}, actors::spread);
    fmt::print("sum {}\n", node.ask(tiles.reduce(sum{}, std::plus<>{})).value());
    tiles.multicast(scale{2});
    fmt::print("sum {}, after scaling by 2\n", node.ask(tiles.reduce(sum{}, std::plus<>{})).value());
    fmt::print("tile (3, 1) holds {}\n", node.ask(tiles[{3, 1}], sum{}).value());
    auto shares = node.ask(tiles.reduce(share_of_largest{}, std::plus<>{})).value();
    fmt::print("shares of the largest add up to {:.3f}\n", shares);
  });
}
