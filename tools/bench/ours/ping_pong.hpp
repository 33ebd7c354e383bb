// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/workloads/messages.hpp"

#include <actors/node_options.hpp>

namespace bench {

/// Whether the two actors of a pair share a shard.
enum class placement { together, apart };

/// Runs `params.pairs` pairs at the same time; nanoseconds per message.
double run_pairs(const pairs_params& params, const actors::node_options& options, placement where);

} // namespace bench
