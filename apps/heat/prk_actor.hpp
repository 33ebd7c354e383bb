// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "heat/prk.hpp"
#include "heat/stepping_actor.hpp"

namespace heat {

/// How the field is cut that a run of PRK hands in: one cell a block, its share of the norm.
inline block_plan plan_of_sums(extent blocks) { return {blocks, blocks}; }

/// The arithmetic of a block of PRK: a round is a sweep. It does not recover: no copy of it is
/// kept.
class prk_work {
public:
  prk_work(std::size_t index, const actors::shared<run_setup>& setup)
      : sum_place_{plan_of_sums(setup->plan.blocks()).place(index)}, block_{
                                                                         setup->plan.place(index),
                                                                         setup->plan.grid_size()} {}

  std::span<const direction> ways() const { return sides; }
  std::vector<double> edge(direction d, std::vector<double> storage) const {
    return block_.edge(d, std::move(storage));
  }
  bool receive(direction from, std::span<const double> cells) {
    return block_.receive(from, cells);
  }
  std::uint64_t round_length(std::uint64_t) const { return 1; }
  void advance(std::uint64_t) { block_.sweep(); }

  part shown(std::uint64_t step) const { return {step, sum_place_, {block_.absolute_sum()}}; }

private:
  block_place sum_place_;
  prk_block block_;
};

/// A block of PRK.
class prk_actor : public stepping_actor<prk_actor, prk_work> {
public:
  using stepping_actor::stepping_actor;
};

} // namespace heat
