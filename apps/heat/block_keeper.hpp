// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "heat/failure_order.hpp"
#include "heat/protocol.hpp"
#include "heat/snapshots.hpp"

namespace heat {

/// Keeps copies of all blocks of a run, and tells an instance that comes after a failure what to go
/// on from.
class block_keeper : public actors::actor<block_keeper> {
public:
  using handles = actors::messages<here, round_done, about_to_fail, begin, hand_in>;

  /// `field`: at the start; a block that fails early begins there again. Empty: blocks make their own.
  block_keeper(actors::shared<run_setup> setup, actors::shared<std::vector<double>> field,
               actors::ref<collector> reports, const std::vector<failure_order>& failures);

  life on(here);
  void on(round_done what);
  void on(about_to_fail failing);
  void on(begin);
  void on(hand_in);

private:
  struct record {
    block_ref block; // null until its first instance was here
    std::uint64_t lives = 0;
    position now;
    std::vector<std::uint64_t> fails_at; // ascending
    std::optional<std::uint64_t> failing;
  };

  void say_again(const record& one) const;
  void look_back(const here& h, life& start) const;

  actors::shared<run_setup> setup_;
  actors::shared<std::vector<double>> field_;
  actors::ref<collector> reports_;
  std::vector<record> records_;
  snapshots kept_;
  begin begin_; // null until the run begins
  bool at_end_ = false;
};

} // namespace heat
