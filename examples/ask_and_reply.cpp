// SPDX-License-Identifier: BSD-3-Clause
//
// Three ways to get an answer inside a handler, and a failure that is a value.
#include <actors/actors.hpp>
#include <fmt/core.h>

struct divide {
  int dividend, divisor;
};

class calculator : public actors::actor<calculator> {
public:
  using handles = actors::messages<divide>;

  actors::expected<int> on(divide d) {
    if (d.divisor == 0) return actors::fail(actors::errc::invalid_argument, "the divisor must not be 0", "0");
    return d.dividend / d.divisor;
  }
};

struct by_callback {};
struct by_message {};
struct by_coroutine {};

class pupil : public actors::actor<pupil> {
public:
  using answer = actors::outcome<divide, int>;
  using handles = actors::messages<by_callback, by_message, by_coroutine, answer>;
  explicit pupil(actors::ref<calculator> teacher) : teacher_{teacher} {}

  // Runs later, as part of this actor; the promise answers whoever asked the pupil.
  actors::promise<int> on(by_callback) {
    auto mine = make_promise<int>();
    ask(teacher_, divide{84, 2}).then([mine](actors::expected<int> result) { mine.set(*result); });
    return mine;
  }

  // The outcome comes as a message: nothing but plain data waits.
  actors::promise<int> on(by_message) {
    waiting_ = make_promise<int>();
    ask(teacher_, divide{86, 2}).as_message();
    return waiting_;
  }
  void on(const answer& a) { waiting_.set(*a.result); }

  // Suspends the handler and not the shard; a failure is an ordinary value.
  actors::task<int> on(by_coroutine) {
    auto wrong = co_await ask(teacher_, divide{88, 0});
    fmt::print("failure: {}: {}\n", to_string(wrong.error().code), wrong.error().what);
    auto right = co_await ask(teacher_, divide{88, 2});
    co_return *right;
  }

private:
  actors::ref<calculator> teacher_;
  actors::promise<int> waiting_;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto bob = node.spawn<pupil>(node.spawn<calculator>());
    fmt::print("callback: {}\n", node.ask(bob, by_callback{}).value());
    fmt::print("message: {}\n", node.ask(bob, by_message{}).value());
    fmt::print("coroutine: {}\n", node.ask(bob, by_coroutine{}).value());
  });
}
