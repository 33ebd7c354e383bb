// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <actors/actors.hpp>

#include "heat/block_plan.hpp"
#include "heat/problem.hpp"

namespace heat {

/// A block has done this many steps. Blocks say so now and then, and when they are through.
struct progress {
  std::size_t index = 0;
  std::uint64_t done = 0;
};

/// The cells of a block after `step` steps.
struct part {
  std::uint64_t step = 0;
  block_place place;
  std::vector<double> cells;
};

/// Asks for the moment when all blocks have done all steps.
struct await_end {};

/// Asks for the field at the end, once all its parts are there.
struct await_field {};

/// To the collector from itself: time to look whether anything goes on.
struct look_around {};

/// Where the blocks report to: knows how far they are, puts frames together, notices when one fails
/// or when nothing goes on any more. Errors of its answers: actor_failed, naming the block;
/// timeout.
class collector : public actors::actor<collector> {
public:
  using handles =
      actors::messages<await_end, await_field, progress, part, look_around, actors::down>;
  using moment = std::chrono::steady_clock::time_point;

  /// Lifetime: `watch` lives until the field or a failure has been answered.
  collector(const block_plan& plan, std::uint64_t steps, std::vector<actors::any_ref> blocks,
            const observer* watch, actors::duration patience);

  actors::promise<moment> on(await_end);
  actors::promise<std::vector<double>> on(await_field);
  void on(progress report);
  void on(part piece);
  void on(look_around);
  void on(actors::down lost);

private:
  struct frame {
    std::vector<double> field;
    std::size_t parts = 0;
  };

  void show(std::uint64_t step, std::vector<double> field);
  void fail(actors::failure reason);
  void close();

  // Constant after construction.
  block_plan plan_;
  std::uint64_t steps_;
  std::vector<actors::any_ref> blocks_;
  const observer* watch_;
  actors::duration patience_;

  std::vector<std::uint64_t> done_;
  std::size_t at_end_ = 0;
  std::map<std::uint64_t, frame> frames_; // not all parts are there
  actors::duration quiet_{};              // since somebody was heard
  actors::timer_id timer_;
  std::optional<actors::failure> failed_;
  actors::promise<moment> end_;
  actors::promise<std::vector<double>> field_;
};

} // namespace heat
