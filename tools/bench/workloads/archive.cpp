// SPDX-License-Identifier: BSD-3-Clause
#include "bench/workloads/archive.hpp"

namespace bench {

double megabytes_per_second(const archive_params& params, const message_mix& mix,
                            double wall_seconds) {
  auto content = static_cast<double>(content_bytes(mix) * params.rounds);
  return content / 1e6 / wall_seconds;
}

void add_archive(registry& to) {
  to.add({.name = "archive",
          .unit = "MB/s",
          .better = direction::higher_is_better,
          .what = "Content of a mix of messages written to a buffer and read back, per second.",
          .ours = [] { return ours_archive({.rounds = 1000}); },
          .baseline = [] { return cereal_archive({.rounds = 100}); },
          .baseline_name = "cereal::BinaryOutputArchive and BinaryInputArchive"});
}

} // namespace bench
