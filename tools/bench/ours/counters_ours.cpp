// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/counters.hpp"

#include "bench/harness/samples.hpp"
#include "bench/ours/ping_pong.hpp"
#include "bench/ours/two_workers.hpp"

namespace bench {

double ours_counters(const counters_params& params) {
  auto with = two_workers();
  auto without = two_workers();
  without.counters = false;
  const pairs_params work{.pairs = 1, .messages = params.messages};
  samples shares;
  for (std::uint64_t turn = 0; turn < params.turns; ++turn) {
    // Whichever goes second meets another machine than the first: each is second every other time.
    const bool with_first = turn % 2 == 0;
    double first = run_pairs(work, with_first ? with : without, placement::together);
    double second = run_pairs(work, with_first ? without : with, placement::together);
    double time_with = with_first ? first : second;
    double time_without = with_first ? second : first;
    shares.add(100 * (time_with - time_without) / time_with);
  }
  return shares.median();
}

} // namespace bench
