// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <actors/node.hpp>

#include "common/error.hpp"
#include "heat/failure_order.hpp"
#include "heat/prk.hpp"
#include "heat/problem.hpp"

namespace heat {

/// How a problem is laid out on actors.
struct solver_options {
  extent blocks;               ///< Cuts the grid evenly.
  std::size_t shards = 1;      ///< How many shards the blocks are spread over.
  std::size_t depth = 1;       ///< Steps per exchange of edges: from 1 to a block's shorter side.
  actors::node_options node{}; ///< Of the node that is started; its shards are those above.
  /// How long nothing may be heard of any block before the run counts as failed.
  actors::duration patience = std::chrono::minutes{2};
  /// Steps between two copies of a block, for when it fails; 0: none, and a failure ends the run.
  std::uint64_t keep = 256;
  /// Blocks that are to fail, and where.
  std::vector<failure_order> failures{};
  /// How many blocks may fail within `restart_period`, besides those that are to; more end the run.
  std::uint32_t most_restarts = 100;
  /// Names of the nodes that share the blocks; empty: the one that runs all else.
  std::vector<std::string> nodes{};
};

/// Advances the field on one actor per block, on a node of its own. The result has the same bits as
/// `solve_serially`, also when blocks fail: they come back and go on from what was kept of them.
/// Errors: blocks failed too often, or nothing went on; the text says which and why.
apps::expected<run_result> solve_on_actors(const problem& task, const solver_options& how,
                                           const observer& watch = {});

/// The same on a node that runs already, simulated or real.
apps::expected<run_result> solve_on_actors(actors::basic_node& node, const problem& task,
                                           const solver_options& how, const observer& watch = {});

/// Runs the PRK stencil on one actor per block; a block that fails ends it. Errors: as above.
apps::expected<prk_result> prk_on_actors(const prk_problem& task, const solver_options& how);
apps::expected<prk_result> prk_on_actors(actors::basic_node& node, const prk_problem& task,
                                         const solver_options& how);

} // namespace heat
