// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "bench/harness/registry.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct options {
  bool list = false;
  std::vector<std::string> names;
  std::optional<std::string> json_path;
  std::size_t repetitions = 5;

  /// "POLICY,WORKERS": overrides how every CAF baseline is configured, to check our choice for it.
  std::optional<std::string> caf;
};

/// A command line that asks for something this program does not have; `what()` is one line that
/// says so.
class usage_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Nothing when the text of `--help` has been printed instead.
/// Errors: throws `usage_error`. Names are checked against `known`.
std::optional<options> parse(int argc, char** argv, const registry& known);

} // namespace bench
