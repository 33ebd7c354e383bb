// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"
#include "bench/workloads/archive_mix.hpp"

namespace bench {

/// `rounds` times: writes all messages of a mix of `groups` groups, one after another, into one
/// buffer, and reads them back from there into existing messages. The buffer and the messages read
/// into are reused from round to round. At the end, what was read must equal what was written.
/// Counts megabytes (10^6 bytes) of content (see `content_bytes`) per second of writing and
/// reading.
struct archive_params {
  std::size_t groups = 1000;
  std::size_t rounds = 0;
};

/// The figure from the wall time of a run.
double megabytes_per_second(const archive_params& params, const message_mix& mix,
                            double wall_seconds);

double ours_archive(const archive_params& params);
double cereal_archive(const archive_params& params);

/// archive.
void add_archive(registry& to);

} // namespace bench
