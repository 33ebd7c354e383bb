// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <actors/node.hpp>
#include <actors/supervision/supervision.hpp>

#include "heat/block_keeper.hpp"

namespace heat {

/// How to make a child that is a block.
using block_maker = actors::supervision::child_spec (*)(std::string id,
                                                        const actors::spawn_options& where,
                                                        std::uint64_t block,
                                                        actors::ref<block_keeper> keeper);

template <class Block>
actors::supervision::child_spec block_child(std::string id, const actors::spawn_options& where,
                                            std::uint64_t block, actors::ref<block_keeper> keeper) {
  namespace sup = actors::supervision;
  return sup::child<Block>(std::move(id), where, sup::brutal_kill, sup::args(block, keeper));
}

/// What a run consists of.
struct run_plan {
  std::string name; ///< Of the supervisor; a number behind it where another run has the name.
  block_maker make = nullptr;
  run_setup setup;
  std::vector<double> field; ///< At the start; empty: blocks make their own.
  /// Names of the nodes that share the blocks, each with as many shards as this one; empty: only this.
  std::vector<std::string> nodes;
  block_plan parts; ///< How the field is cut that the blocks hand in.
  std::vector<failure_order> failures;
  std::uint32_t most_restarts = 0; ///< Within `restart_period`; more end the run.
  actors::duration patience{};     ///< With blocks of which nothing is heard.
  actors::duration limit{};        ///< For the whole run.
};
inline constexpr actors::duration restart_period = std::chrono::seconds{10};

/// Blocks below a supervisor, with the keeper of their copies and their collector.
class supervised_run {
public:
  /// Lifetime: `node` and `watch` outlive the run.
  supervised_run(actors::basic_node& node, run_plan plan, const observer& watch);
  /// Returns when all blocks have ended, or after `end_limit`.
  ~supervised_run();
  supervised_run(const supervised_run&) = delete;
  supervised_run& operator=(const supervised_run&) = delete;

  /// Runs all steps. Gives the time they took, in seconds.
  actors::expected<double> go();
  /// The field at the end. Requires: `go` gave a time.
  actors::expected<std::vector<double>> field();
  /// Which blocks have failed and come back.
  actors::expected<std::vector<recovery>> recoveries();

private:
  static constexpr actors::duration end_limit = std::chrono::seconds{30};

  actors::expected<void> start_blocks();
  actors::spawn_options place_of(std::size_t block) const;
  actors::expected<std::vector<block_ref>> find_blocks();

  actors::basic_node& node_;
  run_plan plan_;
  actors::ref<collector> collector_;
  actors::ref<block_keeper> keeper_;
  actors::supervision::supervisor_ref supervisor_;
};

} // namespace heat
