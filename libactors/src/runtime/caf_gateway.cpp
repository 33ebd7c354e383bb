// SPDX-License-Identifier: BSD-3-Clause
#include <actors/caf.hpp>
#include <actors/caf_gateway.hpp>

#include <stdexcept>

#include "node_body.hpp"

namespace actors {

class caf_gateway {
public:
  static caf::actor_system& system(node& here) { return here.body_->platform.system(); }
  static runtime::gateway& door(node& here) { return here.body_->gateway; }
};

caf::actor_system& caf_system(node& here) { return caf_gateway::system(here); }

caf::actor_system& caf_system_here() {
  auto* real = dynamic_cast<runtime::platform*>(&detail::current_shard->owner().drive());
  if (real == nullptr)
    throw std::logic_error{"a simulated node has no CAF system"};
  return real->system();
}

expected<std::uint16_t> detail::publish_to_caf(node& here, const caf_publication& what,
                                               const caf_door& door) {
  return caf_gateway::door(here).publish(what, door);
}

expected<void> unpublish_caf(node& here, std::uint16_t port) {
  return caf_gateway::door(here).unpublish(port);
}

} // namespace actors
