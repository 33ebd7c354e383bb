// SPDX-License-Identifier: BSD-3-Clause
#include "bench/harness/registry.hpp"

#include <algorithm>
#include <stdexcept>

namespace bench {

void registry::add(benchmark added) {
  if (find(added.name) != nullptr)
    throw std::logic_error("benchmark '" + added.name + "' is registered twice");
  if (!added.ours)
    throw std::logic_error("benchmark '" + added.name + "' has nothing to run");
  benchmarks_.push_back(std::move(added));
}

const benchmark* registry::find(std::string_view name) const {
  auto found = std::ranges::find(benchmarks_, name, &benchmark::name);
  return found == benchmarks_.end() ? nullptr : &*found;
}

std::string registry::names() const {
  std::string result;
  for (const auto& each : benchmarks_)
    result += (result.empty() ? "" : ", ") + each.name;
  return result;
}

} // namespace bench
