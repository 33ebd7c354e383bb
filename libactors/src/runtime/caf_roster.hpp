// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <caf/actor_control_block.hpp>
#include <caf/resumable.hpp>

namespace actors::runtime {

/// The CAF actors that the node's scheduler has been given. CAF keeps no list of its own (its
/// registry knows names and a count), and at shutdown somebody has to tell them to end.
/// Threading: any.
class caf_roster {
public:
  /// Notes the actor, if `job` is one.
  void saw(caf::resumable* job);
  [[nodiscard]] std::vector<caf::strong_actor_ptr> alive();

private:
  void sweep();

  std::mutex mutex_; // guards all members
  std::unordered_map<caf::resumable*, caf::weak_actor_ptr> known_;
  std::size_t sweep_at_ = 256;
};

} // namespace actors::runtime
