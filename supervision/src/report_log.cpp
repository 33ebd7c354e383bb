// SPDX-License-Identifier: BSD-3-Clause
#include "report_log.hpp"

#include <chrono>

namespace actors::supervision::detail {

std::optional<std::string> report_log::line(const report& r, duration now) {
  if (now - second_ >= std::chrono::seconds{1}) {
    second_ = now;
    lines_ = 0;
  }
  if (lines_ == per_second) {
    ++left_out_;
    return std::nullopt;
  }
  ++lines_;
  std::string text = to_string(r);
  if (left_out_ != 0) text += " (" + std::to_string(left_out_) + " reports before this one were not logged)";
  left_out_ = 0;
  return text;
}

} // namespace actors::supervision::detail
