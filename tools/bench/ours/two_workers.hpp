// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/workloads/plain_caf.hpp"

#include <actors/node.hpp>

namespace bench {

/// The node that our side runs on: as many workers and shards as CAF has cores.
inline actors::node_options two_workers() {
  return {.name = "bench", .shards = workers, .workers = workers, .level = actors::log_level::error};
}

} // namespace bench
