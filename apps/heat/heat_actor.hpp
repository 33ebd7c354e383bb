// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>

#include "heat/block.hpp"
#include "heat/stepping_actor.hpp"

namespace heat {

/// What all blocks of heat know. Lifetime: the field lives until the blocks are set up.
struct heat_setup {
  block_plan plan;
  std::size_t depth = 1;
  double rate = 0.0;
  std::uint64_t steps = 0;
  std::vector<std::uint64_t> frames; ///< Ascending steps after which every block sends its cells.
  std::span<const double> field;     ///< The start.
};

/// The arithmetic of a block of heat.
class heat_work {
public:
  heat_work(std::size_t index, actors::shared<heat_setup> setup)
      : setup_{std::move(setup)}, block_{setup_->plan.place(index), setup_->depth, setup_->rate} {
    block_.load(setup_->field, setup_->plan.grid_size());
  }

  std::span<const direction> ways() const { return exchanged(setup_->depth); }
  std::vector<double> edge(direction d, std::vector<double> storage) const {
    return block_.edge(d, std::move(storage));
  }
  bool receive(direction from, std::span<const double> cells) {
    return block_.receive(from, cells);
  }
  std::uint64_t round_length(std::uint64_t done) const {
    return heat::round_length(done, setup_->steps, setup_->depth, setup_->frames);
  }
  void advance(std::uint64_t steps) { block_.advance(steps); }

  bool shown_after(std::uint64_t step) const {
    return std::ranges::binary_search(setup_->frames, step);
  }
  part cells_after(std::uint64_t step) const { return {step, block_.place(), block_.values()}; }
  std::uint64_t steps() const { return setup_->steps; }

private:
  actors::shared<heat_setup> setup_;
  block block_;
};

/// Asks a block that has done all steps to send its cells to the collector.
struct hand_in {};

/// A block of heat.
class heat_actor : public stepping_actor<heat_actor, heat_work> {
public:
  using handles = actors::messages<check_in, begin, edge, next_round, hand_in>;
  using stepping_actor::on;

  heat_actor(actors::member<heat_actor> member, const actors::shared<heat_setup>& setup)
      : stepping_actor{member, setup->plan, setup->steps, heat_work{member.index(), setup}} {}

  void on(hand_in) { tell(reports(), work().cells_after(work().steps())); }

private:
  friend stepping_actor;
  void between_rounds(std::uint64_t done) {
    if (work().shown_after(done))
      tell(reports(), work().cells_after(done));
  }
};

} // namespace heat
