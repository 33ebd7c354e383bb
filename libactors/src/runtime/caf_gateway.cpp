// SPDX-License-Identifier: BSD-3-Clause
#include <actors/caf.hpp>

#include "node_body.hpp"

namespace actors {

class caf_gateway {
public:
  static caf::actor_system& system(node& here) { return here.body_->platform.system(); }
};

caf::actor_system& caf_system(node& here) { return caf_gateway::system(here); }

} // namespace actors
