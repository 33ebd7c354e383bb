// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/task_graph.hpp"

#include "bench/harness/run_clock.hpp"
#include "bench/ours/two_workers.hpp"

#include <atomic>
#include <functional>
#include <stdexcept>

namespace bench {
namespace {

struct start {};

// What the columns of a run share.
struct graph {
  task_graph_params params;
  std::atomic<std::uint64_t> left{0};
  std::atomic<bool> wrong_input{false};
  run_clock clock;
};

class column : public actors::actor<column> {
public:
  using handles = actors::messages<start, edge>;
  column(const actors::member<column>& me, graph& of)
      : graph_{of}, index_{me.index()}, inputs_{me.index(), of.params} {
    if (index_ > 0) left_ = me.all()[index_ - 1];
    if (index_ + 1 < me.all().size()) right_ = me.all()[index_ + 1];
  }

  void on(edge from) {
    if (!inputs_.take(from)) graph_.wrong_input = true;
    if (started_ && inputs_.complete()) run_tasks();
  }
  void on(start) {
    started_ = true;
    send_output();
    if (inputs_.complete()) run_tasks();
  }

private:
  // The tasks are empty: to run one is to hand its output on.
  void run_tasks() {
    while (inputs_.complete()) {
      inputs_.advance();
      if (inputs_.step() + 1 == graph_.params.steps) return end();
      send_output();
    }
  }
  void send_output() {
    if (left_) tell(left_, edge{inputs_.step(), index_});
    if (right_) tell(right_, edge{inputs_.step(), index_});
  }
  void end() {
    if (graph_.left.fetch_sub(1) == 1) graph_.clock.finish();
    stop();
  }

  graph& graph_;
  std::uint64_t index_;
  actors::ref<column> left_, right_;
  column_inputs inputs_;
  bool started_ = false;
};

} // namespace

double ours_task_graph(const task_graph_params& params) {
  graph run;
  run.params = params;
  run.left = params.width;
  double seconds = 0;
  {
    actors::node node{two_workers()};
    auto columns = node.spawn_group<column>(params.width, actors::spread, std::ref(run));
    run.clock.start();
    columns.multicast(start{});
    seconds = run.clock.seconds();
  }
  if (run.wrong_input) throw std::runtime_error("a column got an output that it does not depend on");
  return microseconds_per_task(params, seconds);
}

} // namespace bench
