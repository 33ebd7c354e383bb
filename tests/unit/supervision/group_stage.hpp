// SPDX-License-Identifier: BSD-3-Clause
//
// Supervisors that restart groups, all children running.
#pragma once

#include "core_stage.hpp"

namespace actors::supervision::detail::test {

inline stage one_for_all(std::uint32_t intensity = 2) {
  stage s{supervisor(strategy::one_for_all, three(), intensity)};
  s.up();
  return s;
}

/// Children a, b, c, d.
inline stage rest_for_one(std::uint32_t intensity = 2) {
  auto children = three();
  children.push_back(child("d"));
  stage s{supervisor(strategy::rest_for_one, children, intensity)};
  s.up();
  return s;
}

inline const std::string all_running = "a running, b running, c running";

} // namespace actors::supervision::detail::test
