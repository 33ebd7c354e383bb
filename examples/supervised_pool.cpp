// SPDX-License-Identifier: BSD-3-Clause
//
// A pool of workers under a supervisor survives a poisoned request: whoever sent it gets the exception's
// text, the worker comes back behind its id, and all others get their answers.
#include <actors/supervision/supervision.hpp>

#include <fmt/core.h>
#include <stdexcept>
#include <vector>

namespace sup = actors::supervision;
using namespace std::chrono_literals;

struct square {
  int of;
};

class worker : public actors::actor<worker> {
public:
  using handles = actors::messages<square>;

  int on(square s) {
    if (s.of == 13) throw std::domain_error{"unlucky number"};
    return s.of * s.of;
  }
};

int main() {
  actors::node node{{.level = actors::log_level::error}};
  auto pool = sup::start(node, sup::dynamic<worker>("pool", sup::permanent, actors::anywhere));
  if (!pool) {
    fmt::print(stderr, "{}\n", to_string(pool.error()));
    return 1;
  }
  std::vector<actors::ref<worker>> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(node.ask(*pool, sup::dynamic_child()).get().as<worker>());

  std::vector<actors::future<int>> answers;
  for (int i = 10; i < 19; ++i) answers.push_back(node.ask(workers[static_cast<std::size_t>(i % 3)], square{i}));
  for (int i = 10; auto& answer : answers) {
    auto result = answer.result();
    fmt::print("{}: {}\n", i++, result ? std::to_string(*result) : result.error().what);
  }
  for (const sup::child_info& w : node.ask(*pool, sup::which_children{}).get())
    fmt::print("a worker, {}, restarted {} times\n", to_string(w.status), w.restarts);
}
