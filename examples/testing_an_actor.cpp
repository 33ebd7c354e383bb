// SPDX-License-Identifier: BSD-3-Clause
//
// The same actors under virtual time, in one thread: hours pass in microseconds, and a seed is a history.
#include <vector>

#include <actors/testing.hpp>
#include <fmt/core.h>

using namespace std::chrono_literals;

struct touch {};
struct expire {};
struct logged_in {};

/// A session ends half an hour after it was last used.
class session : public actors::actor<session> {
public:
  using handles = actors::messages<touch, expire, logged_in>;
  session() { on(touch{}); }

  void on(touch) {
    cancel(timer_);
    timer_ = send_after(30min, expire{});
  }
  void on(expire) { active_ = false; }
  bool on(logged_in) const { return active_; }

private:
  actors::timer_id timer_;
  bool active_ = true;
};

struct note {
  int from;
};
struct history {};

class notebook : public actors::actor<notebook> {
public:
  using handles = actors::messages<note, history>;
  void on(note n) { notes_.push_back(n.from); }
  std::vector<int> on(history) const { return notes_; }

private:
  std::vector<int> notes_;
};

class writer : public actors::actor<writer> {
public:
  using handles = actors::messages<note>;
  explicit writer(actors::ref<notebook> to) : to_{to} {}
  void on(note n) { tell(to_, n); }

private:
  actors::ref<notebook> to_;
};

std::vector<int> play(std::uint64_t seed) {
  actors::testing::node node{{.seed = seed, .shards = 4}};
  auto book = node.spawn<notebook>();
  for (int i = 0; i < 16; ++i) node.spawn<writer>(book).tell(note{i});
  node.run_until_idle();
  return *node.ask_result(book, history{});
}

int main() {
  actors::testing::node node;
  auto user = node.spawn<session>();
  node.run_for(29min);
  user.tell(touch{});
  node.run_for(29min);
  fmt::print("after 58 minutes, used once: {}\n", *node.ask_result(user, logged_in{}));
  node.run_for(2min);
  fmt::print("2 minutes later: {}\n", *node.ask_result(user, logged_in{}));
  fmt::print("a seed is one history: {}, another seed another: {}\n", play(7) == play(7), play(7) != play(8));
}
