// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/benchmark.hpp"

#include <string_view>
#include <vector>

namespace bench {

/// The benchmarks of this program, in the order in which they were added. `main` fills it by
/// calling one `add_...` function per family.
class registry {
public:
  /// Requires: a name that is not taken, and `ours`.
  void add(benchmark added);

  /// Null when there is none of that name. Lifetime: until the next `add`.
  const benchmark* find(std::string_view name) const;

  const std::vector<benchmark>& all() const { return benchmarks_; }

  /// All names, separated by ", ".
  std::string names() const;

private:
  std::vector<benchmark> benchmarks_;
};

} // namespace bench
