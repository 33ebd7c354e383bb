// SPDX-License-Identifier: BSD-3-Clause
#include "bench/baselines/caf_choice.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>

namespace bench {
namespace {

// Set at most once, by main, before anything runs.
std::optional<caf_choice> overriding;

[[noreturn]] void refuse(const std::string& text) {
  throw std::invalid_argument("--caf '" + text +
                              "': expected stealing or sharing, a comma and 1 to 64 workers");
}

} // namespace

void override_caf(const std::string& text) {
  auto comma = text.find(',');
  if (comma == std::string::npos)
    refuse(text);
  auto name = text.substr(0, comma);
  caf_choice choice;
  if (name == "sharing")
    choice.scheduling = caf_choice::policy::sharing;
  else if (name != "stealing")
    refuse(text);
  const auto* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data() + comma + 1, end, choice.workers);
  if (error != std::errc{} || stop != end || choice.workers < 1 || choice.workers > 64)
    refuse(text);
  overriding = choice;
}

caf_choice effective(caf_choice own) { return overriding.value_or(own); }

} // namespace bench
