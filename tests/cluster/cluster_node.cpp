// SPDX-License-Identifier: BSD-3-Clause
//
// A node for tests: takes the options of every node and does what others ask of it. Its log goes to
// standard output, between lines of its own:
//
//   address HOST:PORT      it is there
//   others PID PID ...     with --local-nodes, the processes it has started
//   actors N               after SIGUSR1: how many live
//   left 1, left 0         after SIGTERM: it has ended, in order or not
#include <csignal>
#include <cstdio>
#include <exception>

#include <unistd.h>

#include "cluster_actors.hpp"

namespace {

/// Should the test hang, the kernel ends its nodes.
constexpr unsigned longest_life = 110;

void introduce(const actors::node& here) {
  std::printf("address %s\n", here.address().c_str());
  if (const auto others = here.local_processes(); !others.empty()) {
    std::printf("others");
    for (const int each : others) std::printf(" %d", each);
    std::printf("\n");
  }
  std::fflush(stdout);
}

int serve(const actors::node_options& options, const sigset_t& orders) {
  actors::node here{options};
  // Never asked for anything: it makes the types known to this program.
  (void)here.spawn<cluster_test::agent>();
  introduce(here);
  for (int order = 0; sigwait(&orders, &order) == 0 && order != SIGTERM;) {
    std::printf("actors %llu\n", static_cast<unsigned long long>(here.counters().live_actors));
    std::fflush(stdout);
  }
  const bool orderly = here.shutdown();
  std::printf("left %d\n", orderly ? 1 : 0);
  std::fflush(stdout);
  return orderly ? 0 : 3;
}

} // namespace

int main(int argc, char** argv) {
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  ::alarm(longest_life);
  sigset_t orders;
  sigemptyset(&orders);
  sigaddset(&orders, SIGTERM);
  sigaddset(&orders, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &orders, nullptr);
  try {
    return serve(actors::node_options::from_command_line(argc, argv), orders);
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    return 2;
  }
}
