// SPDX-License-Identifier: BSD-3-Clause
#include "caf_roster.hpp"

#include <algorithm>

#include <caf/scheduled_actor.hpp>

namespace actors::runtime {

void caf_roster::saw(caf::resumable* job) {
  if (job->subtype() != caf::resumable::scheduled_actor)
    return;
  std::lock_guard guard{mutex_};
  auto [at, fresh] = known_.try_emplace(job);
  if (!fresh)
    return;
  // The weak pointer keeps the address from being given to another actor.
  at->second = caf::weak_actor_ptr{static_cast<caf::scheduled_actor*>(job)->ctrl()};
  if (known_.size() >= sweep_at_)
    sweep();
}

void caf_roster::sweep() {
  std::erase_if(known_, [](auto& entry) { return entry.second->strong_refs == 0; });
  sweep_at_ = std::max<std::size_t>(256, 2 * known_.size());
}

std::vector<caf::strong_actor_ptr> caf_roster::alive() {
  std::vector<caf::strong_actor_ptr> all;
  std::lock_guard guard{mutex_};
  for (auto& [job, weak] : known_)
    if (auto strong = weak.lock())
      all.push_back(std::move(strong));
  return all;
}

} // namespace actors::runtime
