// SPDX-License-Identifier: BSD-3-Clause
//
// A mailbox has a limit and a policy for what is over it. Nothing vanishes: what is not delivered is a
// dead letter with its reason, and an ask is answered with a failure.
#include <vector>

#include <actors/actors.hpp>
#include <fmt/core.h>
#include <fmt/ranges.h>

struct sample {
  int number;
};
struct received {};

class sink : public actors::actor<sink> {
public:
  using handles = actors::messages<sample, received>;
  void on(sample s) { numbers_.push_back(s.number); }
  std::vector<int> on(received) const { return numbers_; }

private:
  std::vector<int> numbers_;
};

struct flood {
  actors::overflow_policy policy;
};

class source : public actors::actor<source> {
public:
  using handles = actors::messages<flood>;

  // The sink cannot run before this handler waits: it lives on the same shard.
  actors::task<std::vector<int>> on(flood f) {
    auto target = spawn<sink>(actors::here.limit(3, f.policy));
    for (int i = 1; i <= 8; ++i) tell(target, sample{i});
    co_await sleep(std::chrono::milliseconds{1});
    co_return (co_await ask(target, received{})).value();
  }
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    using enum actors::overflow_policy;
    auto fountain = node.spawn<source>();
    fmt::print("refuse: {}\n", node.ask(fountain, flood{refuse}).value());
    fmt::print("drop_oldest: {}\n", node.ask(fountain, flood{drop_oldest}).value());
    fmt::print("drop_newest: {}\n", node.ask(fountain, flood{drop_newest}).value());
    fmt::print("slow_sender: {}\n", node.ask(fountain, flood{slow_sender}).value());

    auto letter = node.dead_letters().front();
    fmt::print("{} dead letters, the first: a {}, {}\n",
               node.dead_letter_count(actors::errc::overloaded), letter.message_type,
               to_string(letter.reason));
  });
}
