// SPDX-License-Identifier: BSD-3-Clause
//
// A pipeline under rest_for_one: when a stage fails, it and the stages behind it begin anew, because they
// may have seen what it got wrong; the stages in front of it go on.
#include <actors/supervision/supervision.hpp>

#include <fmt/core.h>
#include <stdexcept>
#include <string>

namespace sup = actors::supervision;
using namespace std::chrono_literals;

struct line {
  std::string text;
};
struct value {
  int number;
};
/// Runs through all stages behind what was sent before it; answered by the last one.
struct flush {};

class sum : public actors::actor<sum> {
public:
  using handles = actors::messages<value, flush>;
  sum() { fmt::print("  sum begins\n"); }
  void on(value v) { fmt::print("  sum is {}\n", total_ += v.number); }
  int on(flush) { return total_; }
  void on_stop() { fmt::print("  sum stops at {}\n", total_); }

private:
  int total_ = 0;
};

class parser : public actors::actor<parser> {
public:
  using handles = actors::messages<line, flush>;
  parser() { fmt::print("  parser begins\n"); }
  // Throws std::invalid_argument for what is no number. Stages find each other by their paths.
  void on(const line& l) { tell(find<sum>("pipeline/sum").value(), value{std::stoi(l.text)}); }
  actors::task<actors::expected<int>> on(flush f) {
    co_return co_await ask(find<sum>("pipeline/sum").value(), f);
  }
};

class reader : public actors::actor<reader> {
public:
  using handles = actors::messages<line, flush>;
  reader() { fmt::print("  reader begins\n"); }
  void on(line l) {
    fmt::print("line {}: {}\n", ++lines_, l.text);
    tell(find<parser>("pipeline/parser").value(), std::move(l));
  }
  actors::task<actors::expected<int>> on(flush f) {
    co_return co_await ask(find<parser>("pipeline/parser").value(), f);
  }

private:
  int lines_ = 0;
};

int main() {
  actors::node node{{.level = actors::log_level::error}};
  auto running = sup::start(node, sup::rest_for_one("pipeline")
                                      .child<reader>("reader")
                                      .child<parser>("parser")
                                      .child<sum>("sum"));
  if (!running) return 1;
  auto input = node.find<reader>("pipeline/reader").value();
  int total = 0;
  for (const char* text : {"1", "2", "three", "4"}) {
    input.tell(line{text});
    total = node.ask(input, flush{}).get();
  }
  fmt::print("the sum that goes on: {}\n", total);
}
