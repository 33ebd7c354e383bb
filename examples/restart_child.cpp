// SPDX-License-Identifier: BSD-3-Clause
//
// A handler that throws fails its actor. The parent decides; a restarted child is a new object behind
// the same handle, and the messages that were waiting for it are still there.
#include <stdexcept>
#include <string>

#include <actors/actors.hpp>
#include <fmt/core.h>

struct parse {
  std::string text;
};
struct parsed {};

class parser : public actors::actor<parser> {
public:
  using handles = actors::messages<parse, parsed>;
  explicit parser(int life) { fmt::print("parser starts, life {}\n", life); }

  void on(const parse& p) {
    sum_ += std::stoi(p.text); // throws for what is not a number
    fmt::print("parsed {}\n", p.text);
  }
  int on(parsed) const { return sum_; }

private:
  int sum_ = 0;
};

struct get_parser {};

class keeper : public actors::actor<keeper> {
public:
  using handles = actors::messages<get_parser, actors::child_failed>;
  keeper() : child_{spawn<parser>(1)} {}

  actors::ref<parser> on(get_parser) const { return child_; }
  void on(const actors::child_failed& f) {
    fmt::print("{} failed on {}: {}\n", "parser", f.message_type, f.reason.what);
    restart_child(child_, ++lives_);
  }

private:
  actors::ref<parser> child_;
  int lives_ = 1;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto parent = node.spawn<keeper>();
    auto child = node.ask(parent, get_parser{}).value();
    for (const char* text : {"1", "two", "3", "4"}) child.tell(parse{text});
    fmt::print("sum of this life: {}\n", node.ask(child, parsed{}).value());
  });
}
