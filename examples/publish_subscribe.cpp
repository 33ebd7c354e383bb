// SPDX-License-Identifier: BSD-3-Clause
//
// A topic delivers a copy of what is published to every actor that has subscribed.
#include <string>
#include <vector>

#include <actors/actors.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

struct weather {
  std::string place;
  int degrees;
};
struct unfollow {};
struct places {};

const actors::topic<weather> forecast{"forecast"};

class reader : public actors::actor<reader> {
public:
  using handles = actors::messages<weather, unfollow, places>;
  reader() { subscribe(forecast); }

  void on(weather w) { seen_.push_back(w.place); }
  void on(unfollow) { unsubscribe(forecast); }
  std::vector<std::string> on(places) const { return seen_; }

private:
  std::vector<std::string> seen_;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto ada = node.spawn<reader>(), bob = node.spawn<reader>();
    auto seen = [&](auto who) { return node.ask(who, places{}).value(); };
    fmt::print("at first: {} {}\n", seen(ada), seen(bob)); // both have subscribed by now

    node.publish(forecast, weather{"Oslo", -3});
    (void)node.ask(bob, unfollow{}).result();
    node.publish(forecast, weather{"Rome", 17});

    fmt::print("Ada: {}\n", seen(ada));
    fmt::print("Bob: {}\n", seen(bob));
  });
}
