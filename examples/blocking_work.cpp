// SPDX-License-Identifier: BSD-3-Clause
//
// A handler that blocks would hold up its shard; an actor with a thread of its own may block.
#include <future>
#include <string>

#include <actors/actors.hpp>
#include <fmt/core.h>

struct read_line {};
struct question {};

/// Stands for a device that answers when it likes.
using device = std::shared_future<std::string>;

class reader : public actors::actor<reader> {
public:
  using handles = actors::messages<read_line>;
  explicit reader(device from) : from_{std::move(from)} {}
  std::string on(read_line) { return from_.get(); } // blocks

private:
  device from_;
};

class oracle : public actors::actor<oracle> {
public:
  using handles = actors::messages<question>;
  int on(question) { return 42; }
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    std::promise<std::string> line;
    auto blocked = node.spawn<reader>(actors::own_thread, line.get_future().share());
    auto answer = node.ask(blocked, read_line{});

    auto helpful = node.spawn<oracle>();
    for (int i = 0; i < 1000; ++i) (void)node.ask(helpful, question{}).value();
    fmt::print("1000 questions answered, line read: {}\n", answer.ready());

    line.set_value("good morning");
    fmt::print("line read: {}\n", answer.value());
  });
}
