// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <actors/supervision/report.hpp>

namespace actors::supervision::detail {

/// What of a stream of reports goes to the log: each, up to `per_second` lines; then how many were left
/// out. A flood of failures must not become a flood of lines; subscribers get all.
class report_log {
public:
  static constexpr std::uint32_t per_second = 10;

  /// The text to log now, if any.
  [[nodiscard]] std::optional<std::string> line(const report& r, duration now);

private:
  duration second_{};
  std::uint32_t lines_ = 0;
  std::uint64_t left_out_ = 0;
};

} // namespace actors::supervision::detail
