// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <actors/node.hpp>

#include "local_nodes.hpp"
#include "platform.hpp"

namespace actors {

struct node::body {
  explicit body(const node_options& options) : platform{options} {}
  runtime::platform platform;
  std::unique_ptr<runtime::local_nodes> others;
};

} // namespace actors
