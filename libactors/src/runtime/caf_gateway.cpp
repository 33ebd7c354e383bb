// SPDX-License-Identifier: BSD-3-Clause
#include <actors/caf.hpp>

#include <stdexcept>

#include "node_body.hpp"

namespace actors {

class caf_gateway {
public:
  static caf::actor_system& system(node& here) { return here.body_->platform.system(); }
};

caf::actor_system& caf_system(node& here) { return caf_gateway::system(here); }

caf::actor_system& caf_system_here() {
  auto* real = dynamic_cast<runtime::platform*>(&detail::current_shard->owner().drive());
  if (real == nullptr)
    throw std::logic_error{"a simulated node has no CAF system"};
  return real->system();
}

} // namespace actors
