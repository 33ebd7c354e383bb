// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <actors/node.hpp>

#include "gateway/gateway.hpp"
#include "local_nodes.hpp"
#include "platform.hpp"

namespace actors {

struct node::body {
  explicit body(const node_options& options)
      : platform{options}, gateway{platform.engine(), [this](log_level level, const std::string& text) {
                                     platform.log(level, text);
                                   }} {}

  /// Actors end while CAF programs can still be told of it; what those ask for meanwhile is refused.
  bool shutdown() {
    const bool orderly = platform.shutdown();
    gateway.end(platform.left_behind());
    if (others != nullptr) others->end();
    return orderly;
  }

  runtime::platform platform;
  runtime::gateway gateway;
  std::unique_ptr<runtime::local_nodes> others;
};

} // namespace actors
