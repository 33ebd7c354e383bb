// SPDX-License-Identifier: BSD-3-Clause
#include <string>

#include <actors/actors.hpp>

struct parse {
  std::string text;
};

class parser : public actors::actor<parser> {
public:
  using handles = actors::messages<parse>;
  int on(parse p) { return static_cast<int>(p.text.size()); }
};

struct go {};

class client : public actors::actor<client> {
public:
  using handles = actors::messages<go>;
  explicit client(actors::ref<parser> to) : to_{to} {}
  actors::task<void> on(go) { (void)co_await ask(to_, parse{"a text that does not fit into the string itself"}); }

private:
  actors::ref<parser> to_;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) { node.spawn<client>(node.spawn<parser>()); });
}
