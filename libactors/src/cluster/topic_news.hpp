// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <actors/id.hpp>

namespace actors::cluster {

/// From hub to hub: actors of the sender have subscribed, or do not any more. All of them are said
/// when a link opens.
struct topic_news {
  bool is_on = true;
  std::vector<std::pair<std::string, actor_id>> subscribers;
};

} // namespace actors::cluster
