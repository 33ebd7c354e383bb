// SPDX-License-Identifier: BSD-3-Clause
//
// The baselines of the network benchmarks by themselves: `actors-bench-network [--quick]`.
#include "bench/workloads/network.hpp"

#include <cstdio>
#include <cstring>
#include <exception>

int main(int argc, char** argv) {
  if (auto status = bench::run_as_peer(bench::network_roles(), argc, argv))
    return *status;
  const bool quick = argc == 2 && std::strcmp(argv[1], "--quick") == 0;
  const std::uint64_t many = quick ? 1 : 100;
  try {
    std::printf("tcp_rtt %.2f us\n", bench::tcp_rtt({.round_trips = 500 * many}));
    std::printf("tcp_bulk %.0f MB/s\n", bench::tcp_bulk({.messages = 10 * many}));
    std::printf("basp_rtt %.2f us\n", bench::basp_rtt({.round_trips = 100 * many}));
    std::printf("basp_rate %.0f messages/s\n", bench::basp_rate({.messages = 10'000 * many}));
    std::printf("basp_bulk %.0f MB/s\n", bench::basp_bulk({.messages = 2 * many}));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "actors-bench-network: %s\n", error.what());
    return 1;
  }
}
