// SPDX-License-Identifier: BSD-3-Clause
//
// A timer that fires once, one that repeats until it is cancelled, and a pause in a coroutine.
#include <actors/actors.hpp>
#include <fmt/core.h>

using namespace std::chrono_literals;

struct start {};
struct tick {};
struct reminder {
  const char* text;
};

class clock_on_the_wall : public actors::actor<clock_on_the_wall> {
public:
  using handles = actors::messages<start, tick, reminder>;

  actors::promise<int> on(start) {
    done_ = make_promise<int>();
    ticking_ = send_every(5ms, tick{});
    never_ = send_after(1h, reminder{"in an hour"});
    return done_;
  }

  void on(tick) {
    fmt::print("tick {}\n", ++ticks_);
    if (ticks_ < 3) return;
    cancel(ticking_);
    fmt::print("cancelled in time: {}\n", cancel(never_));
    send_after(10ms, reminder{"after 10 ms"});
  }

  actors::task<> on(reminder a) {
    fmt::print("alarm: {}\n", a.text);
    auto before = now();
    co_await sleep(20ms);
    fmt::print("slept at least 20 ms: {}\n", now() - before >= 20ms);
    done_.set(ticks_);
  }

private:
  actors::timer_id ticking_, never_;
  actors::promise<int> done_;
  int ticks_ = 0;
};

int main(int argc, char** argv) {
  return actors::run(argc, argv, [](actors::node& node) {
    auto wall = node.spawn<clock_on_the_wall>();
    fmt::print("{} ticks in all\n", node.ask(wall, start{}).value());
  });
}
