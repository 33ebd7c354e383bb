// SPDX-License-Identifier: BSD-3-Clause
//
// For *_caf.cpp only: it includes CAF.
#pragma once

#include "bench/baselines/caf_choice.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

namespace bench {

/// A CAF actor system as one baseline wants it.
///
/// A baseline starts one per run and times only what happens between its actors, so that start-up
/// does not count and no polling worker of CAF disturbs what runs next.
class caf_system {
public:
  explicit caf_system(caf_choice own) : config_(effective(own)), system_(config_) {}

  caf::actor_system* operator->() { return &system_; }
  caf::actor_system& operator*() { return system_; }

  /// Waits until all actors have ended: only then may a baseline destroy what they refer to.
  void await_end() { system_.await_all_actors_done(); }

private:
  struct configuration : caf::actor_system_config {
    explicit configuration(caf_choice choice) {
      bool sharing = choice.scheduling == caf_choice::policy::sharing;
      set("scheduler.policy", sharing ? caf::atom("sharing") : caf::atom("stealing"));
      set("scheduler.max-threads", choice.workers);
    }
  };

  configuration config_;
  caf::actor_system system_;
};

} // namespace bench
