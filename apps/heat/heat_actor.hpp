// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "heat/block.hpp"
#include "heat/patch.hpp"
#include "heat/stepping_actor.hpp"

namespace heat {

/// The arithmetic of a block of heat.
class heat_work {
public:
  heat_work(std::size_t index, actors::shared<run_setup> setup)
      : setup_{std::move(setup)}, block_{setup_->plan.place(index), setup_->depth, setup_->rate} {}

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

  std::vector<double> values(std::vector<double> storage) const {
    return block_.values(std::move(storage));
  }
  void restore(std::span<const double> values) { block_.restore(values); }

  /// The block and as much around it as it takes to get to `from.now` without its neighbours.
  patch past(const life& from) const {
    patch found{setup_->plan, from.block, from.now.done - from.step, setup_->rate, from.cells};
    found.advance(from.was.done - from.step);
    return found;
  }
  void restore(const patch& past) { block_.restore(past.values()); }

  part shown(std::uint64_t step) const { return {step, block_.place(), block_.values()}; }

private:
  actors::shared<run_setup> setup_;
  block block_;
};

/// A block of heat.
class heat_actor : public stepping_actor<heat_actor, heat_work> {
public:
  using stepping_actor::stepping_actor;
};

} // namespace heat
