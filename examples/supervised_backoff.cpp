// SPDX-License-Identifier: BSD-3-Clause
//
// A service that cannot reconnect at once: its supervisor tries again after growing pauses, answers
// questions meanwhile, and the request that came in between waits for the service to be back.
#include <actors/supervision/supervision.hpp>

#include <atomic>
#include <fmt/core.h>
#include <stdexcept>

namespace sup = actors::supervision;
using namespace std::chrono_literals;

struct query {};
struct cut_the_line {};

/// How often the outside world still refuses a connection.
std::atomic<int> refusals{0};

class service : public actors::actor<service> {
public:
  using handles = actors::messages<query, cut_the_line>;
  service() {
    if (refusals > 0) {
      --refusals;
      throw std::runtime_error{"connection refused"};
    }
    fmt::print("connected\n");
  }
  int on(query) { return 42; }
  void on(cut_the_line) {
    refusals = 3;
    throw std::runtime_error{"connection lost"};
  }
};

/// Shows what the supervisor reports.
class listener : public actors::actor<listener> {
public:
  using handles = actors::messages<sup::report>;
  listener() { subscribe(sup::reports); }
  void on(const sup::report& r) {
    fmt::print("{}: {}, {} restarts left\n", r.path, r.text, r.restarts_left);
  }
};

int main() {
  actors::node node{{.level = actors::log_level::error}};
  node.spawn<listener>();
  auto plant = sup::start(node, sup::one_for_one("plant").intensity(10, 1min).child<service>(
                                    "service", sup::backoff{.first = 20ms, .maximum = 100ms, .jitter = 0}))
                   .value();
  auto line = node.find<service>("plant/service").value();
  line.tell(cut_the_line{});
  auto answer = node.ask(line, query{}, 10s);
  auto counts = node.ask(plant, sup::count_children{}).get();
  fmt::print("the supervisor answers: {} of {} children run\n", counts.active, counts.specs);
  fmt::print("the service answers: {}\n", answer.get());
}
