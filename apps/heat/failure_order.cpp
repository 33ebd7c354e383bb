// SPDX-License-Identifier: BSD-3-Clause
#include "heat/failure_order.hpp"

#include <algorithm>
#include <string>

namespace heat {

apps::expected<failure_order> parse_failure_order(std::string_view text, apps::extent blocks,
                                                  std::uint64_t steps) {
  const auto at = text.find('@');
  if (at != std::string_view::npos) {
    const auto place = apps::parse_extent(text.substr(0, at), std::max(blocks.rows, blocks.cols));
    const auto step = apps::parse_count(text.substr(at + 1), 1, steps);
    if (place && step && place->rows <= blocks.rows && place->cols <= blocks.cols)
      return failure_order{(place->rows - 1) * blocks.cols + place->cols - 1, *step};
  }
  return apps::fail("expected ROWxCOLUMN@STEP, a block from 1x1 to " + apps::to_string(blocks) +
                    " and a step from 1 to " + std::to_string(steps));
}

} // namespace heat
