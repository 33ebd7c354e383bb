// SPDX-License-Identifier: BSD-3-Clause
//
// The node's door for plain CAF programs: a CAF system of its own with CAF's BASP broker in it,
// made when something is published for the first time. A system of its own, so that a node without
// gateway pays nothing, strangers reach nothing of the node's own CAF system (its registry, its
// names), and CAF's decoding never holds up the links between nodes.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <actors/caf_gateway.hpp>
#include <actors/detail/engine.hpp>

#include "gate.hpp"

namespace actors::runtime {

/// Threading: any but that of a handler: these wait for CAF's I/O thread.
class gateway {
public:
  gateway(detail::engine& node, gate::logger log);
  ~gateway();

  [[nodiscard]] expected<std::uint16_t> publish(const detail::caf_publication& what,
                                                const caf_door& door);
  expected<void> unpublish(std::uint16_t port);
  /// CAF programs lose the node. Those that do not read are cut after a moment. `left_behind`:
  /// threads that hold handles of CAF go on, so the system stays, without connections.
  void end(bool left_behind);

private:
  class caf_side;

  [[nodiscard]] expected<void> enter_types(const std::vector<detail::wire_type>& types);

  // Constant after construction.
  detail::engine& node_;
  const std::shared_ptr<gate> gate_;

  std::mutex mutex_; // guards all below, and lets one caller at a time through
  std::unique_ptr<caf_side> caf_;
  bool ended_ = false;
};

} // namespace actors::runtime
