// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/task_graph.hpp"

#include "bench/baselines/caf_system.hpp"
#include "bench/harness/run_clock.hpp"

#include <atomic>
#include <caf/all.hpp>
#include <stdexcept>
#include <vector>

namespace bench {
namespace {

using start_atom = caf::atom_constant<caf::atom("start")>;

// Constant while the columns run, but for the countdown and the mark.
struct graph {
  task_graph_params params;
  std::vector<caf::actor> columns;
  std::atomic<std::uint64_t> left{0};
  std::atomic<bool> wrong_input{false};
  run_clock clock;
};

class column : public caf::event_based_actor {
public:
  column(caf::actor_config& config, graph& of, std::uint64_t index)
      : event_based_actor(config), graph_(of), index_(index), inputs_(index, of.params) {}

  caf::behavior make_behavior() override {
    return {[this](std::uint64_t step, std::uint64_t from) {
              if (!inputs_.take({step, from}))
                graph_.wrong_input = true;
              if (started_ && inputs_.complete())
                run_tasks();
            },
            [this](start_atom) {
              started_ = true;
              send_output();
              if (inputs_.complete())
                run_tasks();
            }};
  }

private:
  // The tasks are empty: to run one is to hand its output on.
  void run_tasks() {
    while (inputs_.complete()) {
      inputs_.advance();
      if (inputs_.step() + 1 == graph_.params.steps)
        return end();
      send_output();
    }
  }

  void send_output() {
    if (index_ > 0)
      send(graph_.columns[index_ - 1], inputs_.step(), index_);
    if (index_ + 1 < graph_.columns.size())
      send(graph_.columns[index_ + 1], inputs_.step(), index_);
  }

  void end() {
    if (graph_.left.fetch_sub(1) == 1)
      graph_.clock.finish();
    quit();
  }

  graph& graph_;
  std::uint64_t index_;
  column_inputs inputs_;
  bool started_ = false;
};

} // namespace

double caf_task_graph(const task_graph_params& params) {
  graph run;
  run.params = params;
  run.left = params.width;
  // One worker wins for CAF, although the figure charges it for both cores.
  caf_system system{{caf_choice::policy::sharing, 1}};
  for (std::uint64_t i = 0; i < params.width; ++i)
    run.columns.push_back(system->spawn<column>(run, i));
  system->spawn([&](caf::event_based_actor* starter) {
    run.clock.start();
    for (const auto& each : run.columns)
      starter->send(each, start_atom::value);
  });
  auto seconds = run.clock.seconds();
  system.await_end();
  run.columns.clear();
  if (run.wrong_input)
    throw std::runtime_error("a CAF column got an output that it does not depend on");
  return microseconds_per_task(params, seconds);
}

} // namespace bench
