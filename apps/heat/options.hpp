// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/error.hpp"
#include "common/extent.hpp"
#include "heat/failure_order.hpp"

namespace heat {

using apps::extent;

/// What the command line asked for, checked: the pictures' names, the size and the cut agree.
struct options {
  std::filesystem::path input;  ///< Empty: a synthetic field.
  std::filesystem::path output; ///< Empty: no picture of the result.
  std::filesystem::path sheet;  ///< Empty: no contact sheet.
  extent size;
  extent blocks;
  std::uint64_t steps = 0;
  std::size_t shards = 0;
  std::size_t depth = 0;
  std::size_t keep = 0; ///< Steps between two copies of a block; 0: none.
  std::vector<failure_order> failures;
  double rate = 0.0;
  std::size_t frames = 0;
  std::size_t repetitions = 0;
  bool verify = false;
  bool baseline = false;
  bool prk = false;
  bool json = false;
  std::string help; ///< Not empty: show this and do nothing.
};

/// What this machine has.
struct machine {
  std::size_t memory = 0;  ///< Units: bytes.
  std::size_t threads = 0; ///< That run at the same time.
};

/// Reads and checks the command line whole, and of the input picture its header. Writes nothing.
/// Errors: one line without the program's name: the option, its value, what was expected.
apps::expected<options> parse_options(int argc, const char* const* argv, const machine& host);

} // namespace heat
