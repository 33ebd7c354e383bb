// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>

#include <actors/supervision/child_spec.hpp>
#include <actors/time.hpp>

namespace actors::supervision::detail {

/// How long the next restart of one child waits; see `backoff`. The settings come with each call,
/// so that each of many children costs two numbers.
class restart_backoff {
public:
  /// The pause before a restart decided at `now`; zero without settings. `chance`: uniform in 0
  /// to 1. Quiet counts from the end of the last pause: a pause is no proof of health.
  [[nodiscard]] duration next(const std::optional<backoff>& settings, duration now,
                              double chance) noexcept;

private:
  /// Without its jitter; zero: the next one is the first.
  duration last_{};
  duration over_at_{};
};

} // namespace actors::supervision::detail
