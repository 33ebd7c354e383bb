// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "heat/prk.hpp"
#include "heat/stepping_actor.hpp"

namespace heat {

/// The arithmetic of a block of PRK: a round is a sweep.
class prk_work {
public:
  prk_work(const block_place& place, extent grid_size) : block_{place, grid_size} {}

  std::span<const direction> ways() const { return sides; }
  std::vector<double> edge(direction d, std::vector<double> storage) const {
    return block_.edge(d, std::move(storage));
  }
  bool receive(direction from, std::span<const double> cells) {
    return block_.receive(from, cells);
  }
  std::uint64_t round_length(std::uint64_t) const { return 1; }
  void advance(std::uint64_t) { block_.sweep(); }
  double absolute_sum() const { return block_.absolute_sum(); }

private:
  prk_block block_;
};

/// To be asked of a block of PRK: its share of the norm.
struct absolute_sum {};

/// A block of PRK.
class prk_actor : public stepping_actor<prk_actor, prk_work> {
public:
  using handles = actors::messages<check_in, begin, edge, next_round, absolute_sum>;
  using stepping_actor::on;

  prk_actor(actors::member<prk_actor> member, const block_plan& plan, std::uint64_t sweeps)
      : stepping_actor{member, plan, sweeps,
                       prk_work{plan.place(member.index()), plan.grid_size()}} {}

  double on(absolute_sum) { return work().absolute_sum(); }
};

} // namespace heat
