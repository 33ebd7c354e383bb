// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "common/error.hpp"
#include "heat/prk.hpp"
#include "heat/problem.hpp"

namespace heat {

/// How a problem is laid out on actors.
struct solver_options {
  extent blocks;          ///< Cuts the grid evenly.
  std::size_t shards = 1; ///< How many shards the blocks are spread over.
  std::size_t depth = 1;  ///< Steps per exchange of edges: from 1 to a block's shorter side.
};

/// Advances the field on one actor per block. The result has the same bits as `solve_serially`.
/// Errors: an actor failed; the text names it and why.
apps::expected<run_result> solve_on_actors(const problem& task, const solver_options& how,
                                           const observer& watch = {});

/// Runs the PRK stencil on one actor per block. Errors: an actor failed.
apps::expected<prk_result> prk_on_actors(const prk_problem& task, const solver_options& how);

} // namespace heat
