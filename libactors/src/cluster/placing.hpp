// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <actors/detail/engine.hpp>
#include <actors/placement.hpp>

#include "../protocol/membership/membership.hpp"
#include "../protocol/placement/choose.hpp"

namespace actors::cluster {

/// From hub to hub, once a second: how busy a node is. Counted from its start.
struct load_report {
  std::uint64_t actors = 0;
  /// Messages.
  std::uint64_t handled = 0;
  std::int64_t at_ns = 0;
};

/// What placement looks at: who is there with which labels and how busy. Actors placed since a node's
/// last report count as a little more load, so that a burst of them spreads. Threading: any.
class placing {
public:
  /// Lifetime: `engine`, which knows where actors are, outlives it.
  explicit placing(const detail::engine& engine) noexcept : engine_{engine}, self_{engine.node()} {}

  void note(protocol::member_event what, const protocol::member& who);
  void note(std::uint64_t node, const load_report& load);
  /// Errors: as `detail::peer_nodes::place`.
  [[nodiscard]] expected<std::uint64_t> choose(const placement::spec& wanted);
  [[nodiscard]] std::vector<std::uint64_t> members() const;

private:
  struct known {
    placement::detail::node_entry entry;
    /// It answers.
    bool is_reachable = true;
    load_report last;
    double reported_cores = 0;
    std::uint64_t placed_since = 0;
  };
  void refresh();

  const detail::engine& engine_;
  const std::uint64_t self_;
  mutable std::mutex mutex_; // guards what follows: once a birth with a placement
  std::map<std::uint64_t, known> nodes_;
  std::unique_ptr<placement::detail::fleet> fleet_;
  std::uint64_t last_ = 0;
};

} // namespace actors::cluster
