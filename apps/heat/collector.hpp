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

/// A block has been set up.
struct ready {
  std::size_t index = 0;
};

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

/// A block failed and is set up anew.
struct came_back {
  recovery what;
};

/// An actor that the run cannot do without, and its name for people.
struct vital_actor {
  actors::any_ref who;
  std::string name;
};

/// Begins to look; asks for word that all blocks have been set up.
struct watch_over {
  std::vector<vital_actor> actors;
};

/// Asks for the moment when all blocks have done all steps.
struct await_end {};

/// Asks for the field at the end, once all its parts are there.
struct await_field {};

/// Asks which blocks have failed and come back so far.
struct recoveries {};

/// To the collector from itself: time to look whether anything goes on.
struct look_around {};

/// Where the blocks report to: knows how far they are, puts frames together, notices when the run
/// cannot go on or nothing does. What blocks say again after a failure is ignored. Errors of its
/// answers: actor_failed, with the reason; timeout.
class collector : public actors::actor<collector> {
public:
  using handles = actors::messages<watch_over, await_end, await_field, recoveries, ready, progress,
                                   part, came_back, look_around, actors::down>;
  using moment = std::chrono::steady_clock::time_point;

  /// Lifetime: `watch` lives until the field or a failure has been answered.
  collector(const block_plan& plan, std::uint64_t steps, const observer* watch,
            actors::duration patience);

  actors::promise<void> on(watch_over what);
  actors::promise<moment> on(await_end);
  actors::promise<std::vector<double>> on(await_field);
  std::vector<recovery> on(recoveries) { return recoveries_; }
  void on(ready block);
  void on(progress report);
  void on(part piece);
  void on(came_back block) { recoveries_.push_back(block.what); }
  void on(look_around);
  void on(actors::down lost);

private:
  struct frame {
    std::vector<double> field;
    std::vector<bool> has; // by block
    std::size_t parts = 0;
  };

  void show(std::uint64_t step, std::vector<double> field);
  void fail(actors::failure reason);
  void close();

  // Constant after construction.
  block_plan plan_;
  std::uint64_t steps_;
  const observer* watch_;
  actors::duration patience_;

  std::vector<vital_actor> vital_;
  std::vector<bool> is_ready_;
  std::size_t ready_ = 0;
  std::vector<std::uint64_t> done_;
  std::size_t at_end_ = 0;
  std::map<std::uint64_t, frame> frames_; // not all parts are there
  std::optional<std::uint64_t> shown_;    // the last frame that was complete
  std::optional<moment> ended_;
  std::optional<std::vector<double>> result_; // until it is asked for
  std::vector<recovery> recoveries_;
  actors::duration quiet_{}; // since something went on
  actors::timer_id timer_;
  std::optional<actors::failure> failed_;
  actors::promise<void> start_;
  actors::promise<moment> end_;
  actors::promise<std::vector<double>> field_;
};

} // namespace heat
